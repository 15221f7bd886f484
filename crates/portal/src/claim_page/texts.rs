//! What the page says, in the customer's language: a shop's own text, else that of the language's file, else the
//! English one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use claimwire_model::{ClaimPage, Timestamp};
use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;

type Table = BTreeMap<String, String>;

/// The language that has every text.
const ENGLISH: &str = "en";

/// By language, in the order in which they are offered.
const FILES: [(&str, &str); 2] = [
    (ENGLISH, include_str!("../../locales/en.toml")),
    ("de", include_str!("../../locales/de.toml")),
];

static TABLES: LazyLock<BTreeMap<&str, Table>> = LazyLock::new(|| {
    // A file that cannot be read fails a test.
    let read = |(language, text)| (language, toml::from_str(text).unwrap_or_default());
    FILES.into_iter().map(read).collect()
});

static NONE: LazyLock<Table> = LazyLock::new(Table::new);

/// The texts of one language.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    pub language: String,
    own: Table,
}

impl Texts {
    /// In the first of these languages that there is: the one that was asked for, those of the browser, the shop's.
    pub fn chosen(page: &ClaimPage, asked: Option<&str>, headers: &HeaderMap) -> Self {
        let accepted = headers.get(ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let accepted = accepted.unwrap_or_default().split(',');
        let accepted = accepted.map(|one| one.split(';').next().unwrap_or_default());
        let wanted = asked
            .into_iter()
            .chain(accepted)
            .chain([page.language.as_str()]);
        let known = wanted
            .filter_map(|wanted| known(page, wanted))
            .next()
            .unwrap_or_else(|| ENGLISH.to_owned());
        Self::of(page, known)
    }

    fn of(page: &ClaimPage, language: String) -> Self {
        Self {
            own: page.texts.get(&language).cloned().unwrap_or_default(),
            language,
        }
    }

    /// The text of this name; none: no language has one.
    pub fn find(&self, name: &str) -> Option<&str> {
        let tables = [
            &self.own,
            TABLES.get(self.language.as_str()).unwrap_or(&NONE),
            TABLES.get(ENGLISH).unwrap_or(&NONE),
        ];
        let mut texts = tables.into_iter().filter_map(|table| table.get(name));
        texts.next().map(String::as_str)
    }

    /// The text of this name.
    pub fn say(&self, name: &str) -> String {
        self.find(name).unwrap_or(name).to_owned()
    }

    /// The text with a value put in.
    pub fn with(&self, name: &str, placeholder: &str, value: impl std::fmt::Display) -> String {
        put(&self.say(name), placeholder, &value.to_string())
    }

    /// A day, UTC.
    pub fn date(&self, time: &Timestamp) -> String {
        let iso = time.to_zulu_seconds();
        let mut parts = iso.get(..10).unwrap_or_default().split('-');
        let (year, month, day) = (parts.next(), parts.next(), parts.next());
        let number = |part: Option<&str>| part.and_then(|part| part.parse::<usize>().ok());
        let months = self.say("months");
        let month = number(month).and_then(|month| months.split(' ').nth(month.checked_sub(1)?));
        let text = put(&self.say("date"), "year", year.unwrap_or_default());
        let text = put(&text, "month", month.unwrap_or_default());
        put(&text, "day", &number(day).unwrap_or_default().to_string())
    }
}

/// The text with the value in place of `{placeholder}`.
pub(super) fn put(text: &str, placeholder: &str, value: &str) -> String {
    text.replace(&format!("{{{placeholder}}}"), value)
}

/// The language by its code, or by what stands before its hyphen: `de-AT` is `de`.
fn known(page: &ClaimPage, wanted: &str) -> Option<String> {
    let wanted = wanted.trim().to_ascii_lowercase();
    let there = |code: &str| TABLES.contains_key(code) || page.texts.contains_key(code);
    let short = wanted.split('-').next().unwrap_or_default();
    let found = [wanted.as_str(), short]
        .into_iter()
        .find(|code| there(code));
    found.map(str::to_owned)
}

/// Every language that there is: its code and its own name for itself.
pub(crate) fn languages(page: &ClaimPage) -> Vec<(String, String)> {
    let ours = FILES.iter().map(|(code, _)| (*code).to_owned());
    let own = page.texts.keys().cloned();
    let mut found: Vec<(String, String)> = Vec::new();
    for code in ours.chain(own) {
        if found.iter().any(|(known, _)| *known == code) {
            continue;
        }
        let texts = Texts::of(page, code.clone());
        let own = texts.own.contains_key("language_name") || TABLES.contains_key(code.as_str());
        let name = if own {
            texts.say("language_name")
        } else {
            code.clone()
        };
        found.push((code, name));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(language: &str) -> Table {
        let (_, text) = FILES.iter().find(|(code, _)| *code == language).unwrap();
        toml::from_str(text).unwrap()
    }

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<_> = text
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap())
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_language_says_the_same_things() {
        let english = table(ENGLISH);
        for (language, _) in FILES {
            let table = table(language);
            assert_eq!(
                table.keys().collect::<Vec<_>>(),
                english.keys().collect::<Vec<_>>(),
                "{language}"
            );
            for (name, text) in &table {
                assert_eq!(
                    placeholders(text),
                    placeholders(&english[name]),
                    "{language} {name}"
                );
            }
            assert_eq!(table["months"].split(' ').count(), 12, "{language}");
        }
    }

    /// What templates and code ask for by a whole name.
    #[test]
    fn every_text_that_is_asked_for_is_there() {
        let english = table(ENGLISH);
        let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/src/claim_page");
        let mut asked = 0;
        for file in std::fs::read_dir(dir).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for call in ["say(\"", "with(\"", "find(\""] {
                for rest in text.split(call).skip(1) {
                    let name = rest.split('"').next().unwrap();
                    assert!(english.contains_key(name), "{name}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 50);
    }

    #[test]
    fn a_language_is_chosen() {
        let page: ClaimPage = serde_json::from_str(
            r#"{"language": "de", "texts": {"fr": {"back": "Retour"}, "de": {"back": "Heim"}}}"#,
        )
        .unwrap();
        let chosen = |asked: Option<&str>, accepted: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, accepted.parse().unwrap());
            Texts::chosen(&page, asked, &headers)
        };
        assert_eq!(chosen(Some("en"), "de").language, "en");
        assert_eq!(chosen(Some("xx"), "de-AT,en;q=0.5").language, "de");
        assert_eq!(chosen(None, "it, en-GB;q=0.7").language, "en");
        assert_eq!(chosen(None, "it").language, "de", "the shop's");
        let french = chosen(None, "fr-CA");
        assert_eq!(
            (french.say("back"), french.say("change")),
            ("Retour".into(), "Change".into())
        );
        assert_eq!(chosen(None, "de").say("back"), "Heim");
        let names = languages(&page);
        let names: Vec<_> = names.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["English", "Deutsch", "fr"]);
    }

    #[test]
    fn days_are_written_as_people_write_them() {
        let page = ClaimPage::default();
        let day = Timestamp::from_secs(1_769_698_127);
        assert_eq!(Texts::of(&page, "en".into()).date(&day), "29 January 2026");
        assert_eq!(Texts::of(&page, "de".into()).date(&day), "29. Januar 2026");
    }
}
