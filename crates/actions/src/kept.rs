//! Subjects as the store keeps them: JSON in the API's shape. A shell that speaks JSON passes the text
//! on as it is; one that shows fields reads them out.

use std::marker::PhantomData;

use claimwire_model::SubjectKind;
use claimwire_model::json::RawJson;
use claimwire_store::StoreError;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use serde_json::value::{RawValue, to_raw_value};

use crate::refusal::Refusal;

/// The JSON of a `T`.
#[derive(Debug)]
pub struct Kept<T> {
    json: RawJson,
    of: PhantomData<fn() -> T>,
}

impl<T> Kept<T> {
    /// The text that the store holds.
    pub(crate) fn of_text(kind: SubjectKind, id: &str, json: String) -> Result<Self, Refusal> {
        let json = RawValue::from_string(json).map_err(|error| damaged(kind, id, &error))?;
        Ok(Self {
            json,
            of: PhantomData,
        })
    }

    /// The text.
    #[must_use]
    pub fn json(&self) -> &str {
        self.json.get()
    }

    /// The text, without a copy.
    #[must_use]
    pub fn into_json(self) -> String {
        String::from(Box::<str>::from(self.json))
    }
}

impl<T: Serialize> Kept<T> {
    /// A value's text.
    pub(crate) fn of(value: &T) -> Result<Self, Refusal> {
        let json = to_raw_value(value).map_err(|e| StoreError::Damaged(e.to_string()))?;
        Ok(Self {
            json,
            of: PhantomData,
        })
    }
}

impl<T: DeserializeOwned> Kept<T> {
    /// The value.
    ///
    /// # Errors
    /// When the store holds what is no `T`.
    pub fn value(&self) -> Result<T, Refusal> {
        serde_json::from_str(self.json()).map_err(|e| StoreError::Damaged(e.to_string()).into())
    }
}

impl<T> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// A subject from the API's shape, as the store kept it.
pub(crate) fn decode<T: DeserializeOwned>(
    kind: SubjectKind,
    id: &str,
    json: &str,
) -> Result<T, Refusal> {
    serde_json::from_str(json).map_err(|error| damaged(kind, id, &error).into())
}

pub(crate) fn damaged(kind: SubjectKind, id: &str, error: &serde_json::Error) -> StoreError {
    StoreError::Damaged(format!("{} {id}: {error}", kind.as_str()))
}

/// What a write under an id of the caller's own came to.
#[derive(Debug)]
pub struct Saved<T> {
    /// As it is now.
    pub value: T,
    /// Whether the write made it.
    pub new: bool,
}

impl<T: Serialize> Serialize for Saved<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}
