//! What is put on a ticket after it is made: photos, links to those that cannot be had, who works on it.

use claimwire_model::Event;
use claimwire_wire::driver::{End, Photo, Step};
use serde_json::{Value, json};

use super::{ASSIGN, ATTACH, Run, UPLOAD};
use crate::ticket::desk::{Attached, File, Photos};
use crate::ticket::note::mark;
use crate::ticket::occasion::Occasion;
use crate::ticket::state::{Got, Made};
use crate::ticket::text::Text;

/// What is put on a ticket that has been made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
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
    pub(super) fn mark(&self, event: &Event) -> String {
        let mark = mark(event);
        match self {
            Self::Photo(index) => format!("{mark}-photo-{}", index + 1),
            Self::Urls { from, .. } => format!("{mark}-photos-{}", from + 1),
            Self::Links => format!("{mark}-links"),
            Self::Assign => format!("{mark}-assigned"),
        }
    }
}

impl Run<'_> {
    /// Whether this delivery made the ticket, or found it in doubt.
    pub(super) fn is_ours(&self, made: &Made) -> bool {
        made.by == self.input.delivery.to_string()
    }

    /// What is to be put on a ticket beside a note: by the delivery that made it.
    pub(super) fn next_part(&self, made: &Made) -> Option<Part> {
        if !self.is_ours(made) || self.matter.occasion == Occasion::Deleted {
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
    pub(super) fn attach(&self, made: &Made, part: &Part, photo: Option<&Photo>) -> Step {
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
    pub(super) fn attached(mut self, part: Option<Part>) -> Step {
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
    pub(super) fn not_attached(mut self, part: &Part, reason: String) -> Step {
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

    /// The photo that was asked for is here.
    pub(super) fn photo(self, photo: &Photo) -> Step {
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
    pub(super) fn got(mut self, got: Got) -> Step {
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
}

pub(super) fn tell(text: &mut Text, links: Vec<String>) {
    text.list("Photos that could not be attached", links);
}

fn file(index: usize, photo: &Photo) -> File<'_> {
    File {
        name: format!("photo-{}.{}", index + 1, extension(photo.content_type)),
        content_type: photo.content_type,
        bytes: &photo.bytes,
    }
}

fn extension(content_type: &str) -> &str {
    match content_type {
        "image/jpeg" => "jpg",
        other => other.rsplit('/').next().unwrap_or("img"),
    }
}
