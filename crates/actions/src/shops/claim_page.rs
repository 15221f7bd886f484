//! What the settings of a claim page may hold. Nothing of them can become markup, another header or another rule of a
//! stylesheet: colours and origins are of one form alone.

use std::collections::BTreeMap;

use claimwire_model::ClaimPage;
use claimwire_model::claim_page::{Asks, OwnReason};
use url::Url;

use crate::checks::{Checks, OPEN_ENUM, URL};
use crate::refusal::Refusal;

/// Own reasons of a page.
const REASONS: usize = 50;
/// What customers can wish for.
const RESOLUTIONS: usize = 10;
/// Photos that a claim can need.
const PHOTOS: u8 = 8;
/// Days of the filing window.
const DAYS: u32 = 3_650;
/// Claims of one customer.
const REPEAT_CLAIMS: u32 = 100;
/// Languages with texts of the shop's own, and texts of each.
const LANGUAGES: usize = 20;
const TEXTS: usize = 200;
/// Characters of a text, of its name, of a language's code, of a reason's label.
const TEXT_CHARS: usize = 1_000;
const NAME_CHARS: usize = 64;
const LANGUAGE_CHARS: usize = 16;
const LABEL_CHARS: usize = 100;
/// Origins that may hold the page in a frame.
const ANCESTORS: usize = 10;

/// Whether a page can be set up so.
///
/// # Errors
/// [`Refusal::Invalid`] with every field that cannot be as it is.
pub fn check_page(page: &ClaimPage) -> Result<(), Refusal> {
    let mut checks = Checks::default();
    check_claim_page(&mut checks, page);
    checks.done()
}

pub(super) fn check_claim_page(checks: &mut Checks, page: &ClaimPage) {
    check_flows(checks, page);
    check_reasons(checks, &page.reasons);
    check_resolutions(checks, "/claim_page/resolutions", &page.resolutions);
    let within = |value: Option<u32>, most: u32| value.is_none_or(|n| (1..=most).contains(&n));
    checks.that(
        within(page.filing_days, DAYS),
        "/claim_page/filing_days",
        "is not a number of days from 1 to 3650, or null",
    );
    checks.that(
        within(page.repeat_claims, REPEAT_CLAIMS),
        "/claim_page/repeat_claims",
        "is not a number from 1 to 100, or null",
    );
    check_texts(checks, &page.texts);
    checks.that(
        is_language(&page.language),
        "/claim_page/language",
        "is not the code of a language: en, de, pt-br, …",
    );
    let color = page.color.as_deref();
    checks.that(
        color.is_none_or(is_color),
        "/claim_page/color",
        "is not a colour of the form #2f55d4",
    );
    let logo = page.logo_url.as_deref();
    checks.that(
        logo.is_none_or(is_logo),
        "/claim_page/logo_url",
        "is not an https URL of at most 2048 characters",
    );
    check_ancestors(checks, &page.frame_ancestors);
}

fn check_flows(checks: &mut Checks, page: &ClaimPage) {
    let field = "/claim_page/flows";
    checks.that(!page.flows.is_empty(), field, "is empty");
    for (i, offered) in page.flows.iter().enumerate() {
        let mut before = page.flows.iter().take(i);
        let again = before.any(|other| other.flow == offered.flow);
        checks.that(!again, format_args!("{field}/{i}/flow"), "is there twice");
        check_photos(
            checks,
            format_args!("{field}/{i}/photos"),
            Some(offered.photos),
        );
        let needed =
            offered.photos == 0 || !matches!(offered.steps.photos, Some(Asks::No | Asks::Optional));
        checks.that(
            needed,
            format_args!("{field}/{i}/steps/photos"),
            "is not required, while photos is more than 0",
        );
    }
}

fn check_photos(checks: &mut Checks, field: impl std::fmt::Display, photos: Option<u8>) {
    checks.that(
        photos.is_none_or(|photos| photos <= PHOTOS),
        field,
        "is more than 8",
    );
}

fn check_reasons(checks: &mut Checks, reasons: &[OwnReason]) {
    let field = "/claim_page/reasons";
    checks.that(reasons.len() <= REASONS, field, "has more than 50 entries");
    for (i, own) in reasons.iter().enumerate().take(REASONS) {
        checks.that(
            is_name(&own.reason),
            format_args!("{field}/{i}/reason"),
            "is not 1 to 64 of a-z, 0-9, - and _",
        );
        let same = |other: &OwnReason| other.reason == own.reason && other.flow == own.flow;
        let again = reasons.iter().take(i).any(same);
        checks.that(
            !again,
            format_args!("{field}/{i}/reason"),
            "is there twice in this flow",
        );
        let labels = format!("{field}/{i}/labels");
        checks.that(!own.labels.is_empty(), &labels, "is empty");
        for (language, label) in own.labels.iter().take(LANGUAGES) {
            let good = is_language(language) && is_line(label, LABEL_CHARS);
            checks.that(
                good,
                format_args!("{labels}/{language}"),
                "is not a line of 1 to 100 characters under the code of a language",
            );
        }
        checks.that(
            own.labels.len() <= LANGUAGES,
            &labels,
            "has more than 20 languages",
        );
        check_photos(checks, format_args!("{field}/{i}/photos"), own.photos);
        if let Some(resolutions) = &own.resolutions {
            check_resolutions(checks, &format!("{field}/{i}/resolutions"), resolutions);
        }
    }
}

fn check_resolutions(checks: &mut Checks, field: &str, resolutions: &[String]) {
    checks.that(
        resolutions.len() <= RESOLUTIONS,
        field,
        "has more than 10 entries",
    );
    for (i, resolution) in resolutions.iter().enumerate().take(RESOLUTIONS) {
        let again = resolutions.iter().take(i).any(|other| other == resolution);
        checks.that(
            is_name(resolution) && !again,
            format_args!("{field}/{i}"),
            "is not 1 to 64 of a-z, 0-9, - and _, or is there twice",
        );
    }
}

fn check_texts(checks: &mut Checks, texts: &BTreeMap<String, BTreeMap<String, String>>) {
    let field = "/claim_page/texts";
    checks.that(
        texts.len() <= LANGUAGES,
        field,
        "has more than 20 languages",
    );
    for (language, texts) in texts.iter().take(LANGUAGES) {
        let field = format!("{field}/{language}");
        checks.that(
            is_language(language),
            &field,
            "is not under the code of a language: en, de, pt-br, …",
        );
        checks.that(texts.len() <= TEXTS, &field, "has more than 200 texts");
        for (name, text) in texts.iter().take(TEXTS) {
            let good = name.len() <= NAME_CHARS && is_name(name);
            checks.that(
                good,
                format_args!("{field}/{name}"),
                "is under a name that no text has",
            );
            checks.text(format_args!("{field}/{name}"), text, TEXT_CHARS);
        }
    }
}

fn check_ancestors(checks: &mut Checks, ancestors: &[String]) {
    let field = "/claim_page/frame_ancestors";
    checks.that(
        ancestors.len() <= ANCESTORS,
        field,
        "has more than 10 entries",
    );
    for (i, origin) in ancestors.iter().enumerate().take(ANCESTORS) {
        checks.that(
            is_origin(origin),
            format_args!("{field}/{i}"),
            "is not an origin of the form https://shop.example",
        );
    }
}

fn is_name(text: &str) -> bool {
    let good = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    (1..=OPEN_ENUM).contains(&text.len()) && text.bytes().all(good)
}

fn is_line(text: &str, at_most: usize) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= at_most
        && !text.chars().any(char::is_control)
}

/// As RFC 5646 has it, in small letters.
fn is_language(text: &str) -> bool {
    let good = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (2..=LANGUAGE_CHARS).contains(&text.len())
        && text.bytes().all(good)
        && text.bytes().take(2).all(|b| b.is_ascii_lowercase())
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn is_logo(text: &str) -> bool {
    let parsed = Url::parse(text);
    text.len() <= URL
        && text.starts_with("https://")
        && !text.chars().any(|c| c.is_control() || c.is_whitespace())
        && parsed.is_ok_and(|url| url.username().is_empty() && url.password().is_none())
}

/// An origin alone, as a browser writes it.
fn is_origin(text: &str) -> bool {
    text.starts_with("https://")
        && Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text)
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-.:/[]".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(json: &str) -> Vec<String> {
        let page: ClaimPage = serde_json::from_str(json).unwrap();
        match check_page(&page) {
            Ok(()) => Vec::new(),
            Err(Refusal::Invalid { errors, .. }) => {
                errors.into_iter().map(|error| error.field).collect()
            }
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn the_settings_of_a_page_are_checked() {
        assert!(wrong("{}").is_empty());
        let good = r##"{"enabled": true, "color": "#2F55d4", "logo_url": "https://cdn.shop.example/logo.png?v=1",
            "frame_ancestors": ["https://shop.example", "https://shop.example:8443"], "filing_days": 30, "language": "pt-br",
            "reasons": [{"reason": "scratch", "flow": "defective", "labels": {"en": "Scratched"}}],
            "texts": {"fr": {"start_title": "Que s'est-il passé ?"}}}"##;
        assert!(wrong(good).is_empty(), "{:?}", wrong(good));
        for (json, field) in [
            (r#"{"flows": []}"#, "flows"),
            (
                r#"{"flows": [{"flow": "return"}, {"flow": "return"}]}"#,
                "flows/1/flow",
            ),
            (
                r#"{"flows": [{"flow": "return", "photos": 9}]}"#,
                "flows/0/photos",
            ),
            (
                r#"{"flows": [{"flow": "return", "photos": 1, "steps": {"photos": "optional"}}]}"#,
                "flows/0/steps/photos",
            ),
            (
                r#"{"reasons": [{"reason": "A b", "flow": "return", "labels": {"en": "x"}}]}"#,
                "reasons/0/reason",
            ),
            (
                r#"{"reasons": [{"reason": "a", "flow": "return", "labels": {}}]}"#,
                "reasons/0/labels",
            ),
            (
                r#"{"reasons": [{"reason": "a", "flow": "return", "labels": {"en": "a\nb"}}]}"#,
                "reasons/0/labels/en",
            ),
            (r#"{"resolutions": ["refund", "refund"]}"#, "resolutions/1"),
            (r#"{"filing_days": 0}"#, "filing_days"),
            (r#"{"repeat_claims": 0}"#, "repeat_claims"),
            (r#"{"language": "<b>"}"#, "language"),
            (r#"{"texts": {"EN": {}}}"#, "texts/EN"),
            (r#"{"texts": {"en": {"<b>": "x"}}}"#, "texts/en/<b>"),
            (
                r#"{"logo_url": "http://shop.example/logo.png"}"#,
                "logo_url",
            ),
            (
                r#"{"logo_url": "https://a:b@shop.example/logo.png"}"#,
                "logo_url",
            ),
        ] {
            assert_eq!(wrong(json), [format!("/claim_page/{field}")], "{json}");
        }
    }

    #[test]
    fn a_colour_and_an_origin_can_be_nothing_else() {
        for bad in [
            "",
            "red",
            "#fff",
            "#2f55d4;",
            "#2f55d4}body{",
            "2f55d4",
            "#2f55g4",
        ] {
            assert!(!is_color(bad), "{bad}");
        }
        for bad in [
            "",
            "*",
            "https:",
            "https://*",
            "https://*.shop.example",
            "http://shop.example",
            "https://shop.example/",
            "https://shop.example; script-src *",
            "https://shop.example https://evil.test",
            "'none'",
            "https://SHOP.example",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
