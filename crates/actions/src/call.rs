//! One request's ingredients, and the commit that every write ends in.

use std::sync::Arc;

use claimwire_model::change::{self, Change, Context};
use claimwire_model::event::Fact;
use claimwire_model::{Event, PerformedBy, Shop, Source, SubjectKind, Timestamp};
use claimwire_store::commit::{Content, Write};
use claimwire_store::{Answered, Commit, Committed, Idempotency, Store, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::refusal::Refusal;

/// How often a write is tried anew when someone else changed what it read. Each time someone's write
/// got through, so this is how many writers of one document can be overtaken by.
pub(crate) const TRIES: usize = 50;

/// Who asks, where and when.
#[derive(Clone)]
pub struct Call<'a> {
    /// What keeps.
    pub store: &'a dyn Store,
    /// In this shop.
    pub shop: &'a Arc<Shop>,
    /// The API key's name: who a change is put down to when the request does not say.
    pub key_name: &'a str,
    /// When.
    pub now: Timestamp,
    /// If the request bore an `Idempotency-Key`.
    pub idempotency: Option<IdempotencyKey>,
}

/// The `Idempotency-Key` of a request (contract section 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The header's value.
    pub key: String,
    /// SHA-256 over method, path and body.
    pub fingerprint: [u8; 32],
}

impl IdempotencyKey {
    /// The record that goes into the same commit as the write. `render` makes the answer's body once
    /// the events have their numbers.
    #[must_use]
    pub fn record(
        self,
        status: u16,
        render: impl FnOnce(&[Arc<Event>]) -> Vec<u8> + Send + 'static,
    ) -> Idempotency {
        Idempotency {
            key: self.key,
            fingerprint: self.fingerprint,
            status,
            body: Box::new(render),
        }
    }
}

/// A write's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// 200, 201 or 202.
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
    /// True: the request was done before under the same key; this is the answer it was given then.
    pub repeated: bool,
}

impl From<Answered> for Done {
    fn from(answered: Answered) -> Self {
        Self {
            status: answered.status,
            body: answered.body,
            repeated: true,
        }
    }
}

/// What a document held when it was read.
#[derive(Debug, Clone)]
pub(crate) struct Found<T> {
    pub(crate) version: u64,
    pub(crate) json: String,
    pub(crate) value: T,
}

/// All that one write comes to.
pub(crate) struct Plan {
    pub(crate) writes: Vec<Write>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Plan {
    /// Nothing changes: the answer alone.
    pub(crate) fn nothing(status: u16, body: String) -> Self {
        Self {
            writes: Vec::new(),
            facts: Vec::new(),
            status,
            body,
        }
    }
}

impl Call<'_> {
    /// The answer that this request was given before, under the same idempotency key. A write that
    /// may come out otherwise the second time (what it needs is gone) asks this first.
    pub(crate) async fn earlier(&self) -> Result<Option<Done>, Refusal> {
        let Some(IdempotencyKey { key, fingerprint }) = &self.idempotency else {
            return Ok(None);
        };
        match self
            .store
            .recall(Some(self.shop.no), key, fingerprint, self.now)
            .await
        {
            Ok(answered) => Ok(answered.map(Done::from)),
            Err(StoreError::Conflict) => Err(idempotency_conflict()),
            Err(error) => Err(error.into()),
        }
    }

    /// The document of this id, if it is there.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        kind: SubjectKind,
        id: &str,
    ) -> Result<Option<Found<T>>, Refusal> {
        match self.store.document(self.shop.no, kind, id).await {
            Ok(document) => Ok(Some(Found {
                version: document.version,
                value: decode(kind, id, &document.json)?,
                json: document.json,
            })),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Commits a plan. `None`: someone else changed what it was made from; make it anew. A plan that
    /// changes nothing is committed only for the idempotency record's sake.
    pub(crate) async fn commit(&self, plan: Plan) -> Result<Option<Done>, Refusal> {
        let Plan {
            writes,
            facts,
            status,
            body,
        } = plan;
        let done = Done {
            status,
            body: body.into_bytes(),
            repeated: false,
        };
        if writes.is_empty() && facts.is_empty() && self.idempotency.is_none() {
            return Ok(Some(done));
        }
        let idempotency = self.idempotency.clone().map(|key| {
            let body = done.body.clone();
            key.record(status, |_| body)
        });
        let commit = Commit {
            shop: Arc::clone(self.shop),
            now: self.now,
            writes,
            facts,
            idempotency,
        };
        match self.store.commit(commit).await {
            Ok(Committed::Now(_)) => Ok(Some(done)),
            Ok(Committed::Before(answered)) => Ok(Some(answered.into())),
            Err(StoreError::Stale) => Ok(None),
            Err(StoreError::Conflict) => Err(idempotency_conflict()),
            Err(error) => Err(error.into()),
        }
    }

    /// What happened, from before and after.
    pub(crate) fn facts(
        &self,
        change: &Change<'_>,
        context: &Context,
        performed_by: &PerformedBy,
    ) -> Result<Vec<Fact>, Refusal> {
        change::facts(change, context, performed_by, self.now)
            .map_err(|e| StoreError::Damaged(format!("an event could not be written: {e}")).into())
    }

    /// Who made the change: as the request says, else the API key.
    pub(crate) fn performed_by(&self, given: Option<PerformedBy>) -> PerformedBy {
        given.unwrap_or_else(|| PerformedBy {
            source: Source::Api,
            user_id: None,
            name: Some(self.key_name.to_owned()),
        })
    }
}

pub(crate) fn idempotency_conflict() -> Refusal {
    Refusal::Conflict {
        key: "idempotency_conflict",
        detail: "this Idempotency-Key was used within the last 24 hours for another request; use a new one"
            .to_owned(),
    }
}

/// After [`TRIES`] tries in vain.
pub(crate) fn contended(kind: SubjectKind, id: &str) -> Refusal {
    let kind = kind.as_str();
    StoreError::Unavailable(format!("{kind} {id} is being changed by too many at once")).into()
}

/// One document to be written.
pub(crate) fn put_document(
    kind: SubjectKind,
    id: &str,
    expected_version: u64,
    parent: Option<String>,
    json: String,
) -> Write {
    Write {
        kind,
        id: id.to_owned(),
        expected_version,
        after: Some(Content { parent, json }),
    }
}

/// One document to be deleted.
pub(crate) fn removal(kind: SubjectKind, id: &str, expected_version: u64) -> Write {
    Write {
        kind,
        id: id.to_owned(),
        expected_version,
        after: None,
    }
}

/// A subject in the API's shape.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|e| StoreError::Damaged(e.to_string()).into())
}

/// A subject from the API's shape, as the store kept it.
pub(crate) fn decode<T: DeserializeOwned>(
    kind: SubjectKind,
    id: &str,
    json: &str,
) -> Result<T, Refusal> {
    serde_json::from_str(json)
        .map_err(|e| StoreError::Damaged(format!("{} {id}: {e}", kind.as_str())).into())
}
