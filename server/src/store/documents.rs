//! Documents that people hand in: files of some MiB, in a folder or in a bucket of S3. Which documents there are is for the
//! database to say; here they are bytes under names that nobody can guess.

use std::{ops::Range, os::unix::fs::DirBuilderExt as _, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use bytes::Bytes;
use object_store::{
    ObjectStore, ObjectStoreExt as _, RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::{problem::Problem, settings};

/// A bucket that does not answer in time is one that does not answer.
const RETRIES: usize = 3;
const RETRY_TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub struct Documents {
    store: Arc<dyn ObjectStore>,
    /// None where they are in a bucket.
    folder: Option<PathBuf>,
}

impl Documents {
    /// A folder is made; whether a bucket answers shows when it is needed.
    pub fn open(settings: &settings::Documents) -> anyhow::Result<Self> {
        match settings {
            settings::Documents::Folder(folder) => {
                // What is in there is nobody else's: letters from doctors.
                let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
                made.with_context(|| format!("{} cannot be made; set DOCUMENTS_URL", folder.display()))?;
                // On the disk before it is answered, as rows are.
                let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
                Ok(Self { store: Arc::new(store), folder: Some(folder.clone()) })
            }
            settings::Documents::S3(bucket) => {
                let store = PrefixStore::new(connect(bucket)?, bucket.prefix.as_str());
                Ok(Self { store: Arc::new(store), folder: None })
            }
        }
    }

    /// Keeps a document, whole or not at all.
    pub async fn put(&self, key: Uuid, document: Bytes) -> Result<(), Problem> {
        self.store.put(&path(key), document.into()).await.map_err(Problem::unavailable)?;
        Ok(())
    }

    /// A part of a document that is there.
    pub async fn read(&self, key: Uuid, part: Range<u64>) -> Result<Bytes, Problem> {
        self.store.get_range(&path(key), part).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => Problem::internal(format!("the document {key} is gone")),
            error => Problem::unavailable(error),
        })
    }

    /// Takes a document away, if it is there, and what is there of one that was never whole.
    pub async fn delete(&self, key: Uuid) -> Result<(), Problem> {
        if let Some(folder) = &self.folder {
            // A document is written beside its place under this name; a server that was killed meanwhile has left it.
            let _ = tokio::fs::remove_file(folder.join(format!("{key}#1"))).await;
        }
        match self.store.delete(&path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Problem::unavailable(error)),
        }
    }
}

fn path(key: Uuid) -> Path {
    Path::from(key.to_string())
}

fn connect(bucket: &settings::Bucket) -> anyhow::Result<impl ObjectStore> {
    // The first one that is installed stays; it is the same that everything else here uses.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let retries = RetryConfig { max_retries: RETRIES, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() };
    let mut builder =
        AmazonS3Builder::new().with_bucket_name(&bucket.name).with_region(&bucket.region).with_retry(retries);
    if let Some(endpoint) = &bucket.endpoint {
        builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
    }
    if let Some((id, secret)) = &bucket.credentials {
        builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose_secret());
    }
    builder.build().context("the bucket of DOCUMENTS_URL cannot be used")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_document_is_there_until_it_is_taken_away() {
        let folder = std::env::temp_dir().join(format!("rollcall-documents-{}", Uuid::new_v4()));
        let documents = Documents::open(&settings::Documents::Folder(folder.join("deep"))).expect("a folder");
        let key = Uuid::new_v4();
        documents.put(key, Bytes::from_static(b"a letter")).await.expect("it is kept");
        assert_eq!(documents.read(key, 2..8).await.expect("it is there"), "letter");
        documents.delete(key).await.expect("it is taken away");
        documents.delete(key).await.expect("it is gone");
        let half = folder.join(format!("deep/{key}#1"));
        std::fs::write(&half, "a le").expect("a half");
        documents.delete(key).await.expect("it is gone");
        assert!(documents.read(key, 0..8).await.is_err());
        assert_eq!(std::fs::read_dir(folder.join("deep")).expect("the folder").count(), 0);
        std::fs::remove_dir_all(folder).expect("the folder goes");
    }
}
