//! What an action works with, and the commit that every write of a subject ends in.

use std::sync::Arc;

use claimwire_model::change::{self, Change, ChangeError, Context};
use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, Shop, Source, SubjectKind, Timestamp};
use claimwire_store::commit::{Content, Write};
use claimwire_store::directory::Once;
use claimwire_store::images::ImageUse;
use claimwire_store::outbox::NewLetter;
use claimwire_store::{Answered, Commit, Committed, Idempotency, Store, StoreError, StoreResult};
use claimwire_wire::trace::{Described, SpanKind, Trace};
use serde::de::DeserializeOwned;

use crate::caller::Caller;
use crate::idempotency::{IdempotencyKey, Keyed};
use crate::kept::decode;
use crate::measures;
use crate::ports::Ports;
use crate::refusal::Refusal;

/// How often a write is tried anew when someone else changed what it read. Each time someone's write
/// got through, so this is how many writers of one document can be overtaken by.
pub(crate) const TRIES: usize = 50;

/// Who asks, where and when, and what there is to do it with. Outside of this crate it is to be had
/// inside an [`As`](crate::access::As) alone.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) ports: &'a Ports,
    pub(crate) shop: &'a Arc<Shop>,
    pub(crate) caller: &'a Caller,
    /// Of changes that do not say.
    pub(crate) source: Source,
    /// That of the request, if it is followed.
    pub(crate) trace: Option<&'a Trace>,
    pub(crate) now: Timestamp,
}

/// What a document held when it was read.
#[derive(Debug, Clone)]
pub(crate) struct Found<T> {
    pub(crate) version: u64,
    pub(crate) json: String,
    pub(crate) value: T,
}

impl Call<'_> {
    /// The answer that this request was given before, under the same idempotency key. A write that
    /// may come out otherwise the second time (what it needs is gone) asks this first.
    pub(crate) async fn earlier<T: ?Sized>(
        &self,
        keyed: Option<&Keyed<T>>,
    ) -> Result<Option<Answered>, Refusal> {
        let Some(Keyed {
            key: IdempotencyKey { key, fingerprint },
            ..
        }) = keyed
        else {
            return Ok(None);
        };
        let shop = Some(self.shop.no);
        self.store
            .recall(shop, key, fingerprint, self.now)
            .await
            .map_err(conflicting)
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

    /// Commits a change with its facts. `None`: someone else changed what it was made from; make it
    /// anew. What changes nothing is committed only for the idempotency record's sake.
    pub(crate) async fn commit(
        &self,
        writes: Vec<Write>,
        facts: Vec<Fact>,
        images: Vec<ImageUse>,
        idempotency: Option<Idempotency>,
    ) -> Result<Option<Once<()>>, Refusal> {
        let letters = Vec::new();
        self.commit_with_letters(writes, facts, images, letters, idempotency)
            .await
    }

    /// The same, with mails that go out because of it.
    pub(crate) async fn commit_with_letters(
        &self,
        writes: Vec<Write>,
        facts: Vec<Fact>,
        images: Vec<ImageUse>,
        letters: Vec<NewLetter>,
        idempotency: Option<Idempotency>,
    ) -> Result<Option<Once<()>>, Refusal> {
        if writes.is_empty() && facts.is_empty() && idempotency.is_none() {
            return Ok(Some(Once::Now(())));
        }
        let commit = Commit {
            shop: Arc::clone(self.shop),
            now: self.now,
            writes,
            facts,
            images,
            letters,
            idempotency,
        };
        match self.commit_in_span(commit).await {
            Ok(Committed::Now(events)) => {
                measures::accepted(events.len());
                Ok(Some(Once::Now(())))
            }
            Ok(Committed::Before(answered)) => Ok(Some(Once::Before(answered))),
            Err(StoreError::Stale) => Ok(None),
            Err(error) => Err(conflicting(error)),
        }
    }

    /// What the store makes of the commit, which is a span of its own if the request is followed.
    pub(crate) async fn commit_in_span(&self, commit: Commit) -> StoreResult<Committed> {
        let Some(trace) = self.trace else {
            return self.store.commit(commit).await;
        };
        let (span, facts) = (trace.begin(), commit.facts.len());
        let came = self.store.commit(commit).await;
        span.end(|| Described {
            name: "commit".to_owned(),
            kind: SpanKind::Internal,
            attributes: vec![
                ("claimwire.shop", self.shop.slug.clone().into()),
                (
                    "claimwire.events",
                    i64::try_from(facts).unwrap_or(i64::MAX).into(),
                ),
            ],
            links: Vec::new(),
            error: came.as_ref().err().map(ToString::to_string),
        });
        came
    }

    /// What happened, from before and after.
    pub(crate) fn facts(
        &self,
        change: &Change<'_>,
        context: &Context,
        performed_by: &PerformedBy,
    ) -> Result<Vec<Fact>, Refusal> {
        let facts = change::facts(change, context, performed_by, self.now);
        facts.map_err(|error| match error {
            ChangeError::TooLarge(over) => Refusal::field(over.field, over.to_string()),
            ChangeError::Json(error) => {
                StoreError::Damaged(format!("an event could not be written: {error}")).into()
            }
        })
    }

    /// Who made the change: as the request says, else the caller; and the trace of the request.
    pub(crate) fn performed_by(&self, given: Option<PerformedBy>) -> PerformedBy {
        let by = given.unwrap_or_else(|| PerformedBy {
            source: self.source,
            user_id: None,
            name: Some(self.caller.name().to_owned()),
            trace: None,
        });
        PerformedBy {
            trace: self.trace.map(Trace::context),
            ..by
        }
    }
}

/// The store's conflict, where an idempotency record can be the only thing in the way.
pub(crate) fn conflicting(error: StoreError) -> Refusal {
    match error {
        StoreError::Conflict => idempotency_conflict(),
        other => other.into(),
    }
}

pub(crate) fn idempotency_conflict() -> Refusal {
    Refusal::Conflict {
        key: "idempotency_conflict",
        detail: "this Idempotency-Key was used within the last 24 hours for another request; use a new one"
            .to_owned(),
    }
}

/// The answer of a call that took a record: the value, or the first answer.
pub(crate) fn valued<A, T>(once: Once<A>, value: T) -> Once<T> {
    match once {
        Once::Now(_) => Once::Now(value),
        Once::Before(answered) => Once::Before(answered),
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
    json: &str,
) -> Write {
    Write {
        kind,
        id: id.to_owned(),
        expected_version,
        after: Some(Content {
            parent,
            json: json.to_owned(),
        }),
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
