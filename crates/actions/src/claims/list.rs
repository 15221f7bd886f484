//! Claims, found by what they hold.

use claimwire_model::claim::{Claim, ClaimStatus};
use claimwire_model::search::{Field, term};
use claimwire_model::{SubjectKind, Timestamp};
use claimwire_store::{DocumentFilter, Page, PageRequest};

use crate::access::{As, Viewer};
use crate::kept::Kept;
use crate::read;
use crate::refusal::Refusal;

/// Which claims: those for which all that is given holds.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Where it stands.
    pub status: Option<ClaimStatus>,
    /// With this reason.
    pub reason: Option<String>,
    /// About this order.
    pub order_number: Option<String>,
    /// Of the customer with this address, in small letters or capitals.
    pub customer_email: Option<String>,
    /// That someone with this id, name or e-mail works on.
    pub assignee: Option<String>,
    /// With this label.
    pub label: Option<String>,
    /// Made at or after.
    pub since: Option<Timestamp>,
    /// Made before.
    pub until: Option<Timestamp>,
    /// With all of these words, or words that begin so.
    pub q: Option<String>,
}

impl Filter {
    fn terms(&self) -> Result<Vec<String>, Refusal> {
        let fields = [
            (Field::Status, self.status.map(ClaimStatus::as_str)),
            (Field::Reason, self.reason.as_deref()),
            (Field::OrderNumber, self.order_number.as_deref()),
            (Field::CustomerEmail, self.customer_email.as_deref()),
            (Field::Assignee, self.assignee.as_deref()),
            (Field::Label, self.label.as_deref()),
        ];
        let mut terms = read::words(self.q.as_deref())?;
        terms.extend(
            fields
                .into_iter()
                .filter_map(|(field, value)| Some(term(field, value?))),
        );
        Ok(terms)
    }
}

/// A page of the shop's claims, newest first.
///
/// # Errors
/// When `q` has no word, or the store's.
pub async fn list(
    viewer: &As<'_, Viewer>,
    filter: &Filter,
    page: PageRequest,
) -> Result<Page<Kept<Claim>>, Refusal> {
    let filter = DocumentFilter {
        terms: filter.terms()?,
        since: filter.since,
        until: filter.until,
    };
    read::find(viewer.call(), SubjectKind::Claim, filter, page).await
}
