//! What follows from an answer.

use claimwire_wire::driver::{End, Step};
use claimwire_wire::send::Answer;

use super::{
    ASSIGN, ATTACH, CREATE, LOOK_UP, LOOK_UP_NOTE, LOOK_UP_PHOTO, NOTE, PREPARE, Part, Run, UPLOAD,
};
use crate::ticket::judge::{json, refused, unreadable};
use crate::ticket::note::mark;
use crate::ticket::occasion::Occasion;
use crate::ticket::state::{Got, Made, saved};

impl Run<'_> {
    pub(super) fn answered(mut self, called: &str, answer: &Answer) -> Step {
        if !answer.is_success() {
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

    pub(super) fn looked_up(self, found: Option<String>) -> Step {
        match (found, self.matter.occasion) {
            (Some(id), _) => self.made(id),
            (None, Occasion::Deleted) => Step::End(End::DELIVERED),
            (None, Occasion::Created | Occasion::Changed) => self.create(),
        }
    }

    pub(super) fn looked_for_part(self, answer: &Answer) -> Step {
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
    pub(super) fn not_done(mut self, called: &str, answer: &Answer) -> Step {
        if called == PREPARE
            && answer.status == 409
            && self.helpdesk.conflicted(&mut self.progress.known)
        {
            return self.save();
        }
        let lacks_right = self.helpdesk.lacks_right(&json(answer));
        let is_photos_fault = matches!(answer.status, 400 | 413 | 415 | 422) && !lacks_right;
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
        let ours = self.made.as_ref().is_some_and(|made| self.is_ours(made));
        Step::End(refused(helpdesk, desk, called, answer, ours, now))
    }

    pub(super) fn made(self, id: String) -> Step {
        Step::Ticket(saved(&Made {
            id,
            by: self.input.delivery.to_string(),
            known: self.progress.known,
        }))
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
