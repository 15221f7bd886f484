//! The check of a request's body.

use jsonschema::Validator;
use serde_json::Value;

/// A vendor's JSON Schema of one request.
pub struct Schema(Result<Validator, String>);

impl Schema {
    /// A schema's text. One that is no schema lets nothing pass.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let made = |schema: Value| {
            jsonschema::options()
                .should_validate_formats(true)
                .build(&schema)
                .map_err(|error| error.to_string())
        };
        let schema = serde_json::from_str(text).map_err(|error| error.to_string());
        Self(schema.and_then(made))
    }

    /// The body, if it is as the vendor wants it.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(&self, body: &[u8]) -> Result<Value, String> {
        let validator = self.0.as_ref().map_err(Clone::clone)?;
        let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let wrong = validator.iter_errors(&value).next();
        match wrong.map(|error| format!("{}: {error}", error.instance_path())) {
            Some(why) => Err(why),
            None => Ok(value),
        }
    }
}
