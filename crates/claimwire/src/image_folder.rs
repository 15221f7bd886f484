//! Photos in a folder. A large file that is flushed in one go keeps the disk busy for as long, and every commit waits
//! behind it; so a photo is written and flushed in parts, between which the disk is free for others.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path as FilePath;
use std::sync::Arc;

use async_trait::async_trait;
use futures_core::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::task::spawn_blocking;

use crate::data_dir::UNFINISHED;

/// Bytes between two flushes: a few milliseconds of a slow disk.
const PART: usize = 256 * 1024;

/// A folder with photos. What was put is on disk, whole or not at all.
#[derive(Debug)]
pub(crate) struct ImageFolder {
    files: Arc<LocalFileSystem>,
}

impl ImageFolder {
    /// # Errors
    /// When the folder is not there.
    pub(crate) fn open(folder: &FilePath) -> Result<Self> {
        let files = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self {
            files: Arc::new(files),
        })
    }
}

impl fmt::Display for ImageFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
}

#[async_trait]
impl ObjectStore for ImageFolder {
    /// Photos are put once, under a name of their own: what is asked of the versions before is not heeded.
    async fn put_opts(&self, at: &Path, payload: PutPayload, _: PutOptions) -> Result<PutResult> {
        let file = self.files.path_to_filesystem(at)?;
        spawn_blocking(move || put(&file, &payload).map_err(|error| failed(&file, error)))
            .await
            .map_err(|source| Error::JoinError { source })??;
        Ok(PutResult {
            e_tag: None,
            version: None,
            extensions: Default::default(),
        })
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.files.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.files.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, options).await
    }
}

fn failed(file: &FilePath, error: io::Error) -> Error {
    Error::Generic {
        store: "folder",
        source: format!("cannot write {}: {error}", file.display()).into(),
    }
}

/// Writes the file beside its place and puts it there once it is whole and on disk.
fn put(file: &FilePath, payload: &PutPayload) -> io::Result<()> {
    let folder = file.parent().unwrap_or(FilePath::new("."));
    let unfinished = file.with_added_extension(UNFINISHED);
    let mut written = match File::create(&unfinished) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make(folder)?;
            File::create(&unfinished)?
        }
        created => created?,
    };
    let done = write_in_parts(&mut written, payload)
        .and_then(|()| fs::rename(&unfinished, file))
        .and_then(|()| File::open(folder)?.sync_all());
    if done.is_err() {
        // What is left of it is no photo; if it cannot be removed, the next of its name writes over it.
        let _ = fs::remove_file(&unfinished);
    }
    done
}

fn write_in_parts(file: &mut File, payload: &PutPayload) -> io::Result<()> {
    for part in payload.iter().flat_map(|bytes| bytes.chunks(PART)) {
        file.write_all(part)?;
        file.sync_data()?;
    }
    file.sync_all()
}

/// Makes the folder, and sees to it that it is there after a crash.
fn make(folder: &FilePath) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    match folder.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use object_store::ObjectStoreExt;
    use tempfile::TempDir;

    use super::*;

    fn names(folder: &FilePath) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        entries
            .map(|entry| name(entry).into_string().unwrap())
            .collect()
    }

    #[tokio::test]
    async fn a_photo_is_there_whole_and_nothing_else_is() {
        let place = TempDir::new().unwrap();
        let folder = ImageFolder::open(place.path()).unwrap();
        let photo: Bytes = (0..3 * PART + 17).map(|n| (n % 251) as u8).collect();
        let at = Path::from("images/a.jpg");
        folder.put(&at, photo.clone().into()).await.unwrap();
        let found = folder.get(&at).await.unwrap().bytes().await.unwrap();
        assert!(found == photo);
        assert_eq!(names(&place.path().join("images")), ["a.jpg"]);
    }

    #[tokio::test]
    async fn of_a_photo_that_cannot_be_kept_nothing_is_left() {
        let place = TempDir::new().unwrap();
        let folder = ImageFolder::open(place.path()).unwrap();
        fs::create_dir_all(place.path().join("images/a.jpg/in the way")).unwrap();
        let at = Path::from("images/a.jpg");
        let error = folder.put(&at, Bytes::from_static(b"x").into()).await;
        let said = error.unwrap_err().to_string();
        assert!(said.contains("a.jpg"), "{said}");
        assert_eq!(names(&place.path().join("images")), ["a.jpg"]);
    }
}
