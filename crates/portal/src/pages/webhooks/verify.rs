//! How a receiver checks that a request is ours: code for a webhook's dialect, in six languages.

use askama::Template;
use axum::extract::{Path, RawQuery};
use claimwire_actions::Viewer;
use claimwire_actions::webhooks::{self, WebhookView};
use claimwire_model::Dialect;

use crate::access::Seen;
use crate::failure::{Reply, page};
use crate::frame::{Frame, Section};
use crate::pages::query::parsed;
use crate::pages::targets::id;
use crate::state::Portal;

/// A language: its name in the URL, its name, and its code for a signature with a time, for one without, and for Standard
/// Webhooks'.
type Language = (&'static str, &'static str, [&'static str; 3]);

macro_rules! code {
    ($language:literal) => {
        [
            include_str!(concat!("verify/", $language, ".timed.txt")),
            include_str!(concat!("verify/", $language, ".plain.txt")),
            include_str!(concat!("verify/", $language, ".standard.txt")),
        ]
    };
}

const LANGUAGES: [Language; 6] = [
    ("node", "Node", code!("node")),
    ("python", "Python", code!("python")),
    ("rust", "Rust", code!("rust")),
    ("php", "PHP", code!("php")),
    ("ruby", "Ruby", code!("ruby")),
    ("go", "Go", code!("go")),
];

#[derive(Template)]
#[template(path = "pages/webhooks/verify.html")]
struct VerifyPage {
    frame: Frame,
    webhook: WebhookView,
    language: &'static str,
    code: String,
}

/// The code, in the language that the URL says.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Viewer>,
    Path((_, webhook)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Reply {
    let webhook = webhooks::get(&scope.on(&portal), id(&webhook)?).await?;
    let form = parsed(query);
    let [node, ..] = LANGUAGES;
    let mut known = LANGUAGES.into_iter();
    let (language, _, codes) = known
        .find(|(name, ..)| form.is("language", name))
        .unwrap_or(node);
    page(&VerifyPage {
        frame: scope.frame(&portal, Section::Webhooks),
        language,
        code: code(webhook.dialect, codes),
        webhook,
    })
}

fn code(dialect: Dialect, [timed, plain, standard]: [&str; 3]) -> String {
    match dialect {
        Dialect::Karla => timed.replace("HEADER", "karla-signature"),
        Dialect::Claimable => timed.replace("HEADER", "claimwire-signature"),
        Dialect::Claimport => plain.to_owned(),
        Dialect::Standard | Dialect::Cloudevents => standard.to_owned(),
        Dialect::Own(_) => format!(
            "The dialect {dialect} is described in a file of this server's operator:\n\
             its signature section says what is signed, how, and in which header it stands.\n\
             `claimwire verify --dialect {dialect}` checks a captured request."
        ),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER};
    use ring::hmac::{HMAC_SHA256, Key, sign};

    use super::*;

    mod timed {
        include!("verify/rust.timed.txt");
    }
    mod plain {
        include!("verify/rust.plain.txt");
    }
    mod standard {
        include!("verify/rust.standard.txt");
    }

    const NOW: i64 = 1_769_698_127;
    const BODY: &[u8] = b"{\"a\": 1}";

    fn mac(key: &[u8], content: &str) -> Vec<u8> {
        let key = Key::new(HMAC_SHA256, key);
        sign(&key, content.as_bytes()).as_ref().to_vec()
    }

    #[test]
    fn a_signature_with_a_time_is_checked() {
        let tag = HEXLOWER.encode(&mac(b"secret", "1769698127.{\"a\": 1}"));
        let header = move |_: &str| Some(format!("t=1769698127,v1=00, v1={tag}"));
        assert!(timed::genuine("secret", &header, BODY, NOW + 300));
        assert!(!timed::genuine("secret", &header, BODY, NOW + 301));
        assert!(!timed::genuine("other", &header, BODY, NOW));
        assert!(!timed::genuine("secret", &header, b"{}", NOW));
        assert!(!timed::genuine("secret", |_: &str| None, BODY, NOW));
    }

    #[test]
    fn a_signature_of_the_body_alone_is_checked() {
        let tag = HEXLOWER.encode(&mac(b"secret", "{\"a\": 1}"));
        for name in ["x-claimport-signature", "x-claimport-signature-next"] {
            let header = |asked: &str| (asked == name).then(|| format!("sha256={tag}"));
            assert!(plain::genuine("secret", header, BODY));
            assert!(!plain::genuine("other", header, BODY));
            assert!(!plain::genuine("secret", header, b"{}"));
        }
    }

    #[test]
    fn a_standard_signature_is_checked() {
        let tag = BASE64.encode(&mac(b"secret", "evt_1.1769698127.{\"a\": 1}"));
        let secret = format!("whsec_{}", BASE64.encode(b"secret"));
        let header = |asked: &str| {
            Some(match asked {
                "webhook-id" => "evt_1".to_owned(),
                "webhook-timestamp" => NOW.to_string(),
                _ => format!("v1a,xxx v1,{tag}"),
            })
        };
        assert!(standard::genuine(&secret, header, BODY, NOW - 300));
        assert!(!standard::genuine(&secret, header, BODY, NOW - 301));
        assert!(!standard::genuine("whsec_AAAA", header, BODY, NOW));
        assert!(!standard::genuine(&secret, header, b"{}", NOW));
    }

    #[test]
    fn no_dialect_is_left_with_a_placeholder() {
        for dialect in Dialect::ALL {
            for (name, _, codes) in LANGUAGES {
                let code = code(dialect, codes);
                assert!(!code.contains("HEADER"), "{name}");
                assert!(code.contains("-signature") || code.contains("-Signature"));
            }
        }
    }
}
