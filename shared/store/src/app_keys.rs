//! The keys of the product itself: for sessions, cursors and stored secrets' hashes.

use crate::error::{Error, call};
use crate::seal::random_array;
use crate::tenant::Store;
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use identity::{Pepper, Sealer, SigningKey, SigningKeys};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError};

/// How long keys are kept in memory before they are asked for again: a rotated key is published
/// that much before it signs.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// Who our sessions are from, and for whom.
const ISSUER: &str = "pie";
const AUDIENCE: &str = "pie:api";

/// The keys.
#[derive(Debug)]
pub struct AppKeys {
    /// What sessions are signed with.
    pub sessions: SigningKeys,
    /// What is hashed with before it is kept.
    pub pepper: Pepper,
    pub(crate) cursors: Sealer,
}

#[derive(Serialize, Deserialize)]
struct Written {
    sessions: String,
    pepper: String,
    cursors: String,
}

impl AppKeys {
    fn read(text: &str) -> Result<Self, Error> {
        // Serde's own error could quote the text.
        let unreadable = |what: &'static str| Error::corrupt("secret", what);
        let written: Written =
            serde_json::from_str(text).map_err(|_| unreadable("not the JSON expected"))?;
        let key = |text: &str| -> Result<[u8; 32], Error> {
            let bytes = BASE64
                .decode(text)
                .ok()
                .and_then(|bytes| bytes.try_into().ok());
            bytes.ok_or_else(|| unreadable("a key is not 32 bytes long"))
        };
        let sessions = SecretString::from(written.sessions);
        let sessions = SigningKeys::from_secret(ISSUER, AUDIENCE, &sessions);
        Ok(Self {
            sessions: sessions.map_err(|e| Error::corrupt("session keys", e))?,
            pepper: Pepper::new(&key(&written.pepper)?),
            cursors: Sealer::new(&key(&written.cursors)?)
                .map_err(|e| Error::corrupt("cursor key", e))?,
        })
    }
}

fn write(sessions: &SigningKeys, pepper: &str, cursors: &str) -> Result<String, Error> {
    let secret = sessions
        .to_secret()
        .map_err(|e| Error::corrupt("session keys", e))?;
    let written = Written {
        sessions: secret.expose_secret().to_owned(),
        pepper: pepper.to_owned(),
        cursors: cursors.to_owned(),
    };
    serde_json::to_string(&written).map_err(|e| Error::corrupt("secret", e))
}

impl Store {
    /// The keys of the product; asked for again every five minutes.
    pub async fn keys(&self) -> Result<Arc<AppKeys>, Error> {
        let now = self.now();
        let cached = self
            .cached_keys()
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some((keys, read_at)) = cached
            && now.duration_since(read_at) < FRESH
        {
            return Ok(keys);
        }
        let text = match self.read_secret().await? {
            Some(text) => text,
            None => self.create_keys(now).await?,
        };
        let keys = Arc::new(AppKeys::read(&text)?);
        let mut cached = self
            .cached_keys()
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *cached = Some((Arc::clone(&keys), now));
        Ok(keys)
    }

    async fn read_secret(&self) -> Result<Option<String>, Error> {
        let request = self.aws().secrets.get_secret_value();
        let sent = request.secret_id(&self.names().secret).send().await;
        match sent {
            Ok(output) => Ok(Some(output.secret_string.unwrap_or_default())),
            Err(error) => match error.as_service_error() {
                Some(GetSecretValueError::ResourceNotFoundException(_)) => Ok(None),
                _ => Err(call("GetSecretValue", error)),
            },
        }
    }

    /// The first start makes the keys; of several first starts one wins.
    async fn create_keys(&self, now: Timestamp) -> Result<String, Error> {
        let key = SigningKey::generate(now).map_err(|e| Error::corrupt("session key", e))?;
        let sessions = SigningKeys::new(ISSUER, AUDIENCE, vec![key]);
        let sessions = sessions.map_err(|e| Error::corrupt("session keys", e))?;
        let random = || BASE64.encode(random_array::<32>());
        let text = write(&sessions, &random(), &random())?;
        let request = self.aws().secrets.create_secret();
        let sent = request
            .name(&self.names().secret)
            .secret_string(&text)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(text),
            Err(error) => match self.read_secret().await? {
                Some(text) => Ok(text),
                None => Err(call("CreateSecret", error)),
            },
        }
    }

    /// Adds a new session key: it is published at once and signs later, when every process has
    /// seen it; the old ones verify until their tokens have run out.
    pub async fn rotate_session_key(&self) -> Result<(), Error> {
        let now = self.now();
        let Some(text) = self.read_secret().await? else {
            return self.keys().await.map(drop);
        };
        let unreadable = |_| Error::corrupt("secret", "not the JSON expected");
        let written: Written = serde_json::from_str(&text).map_err(unreadable)?;
        let mut keys = AppKeys::read(&text)?;
        let key = SigningKey::generate(now).map_err(|e| Error::corrupt("session key", e))?;
        keys.sessions
            .rotate(key, now)
            .map_err(|e| Error::corrupt("session keys", e))?;
        let text = write(&keys.sessions, &written.pepper, &written.cursors)?;
        let request = self.aws().secrets.put_secret_value();
        let sent = request
            .secret_id(&self.names().secret)
            .secret_string(text)
            .send()
            .await;
        sent.map_err(|e| call("PutSecretValue", e))?;
        *self
            .cached_keys()
            .write()
            .unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}
