//! Tenants' data keys, and files sealed with them.
//!
//! Each tenant has a key of its own, wrapped by the key service for that tenant alone. Without the
//! wrapped key nothing sealed can be read again, in no backup either: deleting it is how a
//! tenant's files end.

use crate::error::{Error, call};
use crate::item::{Item, s};
use crate::keys;
use crate::table::Expression;
use crate::tenant::Tenant;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use identity::Sealer;
use std::sync::Arc;

/// Fills bytes with randomness of the operating system.
pub fn random(bytes: &mut [u8]) {
    // Without randomness no key, id or nonce may be made; the library aborts in that case.
    let _ = aws_lc_rs::rand::fill(bytes);
}

/// Random bytes.
pub fn random_array<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    random(&mut bytes);
    bytes
}

const CONTEXT: &str = "tenant";

impl Tenant {
    fn key_row(&self) -> keys::Key {
        keys::row(self.id(), "Z", "A")
    }

    /// The tenant's data key; made at its first use.
    pub(crate) async fn sealer(&self) -> Result<Arc<Sealer>, Error> {
        if let Some(sealer) = self.store().sealer(self.id()) {
            return Ok(sealer);
        }
        let wrapped = match self.table().get(&self.key_row()).await? {
            Some(row) => row.text("wrapped").unwrap_or_default().to_owned(),
            None => self.make_key().await?,
        };
        let wrapped = BASE64
            .decode(wrapped)
            .map_err(|e| Error::corrupt("data key", e))?;
        let kms = &self.store().aws().kms;
        let output = kms
            .decrypt()
            .key_id(&self.store().names().kms_key)
            .ciphertext_blob(Blob::new(wrapped))
            .encryption_context(CONTEXT, self.id().to_string())
            .send()
            .await
            .map_err(|e| call("Decrypt", e))?;
        let plain = output.plaintext.map(Blob::into_inner).unwrap_or_default();
        let key: [u8; 32] = plain
            .try_into()
            .map_err(|_| Error::corrupt("data key", "it is not 32 bytes long"))?;
        let sealer = Arc::new(Sealer::new(&key).map_err(|e| Error::corrupt("data key", e))?);
        self.store().keep_sealer(self.id(), Arc::clone(&sealer));
        Ok(sealer)
    }

    async fn make_key(&self) -> Result<String, Error> {
        let kms = &self.store().aws().kms;
        let output = kms
            .generate_data_key_without_plaintext()
            .key_id(&self.store().names().kms_key)
            .key_spec(DataKeySpec::Aes256)
            .encryption_context(CONTEXT, self.id().to_string())
            .send()
            .await
            .map_err(|e| call("GenerateDataKeyWithoutPlaintext", e))?;
        let wrapped = output
            .ciphertext_blob
            .map(Blob::into_inner)
            .unwrap_or_default();
        let wrapped = BASE64.encode(wrapped);
        let row = Item::at(&self.key_row()).with("wrapped", s(&wrapped));
        let new = Expression::new("attribute_not_exists(pk)");
        if self.table().put(row, Some(new)).await? {
            return Ok(wrapped);
        }
        // Somebody else made one at the same time; theirs counts.
        let row = self.table().get(&self.key_row()).await?;
        let wrapped = row.and_then(|row| row.text("wrapped").map(str::to_owned));
        wrapped.ok_or(Error::NotFound { what: "data key" })
    }

    /// Keeps a file sealed with the tenant's key; it opens under this name alone.
    pub async fn put_sealed(&self, name: &str, plain: &[u8]) -> Result<(), Error> {
        let sealer = self.sealer().await?;
        let place: [&[u8]; 2] = [self.id_bytes(), name.as_bytes()];
        let sealed = sealer
            .seal(plain, &place, random_array())
            .map_err(|e| Error::corrupt("file", e))?;
        self.put_blob(name, sealed).await
    }

    /// Opens a sealed file; `None` where there is none of that name.
    pub async fn sealed(&self, name: &str) -> Result<Option<Bytes>, Error> {
        let Some(sealed) = self.blob(name).await? else {
            return Ok(None);
        };
        let sealer = self.sealer().await?;
        let sealed = std::str::from_utf8(&sealed).map_err(|e| Error::corrupt("file", e))?;
        let place: [&[u8]; 2] = [self.id_bytes(), name.as_bytes()];
        let plain = sealer
            .open(sealed, &place)
            .map_err(|e| Error::corrupt("file", e))?;
        Ok(Some(Bytes::copy_from_slice(&plain)))
    }

    /// Destroys the tenant's key: nothing sealed with it can be read any more.
    pub async fn shred_key(&self) -> Result<(), Error> {
        self.store().drop_sealer(self.id());
        self.table().delete(&self.key_row(), None).await.map(drop)
    }
}
