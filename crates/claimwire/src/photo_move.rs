//! Photos moved from one place to another: each is written, read back and compared. Those that are there already and are
//! the same are left, so that a move that was broken off goes on where it was. What they are moved from stays as it is.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use futures_core::Stream as _;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tokio::task::JoinSet;

use crate::data_dir::UNFINISHED;

/// Photos under way at once, each of at most 10 MiB.
const AT_ONCE: usize = 8;

/// Moves all of them; `told` hears how many are done, and of how many. Answers how many there are.
///
/// # Errors
/// What could not be read or written, or is not the same afterwards.
pub async fn run(
    from: Arc<dyn ObjectStore>,
    to: Arc<dyn ObjectStore>,
    told: &mut (dyn FnMut(u64, u64) + Send),
) -> anyhow::Result<u64> {
    let photos = all(&*from).await?;
    let count = photos.len() as u64;
    let (mut photos, mut under_way, mut done) = (photos.into_iter(), JoinSet::new(), 0);
    loop {
        while under_way.len() < AT_ONCE
            && let Some(photo) = photos.next()
        {
            let (from, to) = (Arc::clone(&from), Arc::clone(&to));
            under_way.spawn(async move { one(&*from, &*to, &photo).await });
        }
        let Some(ended) = under_way.join_next().await else {
            return Ok(count);
        };
        ended??;
        done += 1;
        told(done, count);
    }
}

async fn all(from: &dyn ObjectStore) -> anyhow::Result<Vec<Path>> {
    let mut listed = from.list(Some(&Path::from("images")));
    let mut next = async || poll_fn(|cx| Pin::new(&mut listed).poll_next(cx)).await;
    let mut photos = Vec::new();
    while let Some(found) = next().await {
        let found = found.with_context(|| format!("cannot list the photos in {from}"))?;
        // What an upload left that was broken off is no photo.
        if found.location.extension() != Some(UNFINISHED) {
            photos.push(found.location);
        }
    }
    Ok(photos)
}

async fn one(from: &dyn ObjectStore, to: &dyn ObjectStore, photo: &Path) -> anyhow::Result<()> {
    let read = async || Ok::<_, object_store::Error>(from.get(photo).await?.bytes().await?);
    let bytes = read()
        .await
        .with_context(|| format!("cannot read the photo {photo} in {from}"))?;
    let cannot = || format!("cannot move the photo {photo} to {to}");
    if there(to, photo).await.with_context(cannot)?.as_ref() == Some(&bytes) {
        return Ok(());
    }
    to.put(photo, bytes.clone().into())
        .await
        .with_context(cannot)?;
    if there(to, photo).await.with_context(cannot)?.as_ref() != Some(&bytes) {
        bail!("the photo {photo} is not the same in {to} after it was written: run it again");
    }
    Ok(())
}

/// A photo's bytes, if it is there.
async fn there(to: &dyn ObjectStore, photo: &Path) -> object_store::Result<Option<Bytes>> {
    match to.get(photo).await {
        Ok(found) => Ok(Some(found.bytes().await?)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::*;

    #[tokio::test]
    async fn all_photos_are_moved_and_what_differs_is_written_anew() {
        let (from, to) = (Arc::new(InMemory::new()), Arc::new(InMemory::new()));
        let at = |n: u32| Path::from(format!("images/{n}.jpg"));
        for n in 0..20 {
            let photo = Bytes::from(vec![n as u8; 100]);
            from.put(&at(n), photo.into()).await.unwrap();
        }
        let part = Path::from("images/x.jpg.part");
        from.put(&part, Bytes::from_static(b"x").into())
            .await
            .unwrap();
        let torn = Bytes::from_static(b"torn");
        to.put(&at(3), torn.into()).await.unwrap();

        for _ in 0..2 {
            let mut last = (0, 0);
            let moved = run(from.clone(), to.clone(), &mut |done, all| {
                last = (done, all)
            })
            .await;
            assert_eq!(moved.unwrap(), 20);
            assert_eq!(last, (20, 20));
        }
        for n in 0..20 {
            let found = there(&*to, &at(n)).await.unwrap().unwrap();
            assert_eq!(found, vec![n as u8; 100], "{n}");
        }
        assert!(there(&*to, &part).await.unwrap().is_none());
    }
}
