//! What a user asks for, done: read, apply, derive (pure, in model), one commit. The API's routes and
//! later the portal call these; nothing here knows HTTP.

mod refusal;

pub use refusal::{FieldError, Refusal};
