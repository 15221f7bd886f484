//! The steps by which a claim gets its ticket and its notes, the same for every helpdesk.
//!
//! ```text
//! no ticket:  prepare … → photo, upload … → (in doubt: look up) → create → its id on record
//! a ticket:   photo, attach … → (in doubt: look at the notes) → note → delivered
//! ```
//!
//! What is done is saved before the next call. A run that begins with something saved does not know
//! whether the call after it was made: creating a ticket and adding a note then begin with a look. That
//! nobody made the ticket before needs no look where this delivery is the claim's first, young and never
//! attempted. So a claim gets one ticket whatever breaks off, as long as the helpdesk finds what it has.

mod answers;
mod parts;
mod ways;

use claimwire_model::verdict::Ending;
use claimwire_wire::driver::{End, Input, Last, Step};

use super::call;
use super::compose::{Requester, Shape, Ticket, compose};
use super::desk::{Desk, Helpdesk};
use super::judge::{json, refused, unreadable};
use super::occasion::{Matter, Nothing};
use super::state::{Got, Made, Progress, read};
use parts::Part;

// The calls, by the names that attempts show.
const PREPARE: &str = "prepare";
const UPLOAD: &str = "upload_photo";
const LOOK_UP: &str = "look_up_ticket";
const CREATE: &str = "create_ticket";
const ATTACH: &str = "attach_photo";
const ASSIGN: &str = "assign";
const LOOK_UP_PHOTO: &str = "look_up_photo";
const LOOK_UP_NOTE: &str = "look_up_note";
const NOTE: &str = "add_note";
const WHO: &str = "test";

/// Characters of a photo's reason.
const REASON: usize = 120;

/// The next step of a run.
pub(crate) fn step(helpdesk: &dyn Helpdesk, input: &Input<'_>) -> Step {
    let Some(desk) = call::desk(input.target) else {
        return failed(
            "settings",
            "the connector's settings cannot be read".to_owned(),
        );
    };
    if let Last::NoAnswer(error) = input.last {
        return Step::End(End::unanswered(error));
    }
    let matter = match Matter::of(input.event, input.target) {
        Ok(matter) => matter,
        Err(Nothing::SaidElsewhere) => return Step::End(End::DELIVERED),
        Err(Nothing::NoClaim) => {
            let detail = format!(
                "tickets are made of claims, and `{}` is not about one: take it out of enabled_events",
                input.event.fact.r#ref
            );
            return never("no_claim", detail);
        }
    };
    let made = match input.ticket {
        None => None,
        Some(state) => match read::<Made>(Some(state)) {
            Some(made) => Some(made),
            None => {
                return failed(
                    "state",
                    "what is on record of the ticket cannot be read".to_owned(),
                );
            }
        },
    };
    let shape = Shape {
        settings: &desk.settings,
        subject: helpdesk.takes().subject,
        tag: helpdesk.takes().tag,
    };
    let mut ticket = match compose(
        input.shop,
        &matter.id,
        &matter.claim,
        &matter.context,
        shape,
    ) {
        Ok(ticket) => ticket,
        Err(detail) => return never("template", detail),
    };
    ticket.requester = ticket.requester.or_else(|| fallback(&desk));
    let progress = read(input.state).unwrap_or_default();
    let run = Run {
        helpdesk,
        desk: &desk,
        input,
        matter: &matter,
        ticket: &ticket,
        made,
        progress,
    };
    match input.last {
        Last::Nothing => run.next(),
        Last::Answer(answer) => run.answered(input.called.unwrap_or_default(), answer),
        Last::Photo(photo) => run.photo(photo),
        Last::NoPhoto(reason) => run.got(Got::Link(super::clean::line(reason, REASON))),
        Last::NoAnswer(error) => Step::End(End::unanswered(error)),
    }
}

/// Who files a ticket whose customer has no address: the shop's own user.
pub(crate) fn fallback(desk: &Desk) -> Option<Requester> {
    let email = ["fallback_email", "email"]
        .map(|name| desk.setting(name))
        .into_iter()
        .find(|email| super::clean::is_email(email))?;
    Some(Requester {
        name: "Claims without an address".to_owned(),
        email: email.to_owned(),
    })
}

/// The next step of a test: one call that changes nothing.
pub(crate) fn test(helpdesk: &dyn Helpdesk, input: &Input<'_>) -> Step {
    let Some(desk) = call::desk(input.target) else {
        return failed(
            "settings",
            "the connector's settings cannot be read".to_owned(),
        );
    };
    match input.last {
        Last::Answer(answer) if answer.is_success() => {
            let body = json(answer);
            match helpdesk.unwelcome(&desk, &body) {
                _ if !body.is_object() => Step::End(unreadable(helpdesk, WHO, answer)),
                Some(detail) => never("unwelcome", detail),
                None => Step::End(End::DELIVERED),
            }
        }
        Last::Answer(answer) => Step::End(refused(helpdesk, &desk, WHO, answer, false, input.now)),
        Last::NoAnswer(error) => Step::End(End::unanswered(error)),
        Last::Nothing | Last::Photo(_) | Last::NoPhoto(_) => {
            let to = (input.shop, input.target);
            call::send(helpdesk, &desk, to, WHO, helpdesk.who(&desk))
        }
    }
}

/// One question, with all that it takes to answer it.
struct Run<'a> {
    helpdesk: &'a dyn Helpdesk,
    desk: &'a Desk,
    input: &'a Input<'a>,
    matter: &'a Matter<'a>,
    ticket: &'a Ticket,
    made: Option<Made>,
    progress: Progress,
}

fn failed(error: &'static str, detail: String) -> Step {
    Step::End(End::not(Ending::FAILED, error, detail))
}

fn never(error: &'static str, detail: String) -> Step {
    Step::End(End::not(Ending::Refused { disable: None }, error, detail))
}
