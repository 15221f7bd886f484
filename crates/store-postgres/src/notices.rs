//! Notices, and how far their mails have come.

use async_trait::async_trait;
use claimwire_model::{EventNo, Timestamp};
use claimwire_store::notices::Notice;
use claimwire_store::{Notices, StoreError, StoreResult};

use crate::store::PostgresStore;

fn unfinished<T>() -> StoreResult<T> {
    Err(StoreError::Unavailable("not there yet".to_owned()))
}

#[async_trait]
impl Notices for PostgresStore {
    async fn take_notice(&self, _: Timestamp, _: Timestamp) -> StoreResult<Option<Notice>> {
        unfinished()
    }

    async fn notice_ended(&self, _: EventNo) -> StoreResult<()> {
        unfinished()
    }

    async fn notice_again(&self, _: EventNo, _: Timestamp) -> StoreResult<()> {
        unfinished()
    }
}
