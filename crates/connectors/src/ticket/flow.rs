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

use std::borrow::Cow;
use std::time::Duration;

use claimwire_model::Event;
use claimwire_model::verdict::Ending;
use claimwire_wire::driver::{End, Input, Last, Photo, Step};
use claimwire_wire::send::Answer;
use serde_json::{Value, json};

use super::call;
use super::compose::{Shape, Ticket, compose};
use super::desk::{Ask, Attached, Desk, File, Filed, Helpdesk, Noted, Photos};
use super::judge::{json, refused, unreadable};
use super::note::{mark, note};
use super::occasion::{Matter, Nothing, Occasion};
use super::state::{Got, Made, Progress, read, saved};
use super::text::Text;

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

/// A claim's first delivery that is older may have been sent by somebody else: it looks before it creates.
const YOUNG: Duration = Duration::from_secs(15 * 60);
/// Uploads are used this long before the vendor drops them.
const MARGIN: Duration = Duration::from_secs(10 * 60);
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
        Last::NoPhoto(reason) => run.got(Got::Link(short(reason))),
        Last::NoAnswer(error) => Step::End(End::unanswered(error)),
    }
}

/// Who files a ticket whose customer has no address: the shop's own user.
pub(crate) fn fallback(desk: &Desk) -> Option<super::compose::Requester> {
    let email = ["fallback_email", "email"]
        .map(|name| desk.setting(name))
        .into_iter()
        .find(|email| super::clean::is_email(email))?;
    Some(super::compose::Requester {
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
        Last::Answer(answer) if is_success(answer) => {
            let body = json(answer);
            match helpdesk.unwelcome(&desk, &body) {
                _ if !body.is_object() => Step::End(unreadable(helpdesk, WHO, answer)),
                Some(detail) => never("unwelcome", detail),
                None => Step::End(End::DELIVERED),
            }
        }
        Last::Answer(answer) => Step::End(refused(helpdesk, &desk, WHO, answer, input.now)),
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

impl Run<'_> {
    fn next(self) -> Step {
        match &self.made {
            None => self.towards_ticket(),
            Some(made) => {
                let made = made.clone();
                self.on_ticket(&made)
            }
        }
    }

    fn towards_ticket(mut self) -> Step {
        if self.matter.occasion == Occasion::Deleted {
            // A ticket is not made of what is gone; one that is there hears of it.
            return self.prepare().unwrap_or_else(|| self.look_up());
        }
        if self.ticket.requester.is_none() {
            let detail = "the claim has no customer with an e-mail address: give it one, or set `settings.fallback_email`";
            return never("no_requester", detail.to_owned());
        }
        if let Some(step) = self.prepare() {
            return step;
        }
        let photos = self.helpdesk.takes().photos;
        if photos != Photos::File
            && let Some(url) = self.ticket.photos.get(self.progress.photos.len())
        {
            return Step::Photo(url.clone());
        }
        if let Photos::Upload(lasts) = photos
            && self
                .progress
                .is_stale(lasts.saturating_sub(MARGIN), self.input.now)
        {
            self.progress.photos.clear();
            self.progress.uploaded_at = None;
            self.progress.first = false;
            return Step::Save(saved(&self.progress));
        }
        if self.input.state.is_none() {
            return self.save();
        }
        match self.progress.first && !self.input.begins {
            true => self.create(),
            false => self.look_up(),
        }
    }

    /// Whether nobody can have made the claim's ticket before this delivery.
    fn is_first(&self) -> bool {
        let at = self.input.event.fact.triggered_at;
        self.matter.occasion == Occasion::Created
            && !self.progress.again
            && self.made.is_none()
            && at >= self.input.target.created_at
            && self.input.now.since(at) < YOUNG
    }

    /// Looks whether this is on the ticket already.
    fn look_for(&self, name: &'static str, made: &Made) -> Step {
        let ask = self.helpdesk.notes(self.desk, &made.id);
        self.send(name, ask.with_long_answer())
    }

    fn prepare(&self) -> Option<Step> {
        let ask = self
            .helpdesk
            .prepare(self.desk, self.ticket, &self.progress.known)?;
        Some(self.send(PREPARE, ask))
    }

    fn look_up(&self) -> Step {
        let ask = self
            .helpdesk
            .look_up(self.desk, self.ticket, &self.progress.known);
        self.send(LOOK_UP, ask.with_long_answer())
    }

    fn create(&self) -> Step {
        let links = self.progress.links(&self.ticket.photos);
        let name = match (links.len(), self.ticket.photos.len()) {
            (0, _) => CREATE.to_owned(),
            (links, all) => format!("{CREATE}, {links} of {all} photos as links"),
        };
        let mut text = self.ticket.text.clone();
        tell(&mut text, links);
        let takes = self.helpdesk.takes();
        let text = text.render(takes.form, takes.text);
        let photos = self.progress.there();
        let ask = self.helpdesk.create(
            self.desk,
            &Filed {
                ticket: self.ticket,
                text: &text,
                photos: &photos,
                known: &self.progress.known,
            },
        );
        self.send(name, ask.with_long_answer())
    }

    fn on_ticket(mut self, made: &Made) -> Step {
        if self.progress.known.is_empty() {
            self.progress.known.clone_from(&made.known);
        }
        let part = self.next_part(made);
        let notes = self.matter.occasion != Occasion::Created;
        if part.is_none() && !notes {
            return Step::End(End::DELIVERED);
        }
        if let Some(step) = self.prepare() {
            return step;
        }
        if self.input.state.is_none() {
            return self.save();
        }
        // Some call may have been made that is on no record.
        let in_doubt = self.input.begins || self.progress.again;
        match (part, in_doubt) {
            (Some(part), true) if part != Part::Assign => self.look_for(LOOK_UP_PHOTO, made),
            (Some(part), _) => self.attach(made, &part, None),
            (None, true) => self.look_for(LOOK_UP_NOTE, made),
            (None, false) => self.note(made),
        }
    }

    /// What is to be put on a ticket beside a note: by the delivery that made it.
    fn next_part(&self, made: &Made) -> Option<Part> {
        let is_ours = made.by == self.input.delivery.to_string();
        if !is_ours || self.matter.occasion == Occasion::Deleted {
            return None;
        }
        match self.helpdesk.takes().photos {
            Photos::File if self.progress.photos.len() < self.ticket.photos.len() => {
                return Some(Part::Photo(self.progress.photos.len()));
            }
            Photos::UrlsLater(at_once) => {
                let there = self.progress.there().len();
                let left = there.saturating_sub(self.progress.attached);
                if left > 0 {
                    let (from, count) = (self.progress.attached, left.min(at_once));
                    return Some(Part::Urls { from, count });
                }
            }
            Photos::File | Photos::Upload(_) | Photos::Urls => {}
        }
        if self.progress.untold {
            return Some(Part::Links);
        }
        let assigns = self.helpdesk.assign(self.desk, &made.id).is_some();
        (assigns && !self.progress.assigned).then_some(Part::Assign)
    }

    /// Puts it there. A photo is fetched first.
    fn attach(&self, made: &Made, part: &Part, photo: Option<&Photo>) -> Step {
        let there = self.progress.there();
        let urls: Vec<&str> = there.iter().filter_map(Value::as_str).collect();
        let all = self.ticket.photos.len();
        let mut text = Text::default();
        let attached = match (part, photo) {
            (Part::Photo(index), None) => {
                let url = self.ticket.photos.get(*index);
                return Step::Photo(url.cloned().unwrap_or_default());
            }
            (Part::Photo(index), Some(photo)) => {
                text.paragraph(&format!("Photo {} of {all} of the claim", index + 1));
                Attached::File(file(*index, photo))
            }
            (Part::Urls { from, count }, _) => {
                text.paragraph(&format!(
                    "Photos {} to {} of the claim",
                    from + 1,
                    from + count
                ));
                Attached::Urls(urls.get(*from..from + count).unwrap_or_default())
            }
            (Part::Links, _) => {
                tell(&mut text, self.progress.links(&self.ticket.photos));
                Attached::Nothing
            }
            (Part::Assign, _) => {
                return match self.helpdesk.assign(self.desk, &made.id) {
                    Some(ask) => self.send(ASSIGN, ask),
                    None => Step::End(End::DELIVERED),
                };
            }
        };
        let mark = part.mark(self.input.event);
        text.paragraph(&mark);
        self.add(ATTACH, made, &text, attached, &mark)
    }

    /// It is there.
    fn attached(mut self, part: Option<Part>) -> Step {
        match part {
            Some(Part::Photo(_)) => self.progress.photos.push(Got::There(Value::Null)),
            Some(Part::Urls { count, .. }) => self.progress.attached += count,
            Some(Part::Links) => self.progress.untold = false,
            Some(Part::Assign) => self.progress.assigned = true,
            None => {}
        }
        self.save()
    }

    /// The helpdesk does not take it: the photos become links.
    fn not_attached(mut self, part: &Part, reason: String) -> Step {
        match part {
            Part::Photo(_) => self.progress.photos.push(Got::Link(reason)),
            Part::Urls { from, count } => {
                let there = self.progress.photos.iter_mut();
                let there = there.filter(|got| matches!(got, Got::There(_)));
                for got in there.skip(*from).take(*count) {
                    *got = Got::Link(reason.clone());
                }
            }
            Part::Links | Part::Assign => {}
        }
        self.progress.untold = true;
        self.save()
    }

    fn note(&self, made: &Made) -> Step {
        let text = note(self.matter, self.input.shop);
        let mark = mark(self.input.event);
        self.add(NOTE, made, &text, Attached::Nothing, &mark)
    }

    fn add(
        &self,
        name: &'static str,
        made: &Made,
        text: &Text,
        attached: Attached<'_>,
        mark: &str,
    ) -> Step {
        let takes = self.helpdesk.takes();
        let text = text.render(takes.form, takes.text);
        let known = match self.progress.known.is_empty() {
            true => &made.known,
            false => &self.progress.known,
        };
        let noted = Noted {
            id: &made.id,
            text: &text,
            attached,
            mark,
            known,
        };
        self.send(name, self.helpdesk.note(self.desk, &noted))
    }

    /// The photo that was asked for is here.
    fn photo(self, photo: &Photo) -> Step {
        let index = self.progress.photos.len();
        match (self.helpdesk.takes().photos, &self.made) {
            (Photos::Urls | Photos::UrlsLater(_), _) => {
                let url = json!(self.ticket.photos.get(index));
                self.got(Got::There(url))
            }
            (Photos::Upload(_), _) => {
                let ask = self.helpdesk.upload(self.desk, &file(index, photo));
                match ask {
                    Some(ask) => self.send(UPLOAD, ask),
                    None => self.got(Got::Link("not taken".to_owned())),
                }
            }
            (Photos::File, Some(made)) => self.attach(made, &Part::Photo(index), Some(photo)),
            (Photos::File, None) => self.next(),
        }
    }

    /// What became of the next photo is known.
    fn got(mut self, got: Got) -> Step {
        match (&got, self.helpdesk.takes().photos) {
            (Got::There(_), Photos::Upload(_)) => {
                let now = self.input.now.as_millis();
                self.progress.uploaded_at.get_or_insert(now);
            }
            (Got::Link(_), Photos::File) => self.progress.untold = true,
            _ => {}
        }
        self.progress.photos.push(got);
        self.save()
    }

    fn answered(mut self, called: &str, answer: &Answer) -> Step {
        if !is_success(answer) {
            return self.not_done(called, answer);
        }
        let (helpdesk, body) = (self.helpdesk, json(answer));
        let read = match called {
            PREPARE => helpdesk
                .prepared(&body, &mut self.progress.known)
                .map(|()| self.save()),
            UPLOAD => helpdesk
                .uploaded(&body)
                .map(|name| self.got(Got::There(name))),
            LOOK_UP => helpdesk
                .found(&body, self.ticket)
                .map(|id| self.looked_up(id)),
            LOOK_UP_PHOTO => Some(self.looked_for_part(answer)),
            LOOK_UP_NOTE => Some(match &self.made {
                Some(made) if !holds(answer, &mark(self.input.event)) => self.note(made),
                _ => Step::End(End::DELIVERED),
            }),
            ATTACH | ASSIGN => {
                let part = self.made.as_ref().and_then(|made| self.next_part(made));
                Some(self.attached(part))
            }
            NOTE => Some(Step::End(End::DELIVERED)),
            name if name.starts_with(CREATE) => helpdesk.created(&body).map(|id| self.made(id)),
            _ => Some(self.next()),
        };
        read.unwrap_or_else(|| Step::End(unreadable(helpdesk, called, answer)))
    }

    fn looked_up(self, found: Option<String>) -> Step {
        match (found, self.matter.occasion) {
            (Some(id), _) => self.made(id),
            (None, Occasion::Deleted) => Step::End(End::DELIVERED),
            (None, Occasion::Created | Occasion::Changed) => self.create(),
        }
    }

    fn looked_for_part(self, answer: &Answer) -> Step {
        let Some(made) = self.made.clone() else {
            return self.next();
        };
        match self.next_part(&made) {
            Some(part) if holds(answer, &part.mark(self.input.event)) => self.attached(Some(part)),
            Some(part) => self.attach(&made, &part, None),
            None => self.next(),
        }
    }

    /// A photo that the helpdesk does not take is no reason to have no ticket.
    fn not_done(mut self, called: &str, answer: &Answer) -> Step {
        if called == PREPARE
            && answer.status == 409
            && self.helpdesk.conflicted(&mut self.progress.known)
        {
            return self.save();
        }
        let is_photos_fault = matches!(answer.status, 400 | 413 | 415 | 422);
        let name = self.helpdesk.about().name;
        let reason = format!("{name} answered {}", answer.status);
        if called == UPLOAD && is_photos_fault {
            return self.got(Got::Link(reason));
        }
        if called == ATTACH
            && is_photos_fault
            && let Some(part) = self.made.as_ref().and_then(|made| self.next_part(made))
            && matches!(part, Part::Photo(_) | Part::Urls { .. })
        {
            return self.not_attached(&part, reason);
        }
        let (helpdesk, desk, now) = (self.helpdesk, self.desk, self.input.now);
        Step::End(refused(helpdesk, desk, called, answer, now))
    }

    fn made(self, id: String) -> Step {
        Step::Ticket(saved(&Made {
            id,
            by: self.input.delivery.to_string(),
            known: self.progress.known,
        }))
    }

    fn save(mut self) -> Step {
        if self.input.state.is_none() {
            // A call that was just answered is counted, and is no attempt of before.
            let now = u32::from(matches!(self.input.last, Last::Answer(_)));
            self.progress.again = self.input.attempt > 1 + now;
            self.progress.first = self.is_first();
        }
        Step::Save(saved(&self.progress))
    }

    fn send(&self, name: impl Into<Cow<'static, str>>, ask: Ask) -> Step {
        let to = (self.input.shop, self.input.target);
        call::send(self.helpdesk, self.desk, to, name, ask)
    }
}

/// What is put on a ticket that has been made.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// The photo of this index.
    Photo(usize),
    /// So many of those that the vendor fetches.
    Urls { from: usize, count: usize },
    /// The links to those that cannot be had.
    Links,
    /// Who is to work on it.
    Assign,
}

impl Part {
    /// By which it is found again.
    fn mark(&self, event: &Event) -> String {
        let mark = mark(event);
        match self {
            Self::Photo(index) => format!("{mark}-photo-{}", index + 1),
            Self::Urls { from, .. } => format!("{mark}-photos-{}", from + 1),
            Self::Links => format!("{mark}-links"),
            Self::Assign => format!("{mark}-assigned"),
        }
    }
}

fn file(index: usize, photo: &Photo) -> File<'_> {
    File {
        name: format!("photo-{}.{}", index + 1, extension(photo.content_type)),
        content_type: photo.content_type,
        bytes: &photo.bytes,
    }
}

/// Whether the answer has this mark, and not the beginning of a longer one.
fn holds(answer: &Answer, mark: &str) -> bool {
    let body = String::from_utf8_lossy(&answer.body);
    body.match_indices(mark).any(|(at, _)| {
        let after = body[at + mark.len()..].chars().next();
        !after.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    })
}

fn tell(text: &mut Text, links: Vec<String>) {
    text.list("Photos that could not be attached", links);
}

fn is_success(answer: &Answer) -> bool {
    (200..=299).contains(&answer.status)
}

fn failed(error: &'static str, detail: String) -> Step {
    Step::End(End::not(Ending::FAILED, error, detail))
}

fn never(error: &'static str, detail: String) -> Step {
    Step::End(End::not(Ending::Refused { disable: None }, error, detail))
}

fn extension(content_type: &str) -> &str {
    match content_type {
        "image/jpeg" => "jpg",
        other => other.rsplit('/').next().unwrap_or("img"),
    }
}

fn short(reason: &str) -> String {
    super::clean::line(reason, REASON)
}
