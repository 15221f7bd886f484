//! Subjects that callers write whole: claims, contacts, orders, shipments. Made, replaced or patched,
//! they all go the same way: read, apply, compare, derive, commit; and once more when someone else
//! was quicker.

use std::future::Future;

use claimwire_model::event::Fact;
use claimwire_model::{PerformedBy, SubjectKind, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::call::{Call, Done, Found, Plan, TRIES, contended, encode, put_document};
use crate::input;
use crate::merge::{Patchable, patched};
use crate::read::not_found;
use crate::refusal::Refusal;

/// A subject that callers write whole.
pub(crate) trait Written:
    Serialize + DeserializeOwned + PartialEq + Clone + Send + Sync
{
    /// What it is.
    const KIND: SubjectKind;
    /// Whether it bears one of the shop's numbers.
    const NUMBERED: bool;
    /// What names it in the path.
    type Id: ToString + Sync + ?Sized;
    /// What a caller writes of it.
    type Fields: DeserializeOwned + Clone + Send + Sync;

    /// Whether every field may be as it is. `id`: as the path has it; none when one is yet to be made.
    fn check(fields: &Self::Fields, id: Option<&Self::Id>) -> Result<(), Refusal>;
    /// Who makes the change, if the request says.
    fn performed_by(fields: &mut Self::Fields) -> Option<PerformedBy>;
    /// What the fields make of `before`, or a new one; equal to `before` when nothing differs.
    fn made(
        fields: Self::Fields,
        id: &Self::Id,
        number: u64,
        before: Option<&Self>,
        now: Timestamp,
    ) -> Self;
    /// Its number; 0 when it has none.
    fn number(&self) -> u64;
    /// Something differs: sets when it last changed.
    fn touch(&mut self, now: Timestamp);
    /// What it hangs on, see [`claimwire_store::commit::Document::parent`].
    fn parent(&self) -> Option<String>;
    /// What happened.
    fn facts(
        call: &Call<'_>,
        before: Option<&Self>,
        after: &Self,
        by: &PerformedBy,
    ) -> impl Future<Output = Result<Vec<Fact>, Refusal>> + Send;
}

/// Makes one with an id of ours. 201.
pub(crate) async fn create<T: Written<Id = Uuid>>(
    call: &Call<'_>,
    body: &[u8],
) -> Result<Done, Refusal> {
    let fields: T::Fields = input::parse(body)?;
    T::check(&fields, None)?;
    if let Some(done) = call.earlier().await? {
        return Ok(done);
    }
    let id = Uuid::new_v4();
    let number = reserve::<T>(call).await?;
    let done = write::<T>(call, &id, None, number, fields).await?;
    done.ok_or_else(|| contended(T::KIND, &id.to_string()))
}

/// Makes the one of this id (201) or replaces it (200). The same again changes nothing.
pub(crate) async fn put<T: Written>(
    call: &Call<'_>,
    id: &T::Id,
    body: &[u8],
) -> Result<Done, Refusal> {
    let fields: T::Fields = input::parse(body)?;
    T::check(&fields, Some(id))?;
    let key = id.to_string();
    let mut reserved = None;
    for _ in 0..TRIES {
        let before = call.find::<T>(T::KIND, &key).await?;
        let number = match (&before, reserved) {
            (Some(before), _) => before.value.number(),
            (None, Some(number)) => number,
            (None, None) => *reserved.insert(reserve::<T>(call).await?),
        };
        if let Some(done) = write(call, id, before.as_ref(), number, fields.clone()).await? {
            return Ok(done);
        }
    }
    Err(contended(T::KIND, &key))
}

/// Changes what the JSON Merge Patch names. 200.
pub(crate) async fn patch<T: Written>(
    call: &Call<'_>,
    id: &T::Id,
    body: &[u8],
) -> Result<Done, Refusal>
where
    T::Fields: Patchable + From<T>,
{
    let key = id.to_string();
    for _ in 0..TRIES {
        let found = call.find::<T>(T::KIND, &key).await?;
        let before = found.ok_or_else(|| not_found(T::KIND, &key))?;
        let fields = patched(&T::Fields::from(before.value.clone()), body)?;
        T::check(&fields, Some(id))?;
        if let Some(done) = write(call, id, Some(&before), before.value.number(), fields).await? {
            return Ok(done);
        }
    }
    Err(contended(T::KIND, &key))
}

async fn reserve<T: Written>(call: &Call<'_>) -> Result<u64, Refusal> {
    if T::NUMBERED {
        Ok(call.store.reserve_number(call.shop.no).await?)
    } else {
        Ok(0)
    }
}

/// Commits what the fields make of `before`, with its events. `None`: someone else was quicker.
async fn write<T: Written>(
    call: &Call<'_>,
    id: &T::Id,
    before: Option<&Found<T>>,
    number: u64,
    mut fields: T::Fields,
) -> Result<Option<Done>, Refusal> {
    let by = call.performed_by(T::performed_by(&mut fields));
    let mut after = T::made(fields, id, number, before.map(|b| &b.value), call.now);
    match before {
        Some(before) if before.value == after => {
            return call.commit(Plan::nothing(200, before.json.clone())).await;
        }
        Some(_) => after.touch(call.now),
        None => {}
    }
    let facts = T::facts(call, before.map(|b| &b.value), &after, &by).await?;
    let (status, version) = before.map_or((201, 0), |b| (200, b.version));
    let body = encode(&after)?;
    let write = put_document(
        T::KIND,
        &id.to_string(),
        version,
        after.parent(),
        body.clone(),
    );
    call.commit(Plan {
        writes: vec![write],
        facts,
        status,
        body,
    })
    .await
}
