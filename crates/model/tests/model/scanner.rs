//! What the scanner takes is JSON, and what it finds is what serde_json finds.

use claimwire_model::json::Scanner;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::value::RawValue;

const LEVELS: usize = 8;

fn scalar() -> impl Strategy<Value = String> {
    let texts = [
        "null",
        "true",
        "false",
        "0",
        "-0",
        "12",
        "-1.50",
        "1e3",
        "2E-7",
        "0.0e+1",
        r#""""#,
        r#""a""#,
        r#""\" \\ \/ \b\f\n\r\t""#,
        r#""\u00fc\uFFFF\ud7ff""#,
        r#""ü€😀""#,
        r#""longer than one word of eight bytes""#,
        r#""1234567\"""#,
        r#""12345678""#,
        "\"\u{7f}\"",
    ];
    select(texts.to_vec()).prop_map(str::to_owned)
}

fn space() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", "", " ", "\n\t", "\r "])
}

/// JSON of all shapes.
fn json() -> impl Strategy<Value = String> {
    scalar().prop_recursive(6, 40, 5, |inner| {
        let spaced =
            (space(), inner.clone(), space()).prop_map(|(a, text, b)| format!("{a}{text}{b}"));
        let member = (
            space(),
            select(vec!["a", "b", "", "\\u0061", "ü"]),
            space(),
            inner,
            space(),
        )
            .prop_map(|(a, key, b, value, c)| format!("{a}\"{key}\"{b}:{value}{c}"));
        prop_oneof![
            (space(), prop::collection::vec(spaced, 0..5))
                .prop_map(|(a, all)| format!("[{a}{}]", all.join(","))),
            (space(), prop::collection::vec(member, 0..5))
                .prop_map(|(a, all)| format!("{{{a}{}}}", all.join(","))),
        ]
    })
}

/// JSON with something put into it or taken away, which most often makes it none.
fn broken() -> impl Strategy<Value = String> {
    let pieces = vec![
        "", "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "1", "-", ".", "e", "+", "n", "null",
        "\u{1}", "\n", "\\u12", "\\ud800", "\\uD8", "ü", "x", "\u{feff}",
    ];
    (json(), any::<Index>(), 0..3usize, select(pieces)).prop_map(|(text, at, gone, piece)| {
        let chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        let end = (at + gone).min(chars.len());
        let (before, behind) = (chars[..at].iter(), chars[end..].iter());
        before
            .copied()
            .chain(piece.chars())
            .chain(behind.copied())
            .collect()
    })
}

/// The text of the value, if the scanner takes it.
fn scanned(text: &str) -> Option<&str> {
    let mut scanner = Scanner::new(text);
    let value = scanner.value(LEVELS)?;
    scanner.end()?;
    Some(value.get())
}

fn read(text: &str) -> Option<&str> {
    serde_json::from_str::<&RawValue>(text)
        .ok()
        .map(RawValue::get)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_programs_write_is_taken(text in json()) {
        prop_assert_eq!(scanned(&text), Some(text.trim()));
        prop_assert_eq!(read(&text), Some(text.trim()));
    }

    #[test]
    fn nothing_else_is_taken(text in broken()) {
        if let Some(found) = scanned(&text) {
            prop_assert_eq!(read(&text), Some(found));
        }
    }
}

#[test]
fn what_is_unusual_is_left_to_others() {
    for text in [
        &"[".repeat(LEVELS + 1)[..],
        &format!("{}{}", "[".repeat(LEVELS + 1), "]".repeat(LEVELS + 1)),
        r#""\ud83d\ude00""#,
        r#""\ud800""#,
        &"1".repeat(65),
        "\"\u{1f}\"",
        "",
        " ",
        "{} {}",
        "[1,]",
        r#"{"a":1,}"#,
        "{\"a\"}",
        "nul",
        "+1",
        ".5",
        "1.",
        "00",
        "-",
    ] {
        assert_eq!(scanned(text), None, "{text}");
    }
    let deep = format!("{}{}", "[".repeat(LEVELS), "]".repeat(LEVELS));
    assert_eq!(scanned(&deep), Some(&deep[..]));
    assert_eq!(scanned(&"1".repeat(64)), Some(&"1".repeat(64)[..]));
}

#[test]
fn members_are_found_with_their_keys() {
    let text = r#" {"a" : [1, {"b":2}] ,"":"x", "a\u0062":null} "#;
    let (mut scanner, mut found) = (Scanner::new(text), Vec::new());
    let object = scanner.object(3, |scanner, key| {
        found.push((key, scanner.value(2)?.get()));
        Some(())
    });
    assert_eq!(object.map(|object| object.get()), Some(text.trim()));
    assert_eq!(
        found,
        [
            ("a", r#"[1, {"b":2}]"#),
            ("", r#""x""#),
            (r"a\u0062", "null")
        ]
    );
}
