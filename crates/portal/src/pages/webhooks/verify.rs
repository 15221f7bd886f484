//! How a receiver checks that a request is ours: code for a webhook's dialect, in six languages, the same as on the pages of
//! docs/dialects.

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
    ($folder:literal, $end:literal) => {
        [
            include_str!(concat!(
                "../../../../../kits/verify/",
                $folder,
                "/timed.",
                $end
            )),
            include_str!(concat!(
                "../../../../../kits/verify/",
                $folder,
                "/plain.",
                $end
            )),
            include_str!(concat!(
                "../../../../../kits/verify/",
                $folder,
                "/standard.",
                $end
            )),
        ]
    };
}

const LANGUAGES: [Language; 6] = [
    ("node", "Node", code!("node", "mjs")),
    ("python", "Python", code!("python", "py")),
    ("rust", "Rust", code!("rust", "rs")),
    ("php", "PHP", code!("php", "php")),
    ("ruby", "Ruby", code!("ruby", "rb")),
    ("go", "Go", code!("go", "go")),
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
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::PathBuf;

    use data_encoding::BASE64;
    use serde_json::Value;

    use super::*;

    mod timed {
        include!("../../../../../kits/verify/rust/timed.rs");
    }
    mod plain {
        include!("../../../../../kits/verify/rust/plain.rs");
    }
    mod standard {
        include!("../../../../../kits/verify/rust/standard.rs");
    }

    fn at_root(path: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(path)
    }

    /// What the Rust code says of a test vector.
    fn verdict(dialect: Dialect, vector: &Value) -> bool {
        let headers = vector["headers"].as_object().unwrap().iter();
        let headers: BTreeMap<String, String> = headers
            .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
            .collect();
        let header = |asked: &str| {
            let signature = match dialect {
                Dialect::Karla => "karla-signature",
                _ => "claimwire-signature",
            };
            headers
                .get(asked.replace("HEADER", signature).as_str())
                .cloned()
        };
        let secret = vector["secret"].as_str().unwrap();
        let now = vector["now"].as_i64().unwrap();
        let body = match (&vector["body"]["text"], &vector["body"]["base64"]) {
            (Value::String(text), _) => text.clone().into_bytes(),
            (_, coded) => BASE64.decode(coded.as_str().unwrap().as_bytes()).unwrap(),
        };
        match dialect {
            Dialect::Karla | Dialect::Claimable => timed::genuine(secret, header, &body, now),
            Dialect::Claimport => plain::genuine(secret, header, &body),
            _ => standard::genuine(secret, header, &body, now),
        }
    }

    #[test]
    fn the_rust_code_reaches_every_verdict_of_the_test_vectors() {
        for dialect in Dialect::ALL {
            let mut seen = [0, 0];
            for entry in fs::read_dir(at_root(&format!("vectors/{dialect}"))).unwrap() {
                let path = entry.unwrap().path();
                let vector: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                let secret = vector["secret"].as_str().unwrap();
                // Keys of ed25519 are for the kits.
                if vector["kind"] != "verify" || secret.starts_with("whpk_") {
                    continue;
                }
                let valid = vector["expect"]["valid"].as_bool().unwrap();
                assert_eq!(verdict(dialect, &vector), valid, "{}", path.display());
                seen[usize::from(valid)] += 1;
            }
            assert!(seen.iter().all(|count| *count > 5), "{dialect}: {seen:?}");
        }
    }

    #[test]
    fn the_dialects_pages_have_the_same_code() {
        for dialect in Dialect::ALL {
            let page = fs::read_to_string(at_root(&format!("docs/dialects/{dialect}.md"))).unwrap();
            for (name, _, codes) in LANGUAGES {
                let code = code(dialect, codes);
                assert!(!code.contains("HEADER"), "{name}");
                assert!(page.contains(code.trim_end()), "{name} for {dialect}");
            }
        }
    }
}
