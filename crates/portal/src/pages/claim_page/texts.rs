//! The shop's own texts, a field for each language: lines `name = "text"`, as the files of our own have them.

use std::collections::BTreeMap;

use claimwire_model::ClaimPage;

use crate::claim_page::languages;
use crate::form::{Errors, Form};

type Texts = BTreeMap<String, BTreeMap<String, String>>;

/// The field of a language.
pub(super) struct TextsRow {
    pub field: String,
    pub label: String,
}

fn name(code: &str) -> String {
    format!("texts-{code}")
}

/// The fields: of every language that there is.
pub(super) fn rows(page: &ClaimPage) -> Vec<TextsRow> {
    let row = |(code, label): (String, String)| TextsRow {
        field: name(&code),
        label: match label == code {
            true => label,
            false => format!("{label} ({code})"),
        },
    };
    languages(page).into_iter().map(row).collect()
}

/// Puts them into the form.
pub(super) fn fill(form: &mut Form, page: &ClaimPage) {
    for (code, texts) in &page.texts {
        form.put(&name(code), file(texts));
    }
}

/// JSON's escapes are TOML's.
fn file(texts: &BTreeMap<String, String>) -> String {
    let line = |(name, text): (&String, &String)| {
        format!("{name} = {}", serde_json::Value::from(text.as_str()))
    };
    texts.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// As they were typed.
pub(super) fn read(form: &Form, errors: &mut Errors) -> Texts {
    let mut read = Texts::new();
    let fields = form
        .pairs()
        .filter_map(|(field, text)| Some((field, field.strip_prefix("texts-")?.to_owned(), text)));
    let new = form.text("new_texts");
    let code = form.text("new_language").trim().to_lowercase();
    if code.is_empty() && !new.trim().is_empty() {
        errors.add(
            "new_language",
            "Enter the code of the language: fr, it, pt-br, …",
        );
    }
    let fields = fields.chain([("new_texts", code, new)]);
    for (field, code, text) in fields {
        match toml::from_str::<BTreeMap<String, String>>(text) {
            Ok(texts) if texts.is_empty() || code.is_empty() => {}
            Ok(texts) => read.entry(code).or_default().extend(texts),
            Err(error) => {
                let line = error.span().and_then(|span| text.get(..span.start));
                let line = line.map_or(1, |before| before.matches('\n').count() + 1);
                let message = error.message().lines().next().unwrap_or_default();
                errors.add(
                    field,
                    format!("Write each line as a name and its text, as in back = \"Back\". Line {line}: {message}."),
                );
            }
        }
    }
    read
}

/// The field of a text that the action found wrong: `/texts/fr/back`.
pub(super) fn field(form: &Form, pointer: &str) -> Option<String> {
    let code = pointer.strip_prefix("/texts/")?.split('/').next()?;
    let known = name(code);
    Some(match form.ticked(&known) {
        true => known,
        false => "new_texts".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_read_back() {
        let json =
            r#"{"en": {"back": "Go \"back\"\n\\ now", "x": "ü – 'y'"}, "fr": {"back": "Retour"}}"#;
        let page = ClaimPage {
            texts: serde_json::from_str(json).unwrap(),
            ..ClaimPage::default()
        };
        let (mut form, mut errors) = (Form::default(), Errors::default());
        fill(&mut form, &page);
        assert_eq!(read(&form, &mut errors), page.texts);
        form.put("new_texts", "back = \"Indietro\"\n# nothing");
        form.put("new_language", "IT");
        assert_eq!(read(&form, &mut errors)["it"]["back"], "Indietro");
        assert!(errors.is_empty());
        form.set("new_texts", "back = \"Indietro\"\nchange");
        read(&form, &mut errors);
        assert!(
            errors.at("new_texts").unwrap().contains("Line 2"),
            "{errors:?}"
        );
    }
}
