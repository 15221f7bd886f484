//! Notice → mail. Pure. Whatever a shop called itself or its webhook, and whatever a receiver answered,
//! is one line of text here and never another header.

use std::time::{Duration, SystemTime};

use claimwire_model::change::WebhookNotice;
use claimwire_model::{Event, Shop};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::{Address, error::Error};
use url::Url;

use crate::details::Details;

/// Characters of a name or a description in a mail.
const NAME_CHARS: usize = 200;
/// Characters of a reason or an error in a mail.
const SENTENCE_CHARS: usize = 500;

/// What is to be told.
pub(crate) struct NoticeMail<'a> {
    pub(crate) shop: &'a Shop,
    pub(crate) event: &'a Event,
    pub(crate) notice: &'a WebhookNotice,
    pub(crate) details: &'a Details,
    /// Without a slash at its end.
    pub(crate) public_url: &'a str,
}

impl NoticeMail<'_> {
    /// The mail to one address. Its `Message-ID` comes from the event: a second copy can be recognised.
    pub(crate) fn mail(&self, from: &Mailbox, to: &Address) -> Result<Message, Error> {
        let id = format!("<{}@{}>", self.event.no, from.email.domain());
        let at = u64::try_from(self.notice.at.as_millis()).unwrap_or_default();
        Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(self.subject())
            .message_id(Some(id))
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(at))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .header(ContentType::TEXT_PLAIN)
            .body(self.body())
    }

    fn disabled(&self) -> bool {
        self.event.fact.r#ref == "webhooks/disabled"
    }

    fn subject(&self) -> String {
        let (shop, (_, place)) = (line(&self.shop.name, NAME_CHARS), self.place());
        let whose = match self.details.is_connector {
            false => "webhook to",
            true => "connector to",
        };
        if self.disabled() {
            format!("[Claimwire] {shop}: the {whose} {place} was disabled")
        } else {
            format!("[Claimwire] {shop}: the {whose} {place} keeps failing")
        }
    }

    /// Where it goes, and what that is: a webhook's endpoint by its host, a connector's vendor by its name.
    fn place(&self) -> (&'static str, String) {
        match self.details.is_connector {
            false => ("Endpoint:", host(&self.notice.url)),
            true => ("Vendor:", line(&self.notice.url, NAME_CHARS)),
        }
    }

    fn body(&self) -> String {
        let Self {
            shop,
            notice,
            details,
            public_url,
            ..
        } = self;
        let (slug, uuid) = (&shop.slug, notice.webhook_uuid);
        let what = if self.disabled() {
            "It was disabled: it gets no more requests."
        } else {
            "It keeps failing. If that goes on, it will be disabled."
        };
        let mut text = String::new();
        let mut say = |name: &str, value: &str| text.push_str(&format!("{name:<14} {value}\n"));
        say(
            "Shop:",
            &format!("{} ({slug})", line(&shop.name, NAME_CHARS)),
        );
        let (one, path, routes) = match details.is_connector {
            false => ("webhook", "webhooks", "webhooks"),
            true => ("connector", "integrations", "connectors"),
        };
        if let Some(description) = details.description.as_deref().filter(|d| !d.is_empty()) {
            say("Description:", &line(description, NAME_CHARS));
        }
        let (of, place) = self.place();
        say(of, &place);
        say("Id:", &uuid.to_string());
        say("What:", what);
        say("Why:", &line(&notice.reason, SENTENCE_CHARS));
        say("When:", &notice.at.to_string());
        if let Some(since) = details.failing_since {
            say("Failing since:", &since.to_string());
        }
        if let Some(error) = &details.last_error {
            say("Last error:", &line(error, SENTENCE_CHARS));
        }
        let pages = format!("{public_url}/portal/shops/{slug}");
        let page = format!("{pages}/{path}/{uuid}");
        let failed = details.failed.map_or_else(String::new, |id| {
            format!("\nThe latest that failed, with what was answered:\n{pages}/deliveries/{id}\n")
        });
        let (next, commands) = if self.disabled() {
            (
                format!(
                    "Events for it are kept until they are older than the retention. When what listens there is well\n\
                     again, resume the {one} on its page, and what was kept goes out in order:\n{page}\n\n\
                     What had been given up before can be sent again:\n{page}/replay\n"
                ),
                format!(
                    "\x20   claimwire webhooks update {uuid} --status active --shop {slug}\n\
                     \x20   claimwire replay {uuid} --since TIME --shop {slug}\n"
                ),
            )
        } else {
            (
                format!("What fails and what to do about it is on the {one}'s page:\n{page}\n"),
                format!("\x20   claimwire deliveries --webhook {uuid} --shop {slug}\n"),
            )
        };
        let commands = match details.is_connector {
            false => format!("\nThe same from a terminal:\n\n{commands}"),
            true => String::new(),
        };
        format!(
            "{text}\n{next}{failed}{commands}\nThe {one} in the API:\n{public_url}/v1/shops/{slug}/{routes}/{uuid}\n"
        )
    }
}

/// The text as one line of at most so many characters.
fn line(text: &str, at_most: usize) -> String {
    let plain = |c: char| {
        if c.is_control() || c == '\u{2028}' || c == '\u{2029}' {
            ' '
        } else {
            c
        }
    };
    let text: String = text.chars().map(plain).take(at_most).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Host and port of a URL: path and query may hold secrets.
fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(|url| {
        let host = url.host_str()?;
        Some(
            url.port()
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
        )
    });
    host.unwrap_or_else(|| "an unreadable URL".to_owned())
}

#[cfg(test)]
mod tests {
    use claimwire_model::{EventNo, ShopNo, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn shop(name: &str) -> Shop {
        Shop {
            no: ShopNo(1),
            id: Uuid::nil(),
            slug: "acme".into(),
            name: name.into(),
            egress: None,
            notification_emails: Vec::new(),
            api_dialect: claimwire_model::ApiDialect::default(),
            claim_page: None,
            created_at: Timestamp::from_secs(0),
            updated_at: Timestamp::from_secs(0),
        }
    }

    fn notice(reason: &str) -> WebhookNotice {
        WebhookNotice {
            webhook_uuid: Uuid::from_u128(7),
            url: "https://hooks.example.com:8443/in/secret-path?token=secret".into(),
            reason: reason.into(),
            at: Timestamp::from_secs(1_790_000_000),
        }
    }

    /// The mail as it goes out, its header and its body.
    fn parts(shop: &Shop, notice: &WebhookNotice, details: &Details) -> (String, String) {
        let fact = claimwire_model::catalogue::sample("webhooks/disabled", notice.at);
        let event = Event {
            no: EventNo(5),
            fact: fact.unwrap(),
        };
        let letter = NoticeMail {
            shop,
            event: &event,
            notice,
            details,
            public_url: "https://claimwire.example",
        };
        let from = "Claimwire <noreply@claimwire.example>".parse().unwrap();
        let mail = letter.mail(&from, &"ops@shop.example".parse().unwrap());
        let text = String::from_utf8(mail.unwrap().formatted()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        // Long lines are broken for the way, and put together again (RFC 2045 6.7).
        (head.to_owned(), body.replace("=\r\n", ""))
    }

    #[test]
    fn a_mail_says_what_happened_and_what_to_do() {
        let details = Details {
            is_connector: false,
            description: Some("The stock system".into()),
            failing_since: Some(Timestamp::from_secs(1_789_000_000)),
            last_error: Some("the endpoint answered 410".into()),
            failed: Some("dlv_0s9yt7f6400070000000000005".parse().unwrap()),
        };
        let (head, body) = parts(
            &shop("Acme"),
            &notice("the endpoint answered 410 Gone"),
            &details,
        );
        for line in [
            "From: Claimwire <noreply@claimwire.example>",
            "To: ops@shop.example",
            "Message-ID: <evt_0000000000005@claimwire.example>",
            "Auto-Submitted: auto-generated",
            "Date: Mon, 21 Sep 2026 14:13:20 +0000",
        ] {
            assert!(head.lines().any(|l| l == line), "{line}\n{head}");
        }
        assert!(!head.to_ascii_lowercase().contains("html"), "{head}");
        for text in [
            "Acme (acme)",
            "The stock system",
            "hooks.example.com:8443",
            "the endpoint answered 410 Gone",
            "2026-09-21T14:13:20",
            "Failing since:",
            "--status active --shop acme",
            "https://claimwire.example/v1/shops/acme/webhooks/",
            "https://claimwire.example/portal/shops/acme/webhooks/00000000-0000-0000-0000-000000000007\r\n",
            "https://claimwire.example/portal/shops/acme/webhooks/00000000-0000-0000-0000-000000000007/replay\r\n",
            "https://claimwire.example/portal/shops/acme/deliveries/dlv_0s9yt7f6400070000000000005\r\n",
        ] {
            assert!(body.contains(text), "{text}\n{body}");
        }
        assert!(!format!("{head}{body}").contains("secret"), "{body}");
    }

    #[test]
    fn a_connectors_mail_names_its_vendor_and_links_to_its_page() {
        let details = Details {
            is_connector: true,
            ..Details::default()
        };
        let mut notice = notice("the vendor refuses its credentials");
        notice.url = "zendesk".into();
        let (head, body) = parts(&shop("Acme"), &notice, &details);
        assert!(
            head.contains("Acme: the connector to zendesk was disabled"),
            "{head}"
        );
        for text in [
            "Vendor:        zendesk",
            "https://claimwire.example/portal/shops/acme/integrations/00000000-0000-0000-0000-000000000007\r\n",
            "https://claimwire.example/v1/shops/acme/connectors/00000000-0000-0000-0000-000000000007\r\n",
        ] {
            assert!(body.contains(text), "{text}\n{body}");
        }
        assert!(!body.contains("claimwire webhooks"), "{body}");
    }

    #[test]
    fn no_text_becomes_a_header_or_a_line_of_its_own() {
        let names = [
            "subject",
            "from",
            "to",
            "message-id",
            "date",
            "auto-submitted",
        ];
        let known = |name: &str| {
            names.contains(&name) || name.starts_with("content-") || name == "mime-version"
        };
        for evil in [
            "x\r\nBcc: victim@example.com",
            "x\nBcc: victim@example.com\n\nA body of mine",
            "x\rBcc: victim@example.com",
            "x\u{0}\u{b}\u{c}\u{85}\u{2028}Bcc: victim@example.com",
            "=?utf-8?q?x=0D=0ABcc:_victim@example.com?=",
            &"ü\r\nBcc: v@example.com ".repeat(200),
        ] {
            let details = Details {
                is_connector: false,
                description: Some(evil.into()),
                failing_since: None,
                last_error: Some(evil.into()),
                failed: None,
            };
            let (head, body) = parts(&shop(evil), &notice(evil), &details);
            for line in head.split(['\r', '\n']).filter(|line| !line.is_empty()) {
                let name = line.split(':').next().unwrap().to_ascii_lowercase();
                assert!(
                    line.starts_with([' ', '\t']) || known(&name),
                    "{line}\n{head}"
                );
            }
            let starts = |line: &str| line.to_ascii_lowercase().starts_with("bcc:");
            assert!(!body.split(['\r', '\n']).any(starts), "{body}");
        }
    }

    #[test]
    fn a_line_is_short_and_holds_no_control_character() {
        assert_eq!(line("a\u{0}\u{1b}[31mb\r\n\tc\u{2028}d", 99), "a [31mb c d");
        assert_eq!(line(&"é".repeat(9), 3), "ééé");
    }

    #[test]
    fn what_the_store_writes_can_be_told() {
        let fact = claimwire_model::catalogue::sample("webhooks/warned", Timestamp::from_secs(1));
        let notice: WebhookNotice = serde_json::from_str(fact.unwrap().event_data.get()).unwrap();
        assert!(!notice.reason.is_empty());
    }
}
