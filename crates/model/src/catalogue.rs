//! The event catalogue as data: every ref, its group, its name in each dialect.
