//! Files of a tenant in S3.

use crate::error::{Error, call};
use crate::tenant::Tenant;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;

/// What S3 deletes in one call.
const MOST_DELETED: usize = 1000;

/// What a file is, of those in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Its name within the tenant.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

impl Tenant {
    fn blob_prefix(&self) -> String {
        format!("{}/", self.id())
    }

    fn blob_key(&self, name: &str) -> String {
        format!("{}{name}", self.blob_prefix())
    }

    fn bucket(&self) -> &str {
        &self.store().names().bucket
    }

    /// Keeps a file; one of that name is replaced.
    pub async fn put_blob(&self, name: &str, body: impl Into<Bytes>) -> Result<(), Error> {
        let put = self.store().aws().s3.put_object();
        put.bucket(self.bucket())
            .key(self.blob_key(name))
            .body(body.into().into())
            .send()
            .await
            .map_err(|e| call("PutObject", e))?;
        Ok(())
    }

    /// A file; `None` where there is none of that name.
    pub async fn blob(&self, name: &str) -> Result<Option<Bytes>, Error> {
        let get = self.store().aws().s3.get_object();
        let sent = get
            .bucket(self.bucket())
            .key(self.blob_key(name))
            .send()
            .await;
        let output = match sent {
            Ok(output) => output,
            Err(error) => {
                return match error.as_service_error() {
                    Some(GetObjectError::NoSuchKey(_)) => Ok(None),
                    _ => Err(call("GetObject", error)),
                };
            }
        };
        let body = output.body.collect().await;
        Ok(Some(
            body.map_err(|e| Error::corrupt("file", e))?.into_bytes(),
        ))
    }

    /// The files whose names begin so, by name.
    pub async fn blobs(&self, prefix: &str) -> Result<Vec<Blob>, Error> {
        let own = self.blob_prefix();
        let mut blobs = Vec::new();
        let mut next = None;
        loop {
            let list = self.store().aws().s3.list_objects_v2();
            let output = list
                .bucket(self.bucket())
                .prefix(self.blob_key(prefix))
                .set_continuation_token(next)
                .send()
                .await
                .map_err(|e| call("ListObjectsV2", e))?;
            blobs.extend(output.contents().iter().filter_map(|object| {
                Some(Blob {
                    name: object.key()?.strip_prefix(&own)?.to_owned(),
                    bytes: u64::try_from(object.size().unwrap_or_default()).unwrap_or_default(),
                })
            }));
            next = output.next_continuation_token;
            if next.is_none() {
                return Ok(blobs);
            }
        }
    }

    /// Deletes all files whose names begin so; gives their number.
    pub async fn delete_blobs(&self, prefix: &str) -> Result<usize, Error> {
        let blobs = self.blobs(prefix).await?;
        for chunk in blobs.chunks(MOST_DELETED) {
            let objects = chunk.iter().map(|blob| {
                ObjectIdentifier::builder()
                    .key(self.blob_key(&blob.name))
                    .build()
            });
            let objects = objects.collect::<Result<Vec<_>, _>>();
            let delete = objects
                .and_then(|objects| Delete::builder().set_objects(Some(objects)).build())
                .map_err(|e| Error::corrupt("list of files", e))?;
            let request = self.store().aws().s3.delete_objects();
            let sent = request.bucket(self.bucket()).delete(delete).send().await;
            sent.map_err(|e| call("DeleteObjects", e))?;
        }
        Ok(blobs.len())
    }
}
