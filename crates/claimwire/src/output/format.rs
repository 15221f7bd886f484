//! `--format`: a path into the JSON that `--json` would print, and what is there, one value a line.

use std::fmt::Write as _;
use std::str::FromStr;

use serde_json::Value;

/// A path: any number of steps, each `.NAME`, `["NAME"]` for a name with other characters than letters, digits, `_`
/// and `-`, `[N]` for one item (from 0; -1 is the last), or `[]` for every item or value. `.` alone is the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Format(Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Item(i64),
    Each,
}

impl Format {
    /// What is there, one value a line: texts as they are, all else as JSON; `null` for what is not there.
    pub fn render(&self, value: &Value) -> String {
        let mut found = vec![value];
        for step in &self.0 {
            found = found.into_iter().flat_map(|value| step.of(value)).collect();
        }
        let mut text = String::new();
        for value in found {
            let _ = match value {
                Value::String(one) => writeln!(text, "{one}"),
                other => writeln!(text, "{other}"),
            };
        }
        text
    }
}

impl Step {
    fn of<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match (self, value) {
            (Self::Each, Value::Array(items)) => items.iter().collect(),
            (Self::Each, Value::Object(map)) => map.values().collect(),
            (Self::Each, _) => Vec::new(),
            (Self::Name(name), value) => vec![value.get(name).unwrap_or(&Value::Null)],
            (Self::Item(at), Value::Array(items)) => {
                let at = usize::try_from(*at).ok().or_else(|| {
                    let back = usize::try_from(at.unsigned_abs()).ok()?;
                    items.len().checked_sub(back)
                });
                vec![at.and_then(|at| items.get(at)).unwrap_or(&Value::Null)]
            }
            (Self::Item(_), _) => vec![&Value::Null],
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |rest: &str| {
            format!(
                "`{text}` is no path at `{rest}`: write steps such as .data[].uuid, .attempts[-1] or .[\"odd name\"]"
            )
        };
        let mut steps = Vec::new();
        let mut rest = text;
        if !rest.starts_with('.') {
            return Err(wrong(rest));
        }
        if rest == "." {
            return Ok(Self(steps));
        }
        while !rest.is_empty() {
            let (step, left) = step(rest).ok_or_else(|| wrong(rest))?;
            steps.extend(step);
            rest = left;
        }
        Ok(Self(steps))
    }
}

/// The first step of a text, and what follows it. A dot before a bracket is no step.
fn step(text: &str) -> Option<(Option<Step>, &str)> {
    if let Some(rest) = text.strip_prefix('[') {
        if rest.starts_with('"') {
            let mut parsed = serde_json::Deserializer::from_str(rest).into_iter::<String>();
            let name = parsed.next()?.ok()?;
            let rest = rest.get(parsed.byte_offset()..)?.strip_prefix(']')?;
            return Some((Some(Step::Name(name)), rest));
        }
        let (inside, rest) = rest.split_once(']')?;
        let step = match inside {
            "" => Step::Each,
            number => Step::Item(number.parse().ok()?),
        };
        return Some((Some(step), rest));
    }
    let rest = text.strip_prefix('.')?;
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let (name, left) = rest.split_at(end);
    match name {
        "" if left.starts_with('[') => Some((None, left)),
        "" => None,
        name => Some((Some(Step::Name(name.to_owned())), left)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rendered(path: &str, value: &Value) -> String {
        path.parse::<Format>().unwrap().render(value)
    }

    #[test]
    fn a_path_leads_into_lists_and_objects() {
        let value = json!({
            "data": [{"uuid": "a", "n": 1.50, "tags": ["x", "y"]}, {"uuid": "b", "n": null}],
            "odd name": {"k]\"": true},
        });
        assert_eq!(rendered(".data[].uuid", &value), "a\nb\n");
        assert_eq!(rendered(".data[0].tags[-1]", &value), "y\n");
        assert_eq!(rendered(".data[].tags[]", &value), "x\ny\n");
        assert_eq!(rendered(".data[1].n", &value), "null\n");
        assert_eq!(rendered(".data[-3].n", &value), "null\n");
        assert_eq!(rendered(r#".["odd name"]["k]\""]"#, &value), "true\n");
        assert_eq!(rendered(".", &json!({"a": [1]})), "{\"a\":[1]}\n");
        assert_eq!(rendered(".[]", &json!({"a": 1, "b": "two"})), "1\ntwo\n");
        assert_eq!(rendered(".nothing.there", &value), "null\n");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "",
            "data",
            ".data.",
            "..a",
            ".a[",
            ".a[x]",
            ".a]",
            ".a b",
            ".[\"a",
            ".a|b",
            ".a[\"b\"x]",
        ] {
            assert!(text.parse::<Format>().is_err(), "{text}");
        }
    }
}
