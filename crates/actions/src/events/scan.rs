//! Events as programs usually write them, read in one pass: parts are found, all of it is looked through, and the hints
//! of the data are found on the way. Whatever is unusual or wrong is left to serde_json, which reads
//! [`PostedEvent`] by itself and says what is wrong. What is taken here it reads alike.

use claimwire_model::json::{JsonText, Scanner};

use super::hints::Hints;
use super::posted::{EVENTS_AT_MOST, PostedEvent};
use crate::checks::OPEN_DEPTH;

/// The one event in `body`.
pub(super) fn one(body: &[u8]) -> Option<PostedEvent<'_>> {
    let mut scanner = Scanner::new(std::str::from_utf8(body).ok()?);
    let event = event(&mut scanner)?;
    scanner.end()?;
    Some(event)
}

/// The events of the array in `body`, no more than there may be.
pub(super) fn many(body: &[u8]) -> Option<Vec<PostedEvent<'_>>> {
    let mut scanner = Scanner::new(std::str::from_utf8(body).ok()?);
    let mut events = Vec::new();
    scanner.array(OPEN_DEPTH, |scanner| {
        (events.len() < EVENTS_AT_MOST).then_some(())?;
        events.push(event(scanner)?);
        Some(())
    })?;
    scanner.end()?;
    Some(events)
}

/// The values of an event, each as it is written.
#[derive(Default)]
struct Values<'a> {
    id: Option<JsonText<'a>>,
    r#ref: Option<JsonText<'a>>,
    event_group: Option<JsonText<'a>>,
    triggered_at: Option<JsonText<'a>>,
    event_data: Option<JsonText<'a>>,
    context: Option<JsonText<'a>>,
    hints: Hints<'a>,
}

fn event<'a>(scanner: &mut Scanner<'a>) -> Option<PostedEvent<'a>> {
    let mut values = Values::default();
    scanner.object(OPEN_DEPTH, |scanner, key| {
        let place = match key {
            "id" => &mut values.id,
            "ref" => &mut values.r#ref,
            "event_group" => &mut values.event_group,
            "triggered_at" => &mut values.triggered_at,
            "context" => &mut values.context,
            "event_data" => {
                let read = data(scanner, &mut values.hints)?;
                return once(&mut values.event_data, read);
            }
            _ => return None,
        };
        once(place, scanner.value(OPEN_DEPTH)?)
    })?;
    let triggered_at = given(values.triggered_at).map(|at| serde_json::from_str(at.get()).ok());
    Some(PostedEvent {
        id: plain(given(values.id))?,
        r#ref: plain(values.r#ref)??,
        event_group: plain(given(values.event_group))?,
        triggered_at: match triggered_at {
            Some(read) => Some(read?),
            None => None,
        },
        event_data: values.event_data?,
        context: given(values.context),
        scanned: Some(values.hints),
    })
}

/// An event's data and what it says of its subject.
fn data<'a>(scanner: &mut Scanner<'a>, hints: &mut Hints<'a>) -> Option<JsonText<'a>> {
    let (mut seen, mut twice) = (0u8, false);
    let data = scanner.object(OPEN_DEPTH, |scanner, key| {
        // It may be the name of a hint, written otherwise.
        (!key.contains('\\')).then_some(())?;
        let value = scanner.value(OPEN_DEPTH - 1)?;
        if let Some((number, hint)) = hints.place(key) {
            twice |= seen & (1 << number) != 0;
            seen |= 1 << number;
            *hint = given(Some(value));
        }
        Some(())
    })?;
    if twice {
        *hints = Hints::default();
    }
    Some(data)
}

/// Puts a value into its place, if that is empty.
fn once<'a>(place: &mut Option<JsonText<'a>>, value: JsonText<'a>) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// Null is as good as nothing.
fn given(value: Option<JsonText<'_>>) -> Option<JsonText<'_>> {
    value.filter(|value| value.get() != "null")
}

/// The content of a string without escapes, where there is a value.
fn plain<'a, T: From<&'a str>>(value: Option<JsonText<'a>>) -> Option<Option<T>> {
    let Some(value) = value else {
        return Some(None);
    };
    let content = value.get().strip_prefix('"')?.strip_suffix('"')?;
    (!content.contains('\\')).then_some(Some(content.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input;

    const BODIES: [&str; 4] = [
        r#"{"id":"m-1","ref":"claims/updated","event_group":"g","triggered_at":"2026-01-29T14:48:47Z","event_data":{"claim_id":"c","id":7,"x":[1.10,{"y":"\"ü"}]},"context":{"a":-1e3}}"#,
        r#" { "event_data" : { "shipment_id" : "s\/1" , "direction":"customer_merchant" }, "ref":"shipments/delivered", "context":null, "id":null } "#,
        r#"{"ref":"orders/updated","event_data":{"order_number":"1","order_number":"2","contact_id":null,"\u0069d":"3"}}"#,
        r#"{"ref":"claims/updated","event_data":{"id":null,"id":1,"claim_id":{}},"triggered_at":null,"event_group":null}"#,
    ];

    /// That serde_json reads the same, if anything was read.
    fn compare(body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body);
        let Some(scanned) = one(body) else {
            return false;
        };
        let mut read: PostedEvent<'_> = match input::parse(body) {
            Ok(read) => read,
            Err(refused) => panic!("{text} was taken: {refused:?}"),
        };
        read.scanned = Some(Hints::of(read.event_data));
        assert_eq!(scanned, read, "{text}");
        true
    }

    #[test]
    fn what_is_taken_is_what_would_be_read() {
        let taken = BODIES.map(|body| compare(body.as_bytes()));
        // The third has a key that is written otherwise.
        assert_eq!(taken, [true, true, false, true]);
    }

    #[test]
    fn whatever_is_done_to_it() {
        let pieces: [&[u8]; 22] = [
            b"",
            b"\"",
            b"\\",
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b"0",
            b"-",
            b".",
            b"e",
            b"n",
            b" ",
            b"\n",
            b"\x01",
            b"\xff",
            b"\"a\":1,",
            b"\"id\":1,",
            b"null",
            b"\\u0061",
        ];
        let (mut bodies, mut taken) = (0, 0);
        for body in BODIES.map(str::as_bytes) {
            for at in 0..=body.len() {
                for piece in pieces {
                    for gone in [0, 1] {
                        let end = (at + gone).min(body.len());
                        let changed = [&body[..at], piece, &body[end..]].concat();
                        bodies += 1;
                        taken += usize::from(compare(&changed));
                    }
                }
            }
        }
        assert!(taken > bodies / 20, "{taken} of {bodies}");
    }

    #[test]
    fn arrays_are_taken_to_their_bound() {
        let event = r#"{"ref":"claims/updated","event_data":{}}"#;
        let array = |events: usize| format!("[{}]", vec![event; events].join(","));
        for (body, events) in [
            (array(2), Some(2)),
            (array(EVENTS_AT_MOST), Some(EVENTS_AT_MOST)),
            (array(EVENTS_AT_MOST + 1), None),
            ("[]".to_owned(), Some(0)),
            (format!("[{event},]"), None),
            (format!("[{event}]x"), None),
            (format!("[{event},1]"), None),
        ] {
            let read = many(body.as_bytes()).map(|read| read.len());
            assert_eq!(read, events, "{body:.100}");
        }
    }
}
