//! How much of what was sent an answer repeats: a problem never outgrows its cause by more than a fixed
//! size, however long the names and values are that it is about.

use claimwire_actions::FieldError;

/// Characters of a message.
pub(super) const MESSAGE_CHARS: usize = 1_024;
/// Characters of a JSON pointer.
const POINTER_CHARS: usize = 256;
/// Bytes of all errors together.
const ERRORS_BYTES: usize = 16 * 1024;

/// The text, or its beginning and end where it has more than `at_most` characters.
pub(super) fn text(text: String, at_most: usize) -> String {
    if text.len() <= at_most {
        return text;
    }
    let count = text.chars().count();
    if count <= at_most {
        return text;
    }
    let half = at_most / 2;
    let head = text.chars().take(half);
    let tail = text.chars().skip(count - half);
    head.chain(['…']).chain(tail).collect()
}

/// The first errors, shortened: at least one, and no more than fit.
pub(super) fn errors(errors: Vec<FieldError>) -> Vec<FieldError> {
    let mut bytes = 0;
    let shortened = errors.into_iter().map(|error| FieldError {
        field: text(error.field, POINTER_CHARS),
        message: text(error.message, MESSAGE_CHARS),
    });
    shortened
        .take_while(|error| {
            let first = bytes == 0;
            bytes += error.field.len() + error.message.len();
            first || bytes <= ERRORS_BYTES
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        assert_eq!(text("ü".repeat(8), 8), "ü".repeat(8));
        assert_eq!(text("abcdüfghij".to_owned(), 4), "ab…ij");
    }

    #[test]
    fn errors_end_where_they_would_outgrow_an_answer() {
        let error = |length: usize| FieldError {
            field: "/".to_owned() + &"k".repeat(length),
            message: "m".repeat(length),
        };
        assert_eq!(errors(vec![error(10); 100]).len(), 100);
        let told = errors(vec![error(1024 * 1024); 100]);
        let bytes: usize = told.iter().map(|e| e.field.len() + e.message.len()).sum();
        assert!(told.len() > 1 && bytes <= ERRORS_BYTES, "{bytes}");
        assert_eq!(errors(vec![error(1024 * 1024)]).len(), 1);
    }
}
