//! Query parameters. Each is taken out by its name; what is left over at the end is an error, as
//! unknown fields of a body are.

use std::borrow::Cow;
use std::str::FromStr;

use claimwire_actions::FieldError;
use claimwire_model::Timestamp;
use serde::de::value::Error as ValueError;
use serde::de::{DeserializeOwned, IntoDeserializer};

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

    /// Takes out a parameter whose values have names.
    pub fn named<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        self.take(name, |text| {
            T::deserialize(text.into_deserializer()).map_err(|error: ValueError| error.to_string())
        })
    }

    /// Takes out a parameter whose values are written as `T` reads them; `right` says how.
    pub fn parsed<T: FromStr>(&mut self, name: &str, right: &str) -> Option<T> {
        self.take(name, |text| text.parse().map_err(|_| right.to_owned()))
    }

    /// Takes out a time.
    pub fn time(&mut self, name: &str) -> Option<Timestamp> {
        self.take(name, Timestamp::from_str)
    }

    /// Takes out a parameter that is any text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, |text| Ok(text.to_owned()))
    }

    /// Refuses a parameter that was taken out.
    pub fn refuse(&mut self, name: &str, message: String) {
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
