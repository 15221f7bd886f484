//! The shop's own reasons, a group of fields each.

use std::collections::BTreeMap;

use claimwire_model::claim_page::{Flow, OwnReason};

use super::flows;
use crate::form::{Errors, Form, lines};

/// Groups that are read; the action says how many reasons there can be.
const MOST: usize = 60;
/// What is typed where nobody is asked for a wish.
const NONE: &str = "none";

/// How many photos a reason can need.
const PHOTOS: [(&str, &str); 10] = [
    ("", "As the problem says"),
    ("0", "None needed"),
    ("1", "1 at least"),
    ("2", "2 at least"),
    ("3", "3 at least"),
    ("4", "4 at least"),
    ("5", "5 at least"),
    ("6", "6 at least"),
    ("7", "7 at least"),
    ("8", "8 at least"),
];

/// The names of one group's fields.
pub(super) struct ReasonRow {
    pub number: usize,
    pub name: String,
    pub flow: String,
    pub labels: String,
    pub photos: String,
    pub resolutions: String,
    pub remove: String,
    pub kept: bool,
}

impl ReasonRow {
    fn of(form: &Form, n: usize) -> Self {
        let field = |what: &str| format!("reason-{n}-{what}");
        Self {
            number: n + 1,
            kept: form.given(&field("name")).is_some(),
            name: field("name"),
            flow: field("flow"),
            labels: field("labels"),
            photos: field("photos"),
            resolutions: field("resolutions"),
            remove: field("remove"),
        }
    }

    /// Whether someone typed something.
    fn is_typed(&self, form: &Form) -> bool {
        [&self.name, &self.labels, &self.resolutions]
            .into_iter()
            .any(|name| form.given(name).is_some())
    }
}

/// The flows that a reason can belong to.
pub(super) fn flow_options() -> Vec<(&'static str, &'static str)> {
    Flow::ALL
        .map(|flow| (flow.as_str(), flows::label(flow)))
        .into()
}

/// The numbers of photos that a reason can need.
pub(super) fn photo_options() -> &'static [(&'static str, &'static str)] {
    &PHOTOS
}

/// The groups that the form has.
pub(super) fn rows(form: &Form) -> Vec<ReasonRow> {
    (0..MOST)
        .map(|n| ReasonRow::of(form, n))
        .take_while(|row| form.ticked(&row.name))
        .collect()
}

/// One more, empty; its number.
pub(super) fn add(form: &mut Form) -> usize {
    let n = rows(form).len();
    form.put(&ReasonRow::of(form, n).name, "");
    n
}

/// Puts them into the form.
pub(super) fn fill(form: &mut Form, reasons: &[OwnReason]) {
    for (n, own) in reasons.iter().enumerate() {
        let row = ReasonRow::of(form, n);
        let labels = own
            .labels
            .iter()
            .map(|(language, label)| format!("{language}: {label}"));
        form.put(&row.name, own.reason.clone());
        form.put(&row.flow, own.flow.as_str());
        form.put(&row.labels, labels.collect::<Vec<_>>().join("\n"));
        form.put(
            &row.photos,
            own.photos.map_or_else(String::new, |n| n.to_string()),
        );
        let wishes = own.resolutions.as_ref().map(|wishes| match wishes.len() {
            0 => NONE.to_owned(),
            _ => wishes.join(", "),
        });
        form.put(&row.resolutions, wishes.unwrap_or_default());
    }
}

/// As they were typed, and the group of each. `language` is that of a text that stands without one.
pub(super) fn read(
    form: &Form,
    language: &str,
    errors: &mut Errors,
) -> (Vec<OwnReason>, Vec<ReasonRow>) {
    let typed = rows(form)
        .into_iter()
        .filter(|row| row.is_typed(form) && !form.ticked(&row.remove));
    let read = |row: ReasonRow| {
        let flow = Flow::ALL
            .into_iter()
            .find(|flow| form.is(&row.flow, flow.as_str()));
        let wishes = form.given(&row.resolutions).map(|text| match text {
            NONE => Vec::new(),
            _ => lines(&text.replace(',', "\n")),
        });
        let own = OwnReason {
            reason: form.text(&row.name).trim().to_owned(),
            flow: flow.unwrap_or(Flow::Defective),
            labels: labels(form.text(&row.labels), language),
            photos: form.read(&row.photos, "Choose one of these.", errors),
            resolutions: wishes,
        };
        (own, row)
    };
    typed.map(read).unzip()
}

/// Lines `en: Scratched`.
fn labels(text: &str, language: &str) -> BTreeMap<String, String> {
    let line = |line: String| match line.split_once(':') {
        Some((code, label)) if !code.trim().contains(' ') => {
            (code.trim().to_lowercase(), label.trim().to_owned())
        }
        _ => (language.to_owned(), line),
    };
    lines(text).into_iter().map(line).collect()
}

/// The field of a reason that the action found wrong: `/reasons/0/labels/en`.
pub(super) fn field(rows: &[ReasonRow], pointer: &str) -> Option<String> {
    let mut parts = pointer.strip_prefix("/reasons/")?.split('/');
    let row = rows.get(parts.next()?.parse::<usize>().ok()?)?;
    Some(match parts.next()? {
        "labels" => row.labels.clone(),
        "photos" => row.photos.clone(),
        "resolutions" => row.resolutions.clone(),
        _ => row.name.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_read_back() {
        let reasons: Vec<OwnReason> = serde_json::from_str(
            r#"[{"reason": "scratch", "flow": "return", "labels": {"en": "Scratched: a bit", "de": "Zerkratzt"}, "photos": 0, "resolutions": []},
                {"reason": "other", "flow": "support", "labels": {"en": "Other"}, "photos": null, "resolutions": ["refund", "repair"]}]"#,
        )
        .unwrap();
        let (mut form, mut errors) = (Form::default(), Errors::default());
        fill(&mut form, &reasons);
        assert_eq!(add(&mut form), 2);
        let (read, rows) = read(&form, "en", &mut errors);
        assert_eq!((read, rows.len()), (reasons, 2));
        assert!(errors.is_empty());
        assert_eq!(
            field(&rows, "/reasons/1/labels/en").as_deref(),
            Some("reason-1-labels")
        );
    }

    #[test]
    fn a_label_without_a_language_has_the_pages() {
        let read = labels("Kaputt\nEN: Broken\nBut this: too", "de");
        let read: Vec<_> = read.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(read, [("de", "But this: too"), ("en", "Broken")]);
    }
}
