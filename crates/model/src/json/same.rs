//! When two JSON texts say the same: a caller's library may order members and escape characters as it
//! likes, and that is no change.

use std::borrow::Cow;

use super::{is_deeper_than, tokens};

/// Levels that values are compared in; deeper texts are the same when their characters are. Nothing
/// that is taken in is so deep.
const LEVELS: usize = 128;

/// Whether two JSON texts have the same value. The order of members and how a character is escaped do
/// not count; numbers are the same when their texts are, since `1.0` and `1.00` may not be the same to
/// whoever wrote them.
#[must_use]
pub fn is_same(a: &str, b: &str) -> bool {
    a == b || (!is_deeper_than(a, LEVELS) && !is_deeper_than(b, LEVELS) && value(a) == value(b))
}

#[derive(PartialEq)]
enum Value<'a> {
    /// A number's text, `true`, `false`, `null`; a string that no text is, as it stands.
    Plain(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    /// By name.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

fn value(json: &str) -> Value<'_> {
    let mut tokens = tokens(json);
    match tokens.next() {
        Some(token) => read(token, &mut tokens),
        None => Value::Plain(json),
    }
}

fn read<'a>(token: &'a str, tokens: &mut impl Iterator<Item = &'a str>) -> Value<'a> {
    match token.as_bytes().first() {
        Some(b'{') => object(tokens),
        Some(b'[') => list(tokens),
        Some(b'"') => text(token).map_or(Value::Plain(token), Value::Text),
        _ => Value::Plain(token),
    }
}

fn list<'a>(tokens: &mut impl Iterator<Item = &'a str>) -> Value<'a> {
    let mut list = Vec::new();
    while let Some(token) = tokens.next() {
        match token {
            "]" => break,
            "," => {}
            _ => list.push(read(token, tokens)),
        }
    }
    Value::List(list)
}

fn object<'a>(tokens: &mut impl Iterator<Item = &'a str>) -> Value<'a> {
    let mut members = Vec::new();
    while let Some(key) = tokens.next() {
        match key {
            "}" => break,
            "," => {}
            _ => {
                let colon = tokens.next();
                let Some(first) = colon.and_then(|_| tokens.next()) else {
                    break;
                };
                let key = text(key).unwrap_or(Cow::Borrowed(key));
                members.push((key, read(first, tokens)));
            }
        }
    }
    // Of one that is there twice the order counts: readers take the first or the last.
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    Value::Object(members)
}

/// What a string says.
fn text(string: &str) -> Option<Cow<'_, str>> {
    if string.contains('\\') {
        return serde_json::from_str(string).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(string.get(1..string.len().checked_sub(1)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_escapes_do_not_count() {
        for (a, b) in [
            (
                r#"{"a":1,"b":{"c":[1],"d":2}}"#,
                r#"{"b":{"d":2,"c":[1]},"a":1}"#,
            ),
            (r#"{"a":"\u00fc/\n"}"#, r#"{"\u0061":"ü\/\u000A"}"#),
            (r#"["\ud83d\ude00"]"#, r#"["😀"]"#),
            (
                r#"{"a":"x","b":[{},[]]}"#,
                r#"{ "b" : [ { } , [ ] ], "a":"x" }"#,
            ),
            (r#"{"a":1,"a":2,"b":0}"#, r#"{"b":0,"a":1,"a":2}"#),
        ] {
            assert!(is_same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn all_else_counts() {
        for (a, b) in [
            (r#"{"a":1.10}"#, r#"{"a":1.1}"#),
            (r#"{"a":1e3}"#, r#"{"a":1E3}"#),
            (r#"{"a":1}"#, r#"{"a":"1"}"#),
            (r#"{"a":null}"#, "{}"),
            (r#"{"a":[]}"#, r#"{"a":{}}"#),
            ("[1,2]", "[2,1]"),
            (r#"{"a":1,"a":2}"#, r#"{"a":2,"a":1}"#),
            (r#"{"a":1}"#, r#"{"A":1}"#),
            (r#"{"a":"\ud800"}"#, r#"{"a":"\udc00"}"#),
        ] {
            assert!(!is_same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn what_is_too_deep_is_the_same_by_its_text() {
        let deep = |text: &str| format!("{}{text}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(is_same(&deep("1"), &deep("1")));
        assert!(!is_same(&deep("1"), &deep("2")));
    }
}
