//! Names as small numbers in rows, the same in every store that has rows. A number, once released, keeps its meaning.

use claimwire_model::delivery::Stage;
use claimwire_model::replay::{ReplayState, ReplayStatus};
use claimwire_model::target::{Kind, TargetStatus};
use claimwire_model::{Role, Source, SubjectKind};

use crate::error::{StoreError, StoreResult};

/// A type that a column holds as a small number.
pub trait Code: Copy {
    /// What the row holds.
    fn code(self) -> i64;

    /// Back from the row.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is the number of none.
    fn from_code(code: i64) -> StoreResult<Self>;
}

/// The numbers of each type's values. One that has none does not compile.
macro_rules! codes {
    ($($type:ident { $($value:ident = $code:literal,)+ })+) => {
        $(impl Code for $type {
            fn code(self) -> i64 {
                match self {
                    $(Self::$value => $code,)+
                }
            }

            fn from_code(code: i64) -> StoreResult<Self> {
                match code {
                    $($code => Ok(Self::$value),)+
                    _ => Err(StoreError::Damaged(format!(
                        "{code} is no {}",
                        std::any::type_name::<Self>(),
                    ))),
                }
            }
        })+
    };
}

codes! {
    Role {
        Viewer = 0,
        Editor = 1,
        Admin = 2,
    }
    Source {
        Api = 0,
        Ui = 1,
    }
    TargetStatus {
        Active = 0,
        Inactive = 1,
        Unverified = 2,
        Disabled = 3,
    }
    Kind {
        Webhook = 0,
        Connector = 1,
    }
    SubjectKind {
        Claim = 0,
        Order = 1,
        Shipment = 2,
        Contact = 3,
        Message = 4,
        Webhook = 5,
    }
    ReplayStatus {
        Failed = 0,
        All = 1,
        Missing = 2,
    }
    ReplayState {
        Done = 0,
        Running = 1,
        Waiting = 2,
    }
    Stage {
        Waiting = 0,
        Delivered = 1,
        Failed = 2,
        Expired = 3,
    }
}
