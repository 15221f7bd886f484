//! The owner's own subject and body.

use serde_json::{Map, Value};

use claimwire_template::{self as template, Template};

/// The settings that are templates.
const TEMPLATES: [&str; 2] = ["subject_template", "body_template"];

/// What the template of this name makes of the values; none where there is no such setting.
///
/// # Errors
/// The template fails: which, where and why.
pub(crate) fn fill(
    settings: &Map<String, Value>,
    name: &str,
    values: &Value,
) -> Result<Option<String>, String> {
    let Some(text) = of(settings, name) else {
        return Ok(None);
    };
    let filled = Template::compile(text).and_then(|template| template.render(values));
    match filled {
        Ok(filled) => Ok(Some(filled)),
        Err(error) => Err(format!("`settings.{name}`: {error}")),
    }
}

/// What is wrong with the templates: the setting, and where.
pub(crate) fn check(settings: &Map<String, Value>) -> Vec<(String, String)> {
    let wrong = |name: &&str| {
        let error = template::check(of(settings, name)?).err()?;
        Some((format!("settings.{name}"), error))
    };
    TEMPLATES.iter().filter_map(wrong).collect()
}

fn of<'a>(settings: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let text = settings.get(name).and_then(Value::as_str)?;
    (!text.is_empty()).then_some(text)
}
