//! Where evidence photos are kept.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use object_store::ObjectStore;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::prefix::PrefixStore;
use tokio::time::timeout;

use crate::image_folder::ImageFolder;

/// In which a machine or container that has credentials for what runs on it has given them.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the place that `--images` names.
///
/// # Errors
/// When it is none, or there are no credentials for it: else the first upload would find that out.
pub async fn open(place: &str, data_dir: &Path) -> anyhow::Result<Arc<dyn ObjectStore>> {
    if place == "file" {
        let folder =
            ImageFolder::open(data_dir).context("cannot keep images in the data directory")?;
        return Ok(Arc::new(folder));
    }
    let Some((bucket, prefix)) = place
        .strip_prefix("s3://")
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
    else {
        bail!("--images `{place}` is neither `file` nor `s3://BUCKET/PREFIX`");
    };
    // The S3 client finds its TLS in the process's default; a second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let cannot =
        || format!("cannot keep images in {place}; are the AWS_… environment variables set?");
    let builder = AmazonS3Builder::from_env().with_bucket_name(bucket);
    let signed = builder.get_config_value(&AmazonS3ConfigKey::SkipSignature);
    let signed = signed.is_none_or(|skip| skip != "true");
    let store = builder.build().with_context(cannot)?;
    if signed {
        // Without keys in the environment they come from the machine or container that this runs on, or not at all.
        let credentials = store.credentials().get_credential();
        timeout(CREDENTIALS_TIMEOUT, credentials)
            .await
            .context("there are no credentials in the environment, and this machine gives none")
            .and_then(|found| Ok(found?))
            .with_context(cannot)?;
    }
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}
