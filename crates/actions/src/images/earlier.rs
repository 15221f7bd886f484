//! Photos that an earlier program kept, before the store noted which there are: those that claims name are noted, so that
//! they count and go as any other; those that nothing names go once they are old.

use std::future::poll_fn;
use std::pin::Pin;

use claimwire_model::Timestamp;
use claimwire_model::claim::Claim;
use claimwire_store::images::{ImageState, NewImage, NotedClaim};
use futures_core::Stream as _;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectMeta, ObjectStoreExt};

use super::{known, names_of, object, out_of_reach};
use crate::ports::Ports;
use crate::refusal::Refusal;

/// Claims of one step.
const CLAIMS: usize = 64;
/// Photos that are looked for in all documents at once.
const NAMES: usize = 1_000;

/// Notes what claims name, in steps, and removes what was kept before `before` and nothing names.
///
/// # Errors
/// When the store or the place of the images cannot be reached; what was not done is done another time.
pub async fn note_earlier(ports: &Ports, before: Timestamp) -> Result<(), Refusal> {
    loop {
        let claims = ports.store.claims_with_unnoted_images(CLAIMS).await?;
        if claims.is_empty() {
            break;
        }
        let mut noted = Vec::with_capacity(claims.len());
        for (shop, claim) in claims {
            let mut images = Vec::new();
            // A claim that cannot be read is not to hold up the others; whoever asks for it is told.
            if let Ok(parsed) = serde_json::from_str::<Claim>(&claim.json) {
                for name in names_of(&parsed) {
                    images.extend(kept(ports, name).await?);
                }
            }
            noted.push(NotedClaim {
                shop,
                claim,
                images,
            });
        }
        ports.store.note_images(noted, ports.now()).await?;
    }
    if ports.store.has_unnoted_images().await? {
        remove_unnamed(ports, before).await?;
    }
    Ok(())
}

/// The photo as it is kept; none: it is not.
async fn kept(ports: &Ports, name: &str) -> Result<Option<NewImage>, Refusal> {
    match ports.images.head(&object(name)).await {
        Ok(found) => Ok(Some(NewImage {
            name: name.to_owned(),
            bytes: found.size,
        })),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(out_of_reach(&error)),
    }
}

async fn remove_unnamed(ports: &Ports, before: Timestamp) -> Result<(), Refusal> {
    let mut listed = ports.images.list(Some(&ObjectPath::from("images")));
    let mut next = async || poll_fn(|cx| Pin::new(&mut listed).poll_next(cx)).await;
    let (mut any, mut old) = (false, Vec::new());
    while let Some(found) = next().await {
        let found: ObjectMeta = found.map_err(|error| out_of_reach(&error))?;
        let name = found.location.filename().unwrap_or_default();
        if known(name).is_none() || ports.store.image(name).await? != ImageState::Unknown {
            continue;
        }
        any = true;
        if Timestamp::from_millis(found.last_modified.timestamp_millis()) < before {
            old.push(name.to_owned());
        }
        if old.len() == NAMES {
            remove(ports, std::mem::take(&mut old)).await?;
        }
    }
    if !old.is_empty() {
        remove(ports, old).await?;
    }
    if !any {
        ports.store.all_images_are_noted().await?;
    }
    Ok(())
}

/// Removes those that nothing names.
async fn remove(ports: &Ports, names: Vec<String>) -> Result<(), Refusal> {
    for name in ports.store.unnamed_images(names).await? {
        match ports.images.delete(&object(&name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(out_of_reach(&error)),
        }
    }
    Ok(())
}
