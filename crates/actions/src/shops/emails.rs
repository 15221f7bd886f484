//! Who hears by e-mail of a shop's webhooks: which addresses are taken.

use crate::checks::Checks;

/// Addresses of one shop.
const EMAILS: usize = 10;
/// Characters of an address (RFC 5321 4.5.3.1.3), and of what stands before its `@`.
const EMAIL_CHARS: usize = 254;
const LOCAL_PART_CHARS: usize = 64;

pub(super) fn check_emails(checks: &mut Checks, emails: &[String]) {
    checks.that(
        emails.len() <= EMAILS,
        "/notification_emails",
        "has more than 10 entries",
    );
    for (i, email) in emails.iter().enumerate().take(EMAILS) {
        checks.that(
            is_email(email),
            format_args!("/notification_emails/{i}"),
            "is not an e-mail address of the form name@domain, in ASCII",
        );
    }
}

/// The forms that are in use, and none that could mean something else in a header or an SMTP command
/// (RFC 5321 4.1.2: dot-string local part, domain).
pub(crate) fn is_email(text: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= EMAIL_CHARS
        && text.split_once('@').is_some_and(|(local, domain)| {
            let atoms = |part: &str| !part.is_empty() && part.bytes().all(atom);
            local.len() <= LOCAL_PART_CHARS
                && local.split('.').all(atoms)
                && domain.contains('.')
                && domain.split('.').all(label)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_is_none() {
        for good in [
            "a@b.co",
            "first.last+tag@mail.example.com",
            "x_1@xn--bcher-kva.example",
        ] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(65));
        for bad in [
            "",
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a@b..co",
            ".a@b.co",
            "a@b.co.",
            "a b@c.de",
            "a@b@c.de",
            "a@b.co\r\nBcc: x@y.z",
            "<a@b.co>",
            "\"a\"@b.co",
            "a@[127.0.0.1]",
            "ä@b.co",
            "a,b@c.de",
            "a@-b.co",
            &long,
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
