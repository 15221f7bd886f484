//! JSON objects written straight into a buffer, members in the order of the calls: what makes a
//! body's bytes stable.

use serde::Serialize;
use serde_json::value::RawValue;

/// An object being written. JSON that is already text is pasted, never parsed.
pub(crate) struct Object<'b> {
    out: &'b mut Vec<u8>,
    empty: bool,
}

impl<'b> Object<'b> {
    /// Writes a whole object; `members` adds what is in it.
    pub(crate) fn write(out: &'b mut Vec<u8>, members: impl FnOnce(&mut Object<'_>)) {
        out.push(b'{');
        members(&mut Object { out, empty: true });
        out.push(b'}');
    }

    /// A body of its own. `capacity` is a guess at its length that saves growing.
    pub(crate) fn body(capacity: usize, members: impl FnOnce(&mut Object<'_>)) -> bytes::Bytes {
        let mut out = Vec::with_capacity(capacity);
        Object::write(&mut out, members);
        out.into()
    }

    /// A member that is an object.
    pub(crate) fn object(&mut self, key: &str, members: impl FnOnce(&mut Object<'_>)) {
        self.key(key);
        Object::write(self.out, members);
    }

    /// A member that is a list of objects.
    pub(crate) fn list<T>(
        &mut self,
        key: &str,
        items: impl Iterator<Item = T>,
        mut members: impl FnMut(&mut Object<'_>, T),
    ) {
        self.key(key);
        self.out.push(b'[');
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            Object::write(self.out, |object| members(object, item));
        }
        self.out.push(b']');
    }

    /// A member that is JSON text; `null` when there is none.
    pub(crate) fn raw(&mut self, key: &str, json: Option<&RawValue>) {
        self.json(key, json.map_or("null", RawValue::get));
    }

    /// A member that is a string.
    pub(crate) fn text(&mut self, key: &str, text: &str) {
        self.value(key, text);
    }

    /// A member given as JSON text that is known to be well formed.
    pub(crate) fn json(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.extend_from_slice(json.as_bytes());
    }

    /// A member of any kind that cannot fail to serialise: strings, numbers, lists and maps of them.
    pub(crate) fn value<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) {
        self.key(key);
        let start = self.out.len();
        if serde_json::to_writer(&mut *self.out, value).is_err() {
            self.out.truncate(start);
            self.out.extend_from_slice(b"null");
        }
    }

    fn key(&mut self, key: &str) {
        if !std::mem::take(&mut self.empty) {
            self.out.push(b',');
        }
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_their_order_and_text_is_escaped() {
        let raw: Box<RawValue> = serde_json::from_str("[1.10, 1e3]").unwrap();
        let body = Object::body(0, |o| {
            o.text("z", "a\"\u{7}ü");
            o.raw("a", Some(&raw));
            o.raw("n", None);
            o.object("o", |o| o.value("x", &1u8));
            o.object("e", |_| {});
        });
        let text = std::str::from_utf8(&body).unwrap();
        assert_eq!(
            text,
            r#"{"z":"a\"\u0007ü","a":[1.10, 1e3],"n":null,"o":{"x":1},"e":{}}"#
        );
    }
}
