//! Names as small numbers in rows, the same in every store that has rows. A number, once released, keeps its meaning.

use claimwire_model::delivery::Stage;
use claimwire_model::replay::{ReplayState, ReplayStatus};
use claimwire_model::target::{Kind, TargetStatus};
use claimwire_model::{Role, Source, SubjectKind};

use crate::error::{StoreError, StoreResult};

/// A type that a column holds as a small number: its place in the list.
pub trait Code: Copy + PartialEq + 'static {
    /// All values; the place is the number.
    const ALL: &'static [Self];

    /// What the row holds.
    fn code(self) -> i64 {
        Self::ALL
            .iter()
            .position(|v| *v == self)
            .and_then(|i| i64::try_from(i).ok())
            .unwrap_or(-1)
    }

    /// Back from the row.
    fn from_code(code: i64) -> StoreResult<Self> {
        usize::try_from(code)
            .ok()
            .and_then(|i| Self::ALL.get(i))
            .copied()
            .ok_or_else(|| {
                let name = std::any::type_name::<Self>();
                StoreError::Damaged(format!("{code} is no {name}"))
            })
    }
}

impl Code for Role {
    const ALL: &'static [Self] = &[Self::Viewer, Self::Editor, Self::Admin];
}

impl Code for Source {
    const ALL: &'static [Self] = &[Self::Api, Self::Ui];
}

impl Code for TargetStatus {
    const ALL: &'static [Self] = &[
        Self::Active,
        Self::Inactive,
        Self::Unverified,
        Self::Disabled,
    ];
}

impl Code for Kind {
    const ALL: &'static [Self] = &[Self::Webhook, Self::Connector];
}

impl Code for SubjectKind {
    const ALL: &'static [Self] = &[
        Self::Claim,
        Self::Order,
        Self::Shipment,
        Self::Contact,
        Self::Message,
        Self::Webhook,
    ];
}

impl Code for ReplayStatus {
    const ALL: &'static [Self] = &[Self::Failed, Self::All, Self::Missing];
}

impl Code for ReplayState {
    const ALL: &'static [Self] = &[Self::Done, Self::Running, Self::Waiting];
}

impl Code for Stage {
    const ALL: &'static [Self] = &[Self::Waiting, Self::Delivered, Self::Failed, Self::Expired];
}
