//! What a form sent: its fields as text, kept as they were typed, so that a form that is refused shows them again.

use std::collections::BTreeSet;
use std::str::FromStr;

use claimwire_actions::{FieldError, Refusal};
use serde_json::{Map, Value};

/// The field that says as of when the form was shown.
pub(crate) const SEEN: &str = "seen";
/// Characters that are told of a value that someone else saved.
const TOLD: usize = 80;

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

    /// Whether something is given under one of these names.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.given(name).is_some())
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

    /// Refuses a form about something that was changed since it was shown, and tells what is saved where something else was
    /// typed. `saved`: the form as it would be shown now. Sent once more, it puts what was typed in the place of that.
    pub fn is_of_now(&mut self, saved: &Self, what: &str, errors: &mut Errors) {
        if self.given(SEEN).is_none_or(|seen| seen == saved.text(SEEN)) {
            return;
        }
        let differs = self.differences(saved);
        let told = match differs.is_empty() {
            true => String::new(),
            false => format!(
                " Now saved, where you typed something else: {}.",
                differs.join("; ")
            ),
        };
        errors.add(
            "",
            format!(
                "Someone changed this {what} while you had it open.{told} Look at what you typed, then save again."
            ),
        );
        self.set(SEEN, saved.text(SEEN));
    }

    /// What `saved` has where this form has something else: `url: https://r.test/`.
    fn differences(&self, saved: &Self) -> Vec<String> {
        let values = |form: &Self, name: &str| {
            let values = form.all(name).map(|value| value.replace("\r\n", "\n"));
            values.collect::<Vec<_>>().join(", ").trim().to_owned()
        };
        let names: BTreeSet<&str> = saved.0.iter().map(|(name, _)| &**name).collect();
        let names = names.into_iter().filter(|name| *name != SEEN);
        names
            .filter_map(|name| {
                let now = values(saved, name);
                let words = name.trim_start_matches("s-").replace(['_', '-'], " ");
                let mut told: String = now.chars().take(TOLD).collect();
                if told.len() < now.len() {
                    told.push('…');
                }
                let told = if told.is_empty() { "nothing" } else { &told };
                (now != values(self, name)).then(|| format!("{words}: {told}"))
            })
            .collect()
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

/// `is empty` → `This is empty.`, `the scheme is unknown` → `The scheme is unknown.`; what is a sentence stays.
fn sentence(message: &str) -> String {
    if let Some(rest) = message.strip_prefix("the ") {
        return sentence(&format!("The {rest}"));
    }
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
    fn a_form_of_before_tells_what_is_saved_now() {
        let (mut form, mut errors) = (Form::default(), Errors::default());
        for (name, value) in [("seen", "1"), ("url", "mine"), ("notes", "a\r\nb")] {
            form.put(name, value);
        }
        let mut saved = Form::default();
        for (name, value) in [
            ("seen", "2"),
            ("url", "theirs"),
            ("notes", "a\nb"),
            ("verify", "yes"),
        ] {
            saved.put(name, value);
        }
        form.is_of_now(&saved, "webhook", &mut errors);
        let told = errors.at("").unwrap();
        assert!(told.contains("this webhook"), "{told}");
        assert!(
            told.contains("something else: url: theirs; verify: yes."),
            "{told}"
        );
        assert_eq!((form.text("seen"), form.text("url")), ("2", "mine"));
        // Sent once more, it is of now.
        let mut errors = Errors::default();
        form.is_of_now(&saved, "webhook", &mut errors);
        assert!(errors.is_empty());
    }

    #[test]
    fn a_refusal_is_told_at_its_field() {
        let refusal = Refusal::field("/rate_limit/per_second", "is 0: use 1 or more");
        let errors = Errors::of(refusal, &["rate_limit"], |_| None).unwrap();
        assert_eq!(errors.at("rate_limit"), Some("This is 0: use 1 or more."));
        let refusal = Refusal::field("/url", "the scheme `ftp` is not allowed: use https");
        let errors = Errors::of(refusal, &["url"], |_| None).unwrap();
        let told = "The scheme `ftp` is not allowed: use https.";
        assert_eq!(errors.at("url"), Some(told));
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
