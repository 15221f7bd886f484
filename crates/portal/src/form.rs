//! What a form sent: its fields as text, kept as they were typed, so that a form that is refused shows them again.

use std::collections::BTreeSet;
use std::str::FromStr;

use claimwire_actions::{FieldError, Refusal};
use serde_json::{Map, Value};

/// Bytes of a form.
pub(crate) const FORM_BYTES: usize = 256 * 1024;

/// Names and values, in order.
#[derive(Debug, Default, Clone)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Of an urlencoded body or query.
    pub fn parse(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body);
        Self(pairs.into_owned().collect())
    }

    /// The first value of a name, as typed; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The same without the blanks around it; none when nothing is left.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// All names and values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// All values of a name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Whether a box is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Whether the first value of a name is this.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.text(name) == value
    }

    /// Adds a value.
    pub fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Puts a value in the place of all that the name has.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|(known, _)| known != name);
        self.put(name, value);
    }

    /// An e-mail address, if one is given; what cannot be one is an error at its field.
    pub fn email(&self, name: &str, errors: &mut Errors) -> Option<&str> {
        let text = self.given(name)?;
        let parts = text.split_once('@');
        let is_one = parts.is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
        if !is_one || text.contains(char::is_whitespace) {
            errors.add(name, "Enter an e-mail address, as in mia.berg@example.net.");
        }
        Some(text)
    }

    /// A value of another type than text; what cannot be read is an error at its field.
    pub fn read<T: FromStr>(&self, name: &str, expected: &str, errors: &mut Errors) -> Option<T> {
        let text = self.given(name)?;
        let value = text.parse().ok();
        if value.is_none() {
            errors.add(name, expected);
        }
        value
    }
}

/// What cannot be as it was typed, by field.
#[derive(Debug, Default, Clone)]
pub(crate) struct Errors(Vec<(String, String)>);

impl Errors {
    /// One more; a field tells of its first alone.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        if self.at(field).is_none() {
            self.0.push((field.to_owned(), message.into()));
        }
    }

    /// One alone.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        Self(vec![(field.to_owned(), message.into())])
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Of one field.
    pub fn at(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == field);
        found.map(|(_, message)| message.as_str())
    }

    /// All: field and message.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, message)| (&**field, &**message))
    }

    /// An action's refusal at the fields that it names, where the form has them; what is refused for another reason
    /// than what was typed stays a refusal. `label` says what stands before a field's message.
    pub fn of(
        refusal: Refusal,
        fields: &[&str],
        label: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Refusal> {
        let told = match refusal {
            Refusal::Invalid { errors, .. } => errors,
            Refusal::Conflict { detail, .. } => vec![whole(detail)],
            Refusal::LimitReached { limit, value } => {
                let what = limit.what();
                vec![whole(format!(
                    "The shop may have {value} {what}. Remove some first, or ask the server's operator for more."
                ))]
            }
            other => return Err(other),
        };
        let mut errors = Self::default();
        for FieldError { field, message } in told {
            let name = field.split('/').nth(1).unwrap_or_default();
            let message = match label(&field) {
                Some(label) => format!("{label} {message}"),
                None => sentence(&message),
            };
            let known = fields.contains(&name);
            errors.add(if known { name } else { "" }, message);
        }
        Ok(errors)
    }
}

fn whole(message: String) -> FieldError {
    FieldError {
        field: String::new(),
        message,
    }
}

/// `is empty` → `This is empty.`; what is a sentence stays.
fn sentence(message: &str) -> String {
    let begins = message.chars().next();
    let is_clause = begins.is_some_and(char::is_lowercase);
    let full = if is_clause { "This " } else { "" };
    let stop = if message.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{full}{message}{stop}")
}

/// Lines that are not empty, each once, without the blanks around them.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && seen.insert((*line).to_owned()))
        .map(str::to_owned)
        .collect()
}

/// A field's lines `Name: value`.
pub(crate) fn pairs(form: &Form, field: &str, errors: &mut Errors) -> Map<String, Value> {
    let mut pairs = Map::new();
    for line in lines(form.text(field)) {
        match line.split_once(':') {
            Some((name, value)) => {
                pairs.insert(name.trim().to_owned(), value.trim().into());
            }
            None => errors.add(
                field,
                format!("Write each line as a name, a colon and its value: “{line}” has no colon."),
            ),
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_as_typed() {
        let form = Form::parse(b"a=+x+&b=1&b=2&c=%C3%A4%0D%0A");
        assert_eq!((form.text("a"), form.given("a")), (" x ", Some("x")));
        assert_eq!(form.all("b").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(form.text("c"), "ä\r\n");
        assert_eq!((form.text("d"), form.given("d")), ("", None));
    }

    #[test]
    fn an_address_needs_both_its_sides() {
        for (typed, wrong) in [
            ("", false),
            ("mia@example.net", false),
            ("nobody", true),
            ("@example.net", true),
            ("mia@", true),
            ("mia berg@example.net", true),
        ] {
            let (mut form, mut errors) = (Form::default(), Errors::default());
            form.put("email", typed);
            form.email("email", &mut errors);
            assert_eq!(errors.at("email").is_some(), wrong, "{typed}");
        }
    }

    #[test]
    fn a_refusal_is_told_at_its_field() {
        let refusal = Refusal::field("/rate_limit/per_second", "is 0: use 1 or more");
        let errors = Errors::of(refusal, &["rate_limit"], |_| None).unwrap();
        assert_eq!(errors.at("rate_limit"), Some("This is 0: use 1 or more."));
        let elsewhere = Refusal::field("/egress", "Not known.");
        let errors = Errors::of(elsewhere, &["url"], |_| None).unwrap();
        assert_eq!(errors.at(""), Some("Not known."));
        assert!(Errors::of(Refusal::Failed("x".to_owned()), &[], |_| None).is_err());
    }

    #[test]
    fn lines_are_told_apart() {
        assert_eq!(lines(" a \r\n\r\nb\na"), ["a", "b"]);
    }
}
