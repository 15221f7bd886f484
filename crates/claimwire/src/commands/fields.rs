//! The fields of what is made or changed: from a file, one by one, or as JSON.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::output;

/// Fields as the API takes them. The file's come first, `--set` goes over them in its order, and options of their own go
/// over both.
#[derive(Debug, Args)]
pub struct Fields {
    /// A file with the fields as a JSON object; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A field: NAME=TEXT, NAME:=JSON (a number, list, object, true, false, null), or a JSON object of fields; dots lead
    /// inside (address.city=Berlin). Can be given more than once.
    #[arg(long, value_name = "FIELD")]
    set: Vec<String>,
}

impl Fields {
    /// All of them, with those of `named` that are given.
    ///
    /// # Errors
    /// When the file cannot be read or something is no field.
    pub fn with<'a>(
        self,
        named: impl IntoIterator<Item = (&'a str, Option<Value>)>,
    ) -> anyhow::Result<Value> {
        let mut all = match &self.file {
            None => Map::new(),
            Some(file) => serde_json::from_slice(&output::read_input(file)?).map_err(|error| {
                Failure::usage(
                    format!("{} is not a JSON object: {error}", file.display()),
                    "put the fields into it as {\"name\": value}",
                )
            })?,
        };
        for text in &self.set {
            put(&mut all, text).map_err(|why| {
                Failure::usage(
                    format!("--set cannot take `{text}`: {why}"),
                    "write NAME=TEXT, NAME:=JSON or '{\"name\": value}'",
                )
            })?;
        }
        all.extend(
            named
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
        Ok(Value::Object(all))
    }
}

fn put(all: &mut Map<String, Value>, text: &str) -> Result<(), String> {
    if text.trim_start().starts_with('{') {
        let more: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| error.to_string())?;
        all.extend(more);
        return Ok(());
    }
    let (name, value) = text.split_once('=').ok_or("it has no `=`")?;
    let (name, value) = match name.strip_suffix(':') {
        None => (name, Value::from(value)),
        Some(name) => (
            name,
            serde_json::from_str(value).map_err(|error| format!("after `:=`: {error}"))?,
        ),
    };
    if name.split('.').any(str::is_empty) {
        return Err("a part of its name is empty".to_owned());
    }
    let (path, last) = name.rsplit_once('.').map_or(("", name), |parts| parts);
    let mut at = all;
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let inner = at
            .entry(part)
            .or_insert_with(|| Value::Object(Map::new()))
            .as_object_mut();
        at = inner.ok_or_else(|| format!("`{part}` is not an object"))?;
    }
    at.insert(last.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(set: &[&str]) -> anyhow::Result<Value> {
        let fields = Fields {
            file: None,
            set: set.iter().map(|&text| text.to_owned()).collect(),
        };
        fields.with([("status", Some("active".into())), ("url", None)])
    }

    #[test]
    fn fields_are_text_unless_they_are_said_to_be_json() {
        let set = [
            "order_number=1001",
            "quantity:=2",
            "address.city=Berlin",
            "address.zip=10969",
            "a:=[1, null]",
            "note=a=b",
            r#"{"retry": {"delays": []}, "status": "inactive"}"#,
        ];
        let right = json!({
            "order_number": "1001", "quantity": 2, "address": {"city": "Berlin", "zip": "10969"}, "a": [1, null],
            "note": "a=b", "retry": {"delays": []}, "status": "active",
        });
        assert_eq!(read(&set).unwrap(), right);
    }

    #[test]
    fn what_is_no_field_is_refused_by_name() {
        for text in ["nothing", "=x", "a..b=x", ":=1", "n:=x", "{\"a\"", "[1]"] {
            let error = read(&[text]).unwrap_err().to_string();
            assert!(error.contains(text), "{error}");
        }
        assert!(read(&["a=1", "a.b=2"]).is_err());
    }
}
