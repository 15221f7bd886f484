//! The ways to a ticket and to a note: which call is next, as far as one got.

use std::borrow::Cow;
use std::time::Duration;

use claimwire_wire::driver::{End, Last, Step};

use super::parts::tell;
use super::{CREATE, LOOK_UP, LOOK_UP_NOTE, LOOK_UP_PHOTO, NOTE, PREPARE, Part, Run, never};
use crate::ticket::call;
use crate::ticket::desk::{Ask, Attached, Filed, Noted, Photos};
use crate::ticket::note::{mark, note};
use crate::ticket::occasion::Occasion;
use crate::ticket::state::{Made, saved};
use crate::ticket::text::Text;

/// A claim's first delivery that is older may have been sent by somebody else: it looks before it creates.
const YOUNG: Duration = Duration::from_secs(15 * 60);
/// Uploads are used until so long before the vendor drops them.
const MARGIN: Duration = Duration::from_secs(10 * 60);

impl Run<'_> {
    pub(super) fn next(self) -> Step {
        match &self.made {
            None => self.towards_ticket(),
            Some(made) => {
                let made = made.clone();
                self.on_ticket(&made)
            }
        }
    }

    pub(super) fn towards_ticket(mut self) -> Step {
        if self.matter.occasion == Occasion::Deleted {
            // A ticket is not made of what is gone; one that is there hears of it.
            return self.prepare().unwrap_or_else(|| self.look_up());
        }
        if self.ticket.requester.is_none() && self.helpdesk.needs_requester() {
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
    pub(super) fn is_first(&self) -> bool {
        let at = self.input.event.fact.triggered_at;
        self.matter.occasion == Occasion::Created
            && !self.progress.again
            && self.made.is_none()
            && at >= self.input.target.created_at
            && self.input.now.since(at) < YOUNG
    }

    /// Looks whether this is on the ticket already.
    pub(super) fn look_for(&self, name: &'static str, made: &Made) -> Step {
        let ask = self.helpdesk.notes(self.desk, &made.id);
        self.send(name, ask.with_long_answer())
    }

    pub(super) fn prepare(&self) -> Option<Step> {
        let ask = self
            .helpdesk
            .prepare(self.desk, self.ticket, &self.progress.known)?;
        Some(self.send(PREPARE, ask))
    }

    pub(super) fn look_up(&self) -> Step {
        let ask = self
            .helpdesk
            .look_up(self.desk, self.ticket, &self.progress.known);
        self.send(LOOK_UP, ask.with_long_answer())
    }

    pub(super) fn create(&self) -> Step {
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

    pub(super) fn on_ticket(mut self, made: &Made) -> Step {
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

    pub(super) fn note(&self, made: &Made) -> Step {
        let text = note(self.matter, self.input.shop);
        let mark = mark(self.input.event);
        self.add(NOTE, made, &text, Attached::Nothing, &mark)
    }

    pub(super) fn add(
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

    pub(super) fn save(mut self) -> Step {
        if self.input.state.is_none() {
            // A call that was just answered is counted, and is no attempt of before.
            let now = u32::from(matches!(self.input.last, Last::Answer(_)));
            self.progress.again = self.input.attempt > 1 + now;
            self.progress.first = self.is_first();
        }
        Step::Save(saved(&self.progress))
    }

    pub(super) fn send(&self, name: impl Into<Cow<'static, str>>, ask: Ask) -> Step {
        let to = (self.input.shop, self.input.target);
        call::send(self.helpdesk, self.desk, to, name, ask)
    }
}
