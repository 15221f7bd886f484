//! A claim made from the fields that a caller writes, and what happened to it.

use claimwire_model::change::Change;
use claimwire_model::claim::{Claim, ClaimFields, ClaimStatus, Damage};
use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};
use uuid::Uuid;

use super::check::check;
use super::given::placed;
use crate::call::Call;
use crate::images::{Names, names_of};
use crate::limits::Limit;
use crate::refusal::Refusal;
use crate::write::Written;

impl Written for Claim {
    const KIND: SubjectKind = SubjectKind::Claim;
    const LIMIT: Limit = Limit::Claims;
    const NUMBERED: bool = true;
    type Id = Uuid;

    fn check(fields: &ClaimFields, id: Option<&Uuid>) -> Result<(), Refusal> {
        check(fields, id)
    }

    fn made(
        fields: ClaimFields,
        id: &Uuid,
        number: u64,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self {
        let mut fields = placed(fields, before);
        let closed_at = match fields.status {
            ClaimStatus::Closed => before.and_then(|b| b.closed_at).or(Some(now)),
            _ => None,
        };
        fields.damages = named(fields.damages, before.map_or(&[], |b| &b.damages));
        let created_at = before.map_or(now, |b| b.created_at);
        let updated_at = before.map_or(now, |b| b.updated_at);
        Self::of(fields, *id, number, created_at, updated_at, closed_at)
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn parent(&self) -> Option<String> {
        self.order_number.clone()
    }

    fn images(&self) -> Names<'_> {
        names_of(self)
    }

    async fn facts(
        call: &Call<'_>,
        before: Option<&Self>,
        after: &Self,
        by: &PerformedBy,
    ) -> Result<Vec<Fact>, Refusal> {
        let context = call.around_claim(after).await?;
        call.facts(
            &Change::Claim {
                before,
                after: Some(after),
            },
            &context,
            by,
        )
    }
}

/// Gives an id to each damage that came without one: that of an equal damage of before which no other
/// bears, else a new one. So the same snapshot written twice changes nothing.
fn named(damages: Vec<Damage>, before: &[Damage]) -> Vec<Damage> {
    let mut free: Vec<&Damage> = before
        .iter()
        .filter(|old| !damages.iter().any(|new| new.id == old.id))
        .collect();
    let name = |mut damage: Damage| {
        if damage.id.is_empty() {
            let equal = free.iter().position(|old| {
                old.damage_type == damage.damage_type && old.description == damage.description
            });
            damage.id = equal.map_or_else(
                || Uuid::new_v4().to_string(),
                |at| free.remove(at).id.clone(),
            );
        }
        damage
    };
    damages.into_iter().map(name).collect()
}
