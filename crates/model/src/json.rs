//! JSON that is kept as it came.

use serde_json::value::RawValue;

/// JSON text kept byte for byte, so that `1.10`, `1e3` and numbers of thirty digits go out as they came
/// in (contract section 2).
pub type RawJson = Box<RawValue>;

/// An object whose fields are the caller's own (`custom`, `context`, `address`). Key order and number
/// text are kept.
pub type OpenObject = serde_json::Map<String, serde_json::Value>;

/// A number kept as its text.
pub type Number = serde_json::Number;
