//! Request bodies, checked by the vendors' schemas. Without the feature `schemas` everything passes.

use serde_json::Value;
#[cfg(feature = "schemas")]
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Compiled once, by their text.
#[cfg(feature = "schemas")]
static COMPILED: Mutex<BTreeMap<String, Arc<jsonschema::Validator>>> = Mutex::new(BTreeMap::new());

/// What is wrong with the body, by the schema of this text.
///
/// # Errors
/// It does not fit: what, and where.
#[cfg(feature = "schemas")]
pub(crate) fn check(schema: &str, body: &Value) -> Result<(), String> {
    let schema = compiled(schema)?;
    let wrong: Vec<String> = schema
        .iter_errors(body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(wrong.join("; ")),
    }
}

#[cfg(feature = "schemas")]
fn compiled(text: &str) -> Result<Arc<jsonschema::Validator>, String> {
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(there) = compiled.get(text) {
        return Ok(Arc::clone(there));
    }
    let schema = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let new = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .map_err(|error| error.to_string())?;
    let new = Arc::new(new);
    compiled.insert(text.to_owned(), Arc::clone(&new));
    Ok(new)
}

#[cfg(not(feature = "schemas"))]
pub(crate) fn check(_: &str, _: &Value) -> Result<(), String> {
    Ok(())
}
