//! Query parameters. Each is taken out by its name; what is left over at the end is an error, as
//! unknown fields of a body are.

use std::borrow::Cow;

use claimwire_actions::FieldError;

use crate::problem::{Problem, kinds};

/// The parameters of one request.
#[derive(Debug)]
pub struct Query<'a> {
    parameters: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    errors: Vec<FieldError>,
}

impl<'a> Query<'a> {
    /// Of this URL.
    #[must_use]
    pub fn of(uri: &'a http::Uri) -> Self {
        let parameters = uri
            .query()
            .map(|text| url::form_urlencoded::parse(text.as_bytes()).collect());
        Self {
            parameters: parameters.unwrap_or_default(),
            errors: Vec::new(),
        }
    }

    /// Takes a parameter out, read by `read`, whose error says what would be right.
    pub fn take<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let at = self
            .parameters
            .iter()
            .position(|(known, _)| known == name)?;
        let (_, value) = self.parameters.swap_remove(at);
        read(&value)
            .map_err(|message| self.refuse(name, message))
            .ok()
    }

    fn refuse(&mut self, name: &str, message: String) {
        self.errors.push(FieldError {
            field: format!("/{name}"),
            message,
        });
    }

    /// Whether all parameters were known, single and good.
    pub fn done(mut self) -> Result<(), Problem> {
        for (name, _) in std::mem::take(&mut self.parameters) {
            self.refuse(
                &name,
                "This parameter is not known here, or is there twice.".to_owned(),
            );
        }
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Problem::fields(&kinds::QUERY_INVALID, self.errors))
        }
    }
}
