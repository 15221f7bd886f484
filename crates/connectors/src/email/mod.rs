//! E-mail: for every helpdesk that takes mail, and for those who have none. A claim is one thread: its first
//! mail is the ticket with the photos, later changes answer that mail.
//!
//! A mail's `Message-ID` is the same whenever it is sent, so a mail that came twice after a crash is one mail
//! for whoever keeps them by it. That of the claim's first mail follows from the claim, and every later mail
//! refers to it: the thread stays one where nothing is on record of it. The driver asks for a [`Letter`]; whoever has the sockets makes the message.

mod server;
#[cfg(test)]
mod tests;

use std::time::Duration;

use claimwire_model::target::Ordering;
use claimwire_model::verdict::Ending;
use claimwire_model::{Headers, Shop, Target};
use claimwire_wire::driver::{Call, Driver, End, Input, Last, Step};
use claimwire_wire::letter::{Correspondent, Letter};
use claimwire_wire::secrets::Secrets;
use claimwire_wire::send::{Answer, Method, RESPONSE_BODY_READ, Request, SendError, SendErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::account::{Account, secrets_of};
use crate::ticket::{
    Form, Matter, Nothing, Occasion, Shape, Ticket, compose, note, read, saved, templates_check,
};
use crate::vendor::{
    About, BODY_TEMPLATE, Field, FieldKind, Preview, SUBJECT_TEMPLATE, TICKET_EVENTS, Vendor,
};
use crate::words::shortened;

/// One deadline over fetching the photos and sending the mail.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Characters of a subject.
const SUBJECT_CHARS: usize = 200;
/// Bytes of a mail's text.
const TEXT_BYTES: usize = 200_000;
/// The call that sends.
const SEND: &str = "send_mail";

static ABOUT: About = About {
    kind: "email",
    name: "E-mail",
    does: "A claim becomes a mail with its photos; later changes become answers to it, in one thread.",
    settings: &[
        Field {
            name: "to",
            help: "Where mails go: the helpdesk's address, or a person's.",
            kind: FieldKind::Email,
            required: true,
            default: "",
        },
        Field {
            name: "from",
            help: "Who writes: an address of the shop's own mail server; without one this server's.",
            kind: FieldKind::Email,
            required: false,
            default: "",
        },
        Field {
            name: "smtp_url",
            help: "The shop's own mail server, `smtps://USER@HOST` or `smtp://USER@HOST:PORT` (with STARTTLS); \
                   without one this server's.",
            kind: FieldKind::Text,
            required: false,
            default: "",
        },
        SUBJECT_TEMPLATE,
        BODY_TEMPLATE,
    ],
    credentials: &[Field {
        name: "smtp_password",
        help: "The password of the user in `smtp_url`.",
        kind: FieldKind::Text,
        required: false,
        default: "",
    }],
    default_events: TICKET_EVENTS,
    ordering: Ordering::Subject,
    hears_back: false,
    per_second: Some(5),
    timeout_seconds: 30,
};

/// The vendor.
pub(crate) struct Email;

/// A claim's thread, on record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Thread {
    /// The first mail's `Message-ID`.
    first: String,
    /// Its subject.
    subject: String,
    /// The delivery that sent it.
    by: String,
}

impl Driver for Email {
    fn step(&self, input: &Input<'_>) -> Step {
        let Some(account) = Account::of(input.target) else {
            return never("settings", "the connector's settings cannot be read");
        };
        let matter = match Matter::of(input.event, input.target) {
            Ok(matter) => matter,
            Err(Nothing::SaidElsewhere) => return Step::End(End::DELIVERED),
            Err(Nothing::NoClaim) => {
                let what = format!(
                    "mails tell of claims, and `{}` is not about one: take it out of enabled_events",
                    input.event.fact.r#ref
                );
                return never("no_claim", &what);
            }
        };
        let thread: Option<Thread> = read(input.ticket);
        let delivery = input.delivery.to_string();
        let done = thread.as_ref().is_some_and(|thread| thread.by == delivery);
        let nothing_to_say = match matter.occasion {
            // A change came before it, and showed the claim.
            Occasion::Created => thread.is_some(),
            Occasion::Deleted => thread.is_none(),
            Occasion::Changed => false,
        };
        if done || nothing_to_say {
            return Step::End(End::DELIVERED);
        }
        if let Last::NoAnswer(error) = input.last {
            return Step::End(unanswered(error));
        }
        let letter = match letter(&account, &matter, thread.as_ref(), input) {
            Ok(letter) => letter,
            Err(why) => return never("template", &why),
        };
        match input.last {
            Last::Answer(answer) if !answer.is_success() => Step::End(refused(answer, &account)),
            Last::Answer(_) if thread.is_some() => Step::End(End::DELIVERED),
            Last::Answer(_) => Step::Ticket(saved(&Thread {
                first: letter.message_id,
                subject: letter.subject,
                by: delivery,
            })),
            _ => send(&account, input, Method::Post, &letter),
        }
    }

    fn hides(&self, _: &Target, _: &str) -> bool {
        false
    }

    fn secrets(&self, target: &Target, headers: &Headers) -> Secrets {
        secrets_of(target, headers)
    }
}

impl Vendor for Email {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(
        &self,
        settings: &Map<String, Value>,
        credentials: &Map<String, Value>,
    ) -> Vec<(String, String)> {
        let account = Account::new(settings.clone(), credentials.clone());
        let mut wrong = templates_check(settings);
        if let Err((path, why)) = server::check(&account) {
            wrong.push((path.to_owned(), why));
        }
        wrong
    }

    fn test(&self, input: &Input<'_>) -> Step {
        let Some(account) = Account::of(input.target) else {
            return never("settings", "the connector's settings cannot be read");
        };
        match input.last {
            Last::Answer(answer) if answer.is_success() => Step::End(End::DELIVERED),
            Last::Answer(answer) => Step::End(refused(answer, &account)),
            Last::NoAnswer(error) => Step::End(unanswered(error)),
            _ => {
                let from = from(&account);
                let nobody = Letter {
                    from,
                    ..Letter::default()
                };
                send(&account, input, Method::Get, &nobody)
            }
        }
    }

    fn preview(
        &self,
        shop: &Shop,
        target: &Target,
        claim: &Value,
        context: &Value,
    ) -> Result<Preview, String> {
        let account = Account::of(target).ok_or("the connector's settings cannot be read")?;
        let id = claim.get("id").and_then(Value::as_str).unwrap_or_default();
        let ticket = compose(shop, id, claim, context, shape(&account))?;
        let reply_to = ticket.requester.as_ref().map(|one| one.email.clone());
        let mut request = format!("To: {}\n", account.setting(&ABOUT, "to"));
        if let Some(reply_to) = &reply_to {
            request.push_str(&format!("Reply-To: {reply_to}\n"));
        }
        request.push_str(&format!("Subject: {}\n\n", ticket.subject));
        request.push_str(&ticket.text.render(Form::Plain, TEXT_BYTES));
        Ok(Preview {
            subject: ticket.subject.clone(),
            body: ticket.text.render(Form::Html, TEXT_BYTES),
            html: true,
            requester: reply_to,
            tags: Vec::new(),
            attachments: ticket.photos,
            request,
        })
    }
}

fn shape(account: &Account) -> Shape<'_> {
    Shape {
        settings: &account.settings,
        subject: SUBJECT_CHARS,
        tag: None,
    }
}

fn from(account: &Account) -> Option<String> {
    let from = account.setting(&ABOUT, "from");
    (!from.is_empty()).then(|| from.to_owned())
}

/// The first mail of the claim's thread, or an answer to it.
fn letter(
    account: &Account,
    matter: &Matter<'_>,
    thread: Option<&Thread>,
    input: &Input<'_>,
) -> Result<Letter, String> {
    let shop = input.shop;
    let ticket = compose(
        shop,
        &matter.id,
        &matter.claim,
        &matter.context,
        shape(account),
    )?;
    let (text, html) = texts(&ticket, matter, thread.is_none(), shop);
    let from = from(account);
    let domain = from.as_deref().and_then(|from| from.rsplit_once('@'));
    let domain = domain.map_or("claimwire.invalid", |(_, domain)| domain);
    let claim = atom(&matter.id);
    let root = format!("claim.{claim}.{}@{domain}", input.target.uuid.simple());
    let opens = thread.is_none() && matter.occasion == Occasion::Created;
    let mut mails = vec![root.clone()];
    mails.extend(thread.map(|thread| thread.first.clone()));
    mails.dedup();
    Ok(Letter {
        to: account.setting(&ABOUT, "to").to_owned(),
        reply_to: ticket.requester.map(|customer| Correspondent {
            name: customer.name,
            email: customer.email,
        }),
        subject: match thread {
            Some(thread) => format!("Re: {}", thread.subject),
            None => ticket.subject,
        },
        message_id: match opens {
            true => root,
            false => format!("claim.{claim}.{}@{domain}", input.delivery),
        },
        thread: match opens {
            true => Vec::new(),
            false => mails,
        },
        at: Some(input.event.fact.triggered_at),
        text,
        html,
        photos: match thread {
            Some(_) => Vec::new(),
            None => ticket.photos,
        },
        from,
    })
}

/// As plain text and as HTML. The first mail shows the claim as it is, and what happened to it if that is not
/// that it was made.
fn texts(ticket: &Ticket, matter: &Matter<'_>, first: bool, shop: &Shop) -> (String, String) {
    let render = |form: Form| {
        let whole = first.then(|| ticket.text.render(form, TEXT_BYTES));
        let told = (!first || matter.occasion != Occasion::Created)
            .then(|| note(matter, shop).render(form, TEXT_BYTES));
        let parts: Vec<String> = whole.into_iter().chain(told).collect();
        parts.join(match form {
            Form::Html => "<hr>",
            Form::Plain => "\n\n",
        })
    };
    (render(Form::Plain), render(Form::Html))
}

/// As it may stand in a `Message-ID` (RFC 5322, 3.2.3).
fn atom(id: &str) -> String {
    let plain = |c: char| match c {
        c if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') => c,
        _ => '_',
    };
    id.chars().map(plain).collect()
}

fn send(account: &Account, input: &Input<'_>, method: Method, letter: &Letter) -> Step {
    let body = serde_json::to_vec(letter).unwrap_or_default();
    let request = Request {
        method,
        url: server::url(account),
        headers: [
            ("Mail-To", letter.to.clone()),
            ("Message-ID", format!("<{}>", letter.message_id)),
        ]
        .into(),
        body: body.into(),
        timeout: TIMEOUT,
        egress: input.target.egress.clone(),
        answer_limit: RESPONSE_BODY_READ,
        answer_room: None,
        shop: input.shop.no,
    };
    Step::Send(Call {
        name: Some(SEND.into()),
        request: request.pinned(input.shop),
    })
}

/// What a mail server's refusal means (RFC 5321, 4.2.1; RFC 4954, 6).
fn refused(answer: &Answer, account: &Account) -> End {
    let said = account.masked(&String::from_utf8_lossy(&answer.body));
    let said: Vec<&str> = said.split_whitespace().collect();
    let status = answer.status;
    let detail = format!("the mail server answered {status}: {}", said.join(" "));
    let detail = shortened(&detail, 400);
    match status {
        530 | 534 | 535 | 538 => {
            let advice = "set `settings.smtp_url` and `credentials.smtp_password`, then activate the connector";
            let ending = Ending::Refused {
                disable: Some(format!("{detail}; {advice}")),
            };
            End::not(ending, "credentials_refused", detail)
        }
        500..=599 => End::not(
            Ending::Refused { disable: None },
            format!("smtp_{status}"),
            detail,
        ),
        _ => End::not(Ending::FAILED, format!("smtp_{status}"), detail),
    }
}

/// Settings that no mail can be sent with do not heal by trying again.
fn unanswered(error: &SendError) -> End {
    match error.kind {
        SendErrorKind::Url | SendErrorKind::Egress => {
            let ending = Ending::Refused {
                disable: Some(error.sentence()),
            };
            End::not(ending, error.kind.as_str(), error.sentence())
        }
        _ => End::unanswered(error),
    }
}

/// This delivery will never be made; the connector goes on.
fn never(error: &'static str, detail: &str) -> Step {
    let ending = Ending::Refused { disable: None };
    Step::End(End::not(ending, error, shortened(detail, 500)))
}
