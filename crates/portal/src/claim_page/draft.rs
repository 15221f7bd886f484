//! What a customer answered so far, as it goes through their hands: sealed, and for a time.

use std::time::Duration;

use claimwire_actions::Refusal;
use claimwire_actions::claim_page::{Around, ClaimDesk, Filing, Question, questions, wrong};
use claimwire_model::{ClaimPage, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How long an order stays open without anything being done.
const LASTS: Duration = Duration::from_secs(2 * 3_600);

/// Where a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Question(Question),
    Review,
}

impl Place {
    /// Its path below the page's.
    pub fn path(self) -> &'static str {
        match self {
            Self::Question(Question::Shipment) => "shipment",
            Self::Question(Question::Flow) => "problem",
            Self::Question(Question::Reason) => "reason",
            Self::Question(Question::Items) => "items",
            Self::Question(Question::Photos) => "photos",
            Self::Question(Question::Description) => "description",
            Self::Question(Question::Resolution) => "resolution",
            Self::Review => "review",
        }
    }

    /// The question of this path.
    pub fn question(path: &str) -> Option<Question> {
        [
            Question::Shipment,
            Question::Flow,
            Question::Reason,
            Question::Items,
            Question::Photos,
            Question::Description,
            Question::Resolution,
        ]
        .into_iter()
        .find(|question| Self::Question(*question).path() == path)
    }
}

/// A draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Draft {
    pub filing: Filing,
    until: i64,
    /// Whether every question was answered once: then one that is changed leads back to the review.
    reviewed: bool,
}

impl Draft {
    /// One that begins, about an order that is the customer's.
    pub fn begun(order_number: String, language: &str, now: Timestamp) -> Self {
        let filing = Filing {
            key: Uuid::new_v4(),
            order_number,
            language: language.to_owned(),
            ..Filing::default()
        };
        Self {
            filing,
            until: now.plus(LASTS).as_millis(),
            reviewed: false,
        }
    }

    /// The same, of someone of the shop who files it for the customer.
    pub fn begun_by(order_number: String, language: &str, by: &str, now: Timestamp) -> Self {
        let mut draft = Self::begun(order_number, language, now);
        draft.filing.by = Some(by.to_owned());
        draft
    }

    /// What was sealed; none: it is forged, or its time is over.
    pub fn opened(desk: &ClaimDesk<'_>, sealed: &str, now: Timestamp) -> Option<Self> {
        let draft: Self = serde_json::from_slice(&desk.unsealed(sealed)?).ok()?;
        (now < Timestamp::from_millis(draft.until)).then_some(draft)
    }

    /// For the customer's hands, from now on for as long as it lasts.
    pub fn sealed(&mut self, desk: &ClaimDesk<'_>, now: Timestamp) -> Result<String, Refusal> {
        self.until = now.plus(LASTS).as_millis();
        let json = serde_json::to_vec(self).map_err(|error| Refusal::Failed(error.to_string()))?;
        desk.sealed(&json)
    }

    /// Whether the draft can be there: nothing that comes before it is missing.
    pub fn reaches(
        &self,
        page: &ClaimPage,
        around: &Around,
        place: Place,
        now: Timestamp,
    ) -> Result<(), Place> {
        let asked = questions(page, around, &self.filing);
        for question in &asked {
            if Place::Question(*question) == place {
                return Ok(());
            }
            if wrong(page, around, &self.filing, *question, now).is_some() {
                return Err(Place::Question(*question));
            }
        }
        match place {
            Place::Review => Ok(()),
            // It is not asked any more.
            Place::Question(_) => Err(Place::Review),
        }
    }

    /// Where to go after a question was answered.
    pub fn next(&mut self, page: &ClaimPage, around: &Around, from: Question) -> Place {
        let asked = questions(page, around, &self.filing);
        let later = asked.iter().copied().find(|question| *question > from);
        match later {
            Some(question) if !self.reviewed => Place::Question(question),
            _ => {
                self.reviewed = true;
                Place::Review
            }
        }
    }

    /// Where to go back to; none: to the beginning.
    pub fn back(&self, page: &ClaimPage, around: &Around, place: Place) -> Option<Place> {
        if self.reviewed && place != Place::Review {
            return Some(Place::Review);
        }
        let asked = questions(page, around, &self.filing);
        let before = |question: &Question| match place {
            Place::Question(here) => *question < here,
            Place::Review => true,
        };
        asked.into_iter().rfind(before).map(Place::Question)
    }

    /// The questions begin anew, with what was answered as it was.
    pub fn asked_anew(&mut self) {
        self.reviewed = false;
    }
}
