//! Attempts. Headers are one text, a line each.
