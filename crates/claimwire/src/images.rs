//! Where evidence photos are kept.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;

/// Opens the place that `--images` names.
pub fn open(place: &str, data_dir: &Path) -> anyhow::Result<Arc<dyn ObjectStore>> {
    if place == "file" {
        let store = LocalFileSystem::new_with_prefix(data_dir)
            .context("cannot keep images in the data directory")?;
        return Ok(Arc::new(store.with_fsync(true)));
    }
    let Some((bucket, prefix)) = place
        .strip_prefix("s3://")
        .map(|rest| rest.split_once('/').unwrap_or((rest, "")))
    else {
        bail!("--images `{place}` is neither `file` nor `s3://BUCKET/PREFIX`");
    };
    // The S3 client finds its TLS in the process's default; a second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let store = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .build()
        .with_context(|| {
            format!("cannot keep images in {place}; are the AWS_… environment variables set?")
        })?;
    Ok(Arc::new(PrefixStore::new(store, prefix)))
}
