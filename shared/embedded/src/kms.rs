//! Keys: they never leave; data is encrypted under them together with a context that must be told again.

use crate::clock::Clock;
use crate::disk::{self, Durability};
use crate::service::Service;
use crate::wire::{self, Answer, Ask, Refusal};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const ARN_PREFIX: &str = "arn:aws:kms:us-east-1:000000000000:key/";
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const PLAINTEXT_LIMIT: usize = 4096;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// A ciphertext begins with this, then the key's id, the nonce, the encrypted bytes and their tag.
const FORMAT: u8 = 1;
const HEAD_BYTES: usize = 1 + 36 + NONCE_BYTES;

pub(crate) struct Kms {
    clock: Clock,
    path: Option<PathBuf>,
    durability: Durability,
    state: Mutex<State>,
}

/// No `Debug`: it holds keys.
#[derive(Clone, Default, Serialize, Deserialize)]
struct State {
    keys: BTreeMap<String, Key>,
    /// `alias/name` to a key's id.
    aliases: BTreeMap<String, String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Key {
    /// In base64.
    material: String,
    description: String,
    created_ms: i64,
    enabled: bool,
    #[serde(default)]
    deletion_ms: Option<i64>,
}

type Outcome = Result<Value, Refusal>;
type Context = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OneKey {
    key_id: String,
    pending_window_in_days: Option<i64>,
}

impl Kms {
    pub(crate) fn in_memory(clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            path: None,
            durability: Durability::Process,
            state: Mutex::default(),
        }
    }

    pub(crate) fn on_disk(path: &Path, durability: Durability, clock: &Clock) -> io::Result<Self> {
        let state = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(error),
        };
        Ok(Self {
            clock: clock.clone(),
            path: Some(path.to_owned()),
            durability,
            state: Mutex::new(state),
        })
    }

    pub(crate) fn handle(&self, operation: &str, ask: Ask) -> Result<Answer, Refusal> {
        let now_ms = self.clock.now_ms();
        if self
            .state
            .lock()
            .keys
            .values()
            .any(|key| key.is_over(now_ms))
        {
            self.update(|_| Ok(Value::Null))?;
        }
        let value = match operation {
            "GenerateDataKey" => self.generate_data_key(ask)?,
            "GenerateDataKeyWithoutPlaintext" => {
                let mut value = self.generate_data_key(ask)?;
                value
                    .as_object_mut()
                    .map(|fields| fields.remove("Plaintext"));
                value
            }
            "Encrypt" => self.encrypt(ask)?,
            "Decrypt" => self.decrypt(ask)?,
            "CreateKey" => self.create_key(ask)?,
            "DescribeKey" => {
                let asked: OneKey = ask.json()?;
                let state = self.state.lock();
                let (id, key) = state.find(&asked.key_id)?;
                json!({ "KeyMetadata": Self::metadata(id, key) })
            }
            "CreateAlias" => self.create_alias(ask)?,
            "EnableKey" => self.change(ask, |key, _| {
                key.usable_or_disabled()?;
                key.enabled = true;
                Ok(json!({}))
            })?,
            "DisableKey" => self.change(ask, |key, _| {
                key.usable_or_disabled()?;
                key.enabled = false;
                Ok(json!({}))
            })?,
            "ScheduleKeyDeletion" => {
                let days = ask.json::<OneKey>()?.pending_window_in_days.unwrap_or(30);
                if !(7..=30).contains(&days) {
                    return Err(Refusal::new(
                        400,
                        "ValidationException",
                        "PendingWindowInDays is 7 to 30",
                    ));
                }
                self.change(ask, |key, now_ms| {
                    key.usable_or_disabled()?;
                    let at_ms = now_ms + days * DAY_MS;
                    (key.deletion_ms, key.enabled) = (Some(at_ms), false);
                    Ok(json!({ "DeletionDate": seconds(at_ms), "KeyState": "PendingDeletion", "PendingWindowInDays": days }))
                })?
            }
            "CancelKeyDeletion" => self.change(ask, |key, _| match key.deletion_ms.take() {
                Some(_) => Ok(json!({})),
                None => Err(invalid_state("the key is not pending deletion")),
            })?,
            _ => return Err(Refusal::not_emulated(operation)),
        };
        wire::json(Service::Kms, &value)
    }

    fn create_key(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Create {
            #[serde(default)]
            description: String,
            key_spec: Option<String>,
            key_usage: Option<String>,
        }
        let asked: Create = ask.json()?;
        if asked
            .key_spec
            .is_some_and(|spec| spec != "SYMMETRIC_DEFAULT")
            || asked
                .key_usage
                .is_some_and(|usage| usage != "ENCRYPT_DECRYPT")
        {
            return Err(Refusal::not_emulated("a key that is not symmetric"));
        }
        let id = wire::random_id()?;
        let key = Key {
            material: wire::base64(&wire::random::<32>()?),
            description: asked.description,
            created_ms: self.clock.now_ms(),
            enabled: true,
            deletion_ms: None,
        };
        let value = json!({ "KeyMetadata": Self::metadata(&id, &key) });
        self.update(|state| {
            state.keys.insert(id, key);
            Ok(value)
        })
    }

    fn create_alias(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Create {
            alias_name: String,
            target_key_id: String,
        }
        let asked: Create = ask.json()?;
        if !asked.alias_name.starts_with("alias/") || asked.alias_name.starts_with("alias/aws/") {
            return Err(Refusal::new(
                400,
                "ValidationException",
                "an alias begins with alias/ and not with alias/aws/",
            ));
        }
        self.update(|state| {
            let id = state.find(&asked.target_key_id)?.0.to_owned();
            if state.aliases.contains_key(&asked.alias_name) {
                return Err(Refusal::new(
                    400,
                    "AlreadyExistsException",
                    "an alias with this name exists",
                ));
            }
            state.aliases.insert(asked.alias_name, id);
            Ok(json!({}))
        })
    }

    fn generate_data_key(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Generate {
            key_id: String,
            key_spec: Option<String>,
            number_of_bytes: Option<usize>,
            #[serde(default)]
            encryption_context: Context,
        }
        let asked: Generate = ask.json()?;
        let length = match (asked.key_spec.as_deref(), asked.number_of_bytes) {
            (Some("AES_256"), None) => 32,
            (Some("AES_128"), None) => 16,
            (None, Some(length)) if (1..=1024).contains(&length) => length,
            _ => {
                return Err(Refusal::new(
                    400,
                    "ValidationException",
                    "ask for one of KeySpec and NumberOfBytes",
                ));
            }
        };
        let plaintext = &wire::random::<1024>()?[..length];
        let state = self.state.lock();
        let (id, ciphertext) = state.seal(&asked.key_id, plaintext, &asked.encryption_context)?;
        Ok(json!({
            "KeyId": arn(&id), "Plaintext": wire::base64(plaintext), "CiphertextBlob": wire::base64(&ciphertext),
        }))
    }

    fn encrypt(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Encrypt {
            key_id: String,
            plaintext: String,
            #[serde(default)]
            encryption_context: Context,
        }
        let asked: Encrypt = ask.json()?;
        let plaintext = wire::from_base64(&asked.plaintext).unwrap_or_default();
        if plaintext.is_empty() || plaintext.len() > PLAINTEXT_LIMIT {
            let message = "a plaintext has 1 to 4,096 bytes; take a data key for more";
            return Err(Refusal::new(400, "ValidationException", message));
        }
        let state = self.state.lock();
        let (id, ciphertext) = state.seal(&asked.key_id, &plaintext, &asked.encryption_context)?;
        Ok(json!({
            "KeyId": arn(&id), "CiphertextBlob": wire::base64(&ciphertext), "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }))
    }

    fn decrypt(&self, ask: Ask) -> Outcome {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Decrypt {
            ciphertext_blob: String,
            key_id: Option<String>,
            #[serde(default)]
            encryption_context: Context,
        }
        let asked: Decrypt = ask.json()?;
        let unreadable = || {
            Refusal::new(
                400,
                "InvalidCiphertextException",
                "the ciphertext or its context is not right",
            )
        };
        let blob = wire::from_base64(&asked.ciphertext_blob).ok_or_else(unreadable)?;
        if blob.len() < HEAD_BYTES + TAG_BYTES || blob[0] != FORMAT {
            return Err(unreadable());
        }
        let id = std::str::from_utf8(&blob[1..37]).map_err(|_| unreadable())?;
        let state = self.state.lock();
        if let Some(wanted) = &asked.key_id
            && state.find(wanted)?.0 != id
        {
            let message = "the ciphertext was made with another key than the one named";
            return Err(Refusal::new(400, "IncorrectKeyException", message));
        }
        let key = state.find(id)?.1.usable()?;
        let nonce =
            Nonce::try_assume_unique_for_key(&blob[37..HEAD_BYTES]).map_err(|_| unreadable())?;
        let mut bytes = blob[HEAD_BYTES..].to_vec();
        let aad = Aad::from(canonical(&asked.encryption_context));
        let plaintext = key
            .open_in_place(nonce, aad, &mut bytes)
            .map_err(|_| unreadable())?;
        Ok(json!({
            "KeyId": arn(id), "Plaintext": wire::base64(plaintext), "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }))
    }

    /// Changes one key and keeps it.
    fn change(&self, ask: Ask, change: impl FnOnce(&mut Key, i64) -> Outcome) -> Outcome {
        let asked: OneKey = ask.json()?;
        let now_ms = self.clock.now_ms();
        self.update(|state| {
            let id = state.find(&asked.key_id)?.0.to_owned();
            let key = state.keys.get_mut(&id).ok_or_else(|| not_found(&id))?;
            let mut value = change(key, now_ms)?;
            value["KeyId"] = json!(arn(&id));
            Ok(value)
        })
    }

    /// Changes the state: first on disk, then here. Keys whose time has come are gone from both.
    fn update(&self, change: impl FnOnce(&mut State) -> Outcome) -> Outcome {
        let mut state = self.state.lock();
        let mut next = state.clone();
        let now_ms = self.clock.now_ms();
        next.keys.retain(|_, key| !key.is_over(now_ms));
        let value = change(&mut next)?;
        if let Some(path) = &self.path {
            let bytes = serde_json::to_vec(&next).map_err(Refusal::internal)?;
            disk::replace(path, &[&bytes], true, self.durability).map_err(Refusal::internal)?;
        }
        *state = next;
        Ok(value)
    }

    fn metadata(id: &str, key: &Key) -> Value {
        let state = match (key.deletion_ms, key.enabled) {
            (Some(_), _) => "PendingDeletion",
            (None, true) => "Enabled",
            (None, false) => "Disabled",
        };
        let mut value = json!({
            "AWSAccountId": "000000000000", "KeyId": id, "Arn": arn(id), "Description": key.description,
            "CreationDate": seconds(key.created_ms), "Enabled": key.enabled, "KeyState": state,
            "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT", "KeyManager": "CUSTOMER",
            "Origin": "AWS_KMS", "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        });
        if let Some(at_ms) = key.deletion_ms {
            value["DeletionDate"] = json!(seconds(at_ms));
        }
        value
    }
}

impl State {
    /// A key by its id, its ARN or an alias.
    fn find(&self, name: &str) -> Result<(&str, &Key), Refusal> {
        let name = name
            .rsplit_once(":alias/")
            .map_or(name, |(_, alias)| &name[name.len() - alias.len() - 6..]);
        let id = match self.aliases.get(name) {
            Some(id) => id,
            None => name.strip_prefix(ARN_PREFIX).unwrap_or(name),
        };
        let (id, key) = self.keys.get_key_value(id).ok_or_else(|| not_found(name))?;
        Ok((id, key))
    }

    fn seal(
        &self,
        name: &str,
        plaintext: &[u8],
        context: &Context,
    ) -> Result<(String, Vec<u8>), Refusal> {
        let (id, key) = self.find(name)?;
        let key = key.usable()?;
        let nonce = wire::random::<NONCE_BYTES>()?;
        let mut blob = Vec::with_capacity(HEAD_BYTES + plaintext.len() + TAG_BYTES);
        blob.push(FORMAT);
        blob.extend_from_slice(id.as_bytes());
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(plaintext);
        let aad = Aad::from(canonical(context));
        let tag = key
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                aad,
                &mut blob[HEAD_BYTES..],
            )
            .map_err(Refusal::internal)?;
        blob.extend_from_slice(tag.as_ref());
        Ok((id.to_owned(), blob))
    }
}

impl Key {
    fn is_over(&self, now_ms: i64) -> bool {
        self.deletion_ms.is_some_and(|at_ms| at_ms <= now_ms)
    }

    fn usable(&self) -> Result<LessSafeKey, Refusal> {
        if self.deletion_ms.is_some() {
            return Err(invalid_state("the key is pending deletion"));
        }
        if !self.enabled {
            return Err(Refusal::new(
                400,
                "DisabledException",
                "the key is disabled",
            ));
        }
        let material = wire::from_base64(&self.material).unwrap_or_default();
        let key = UnboundKey::new(&AES_256_GCM, &material).map_err(Refusal::internal)?;
        Ok(LessSafeKey::new(key))
    }

    fn usable_or_disabled(&self) -> Result<(), Refusal> {
        match self.deletion_ms {
            Some(_) => Err(invalid_state("the key is pending deletion")),
            None => Ok(()),
        }
    }
}

/// A context as bytes: pairs in order, each part led by its length, so that no two contexts read alike.
fn canonical(context: &Context) -> Vec<u8> {
    let parts = context.iter().flat_map(|(name, value)| [name, value]);
    parts.fold(Vec::new(), |mut bytes, part| {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
        bytes
    })
}

fn not_found(name: &str) -> Refusal {
    Refusal::new(400, "NotFoundException", format!("there is no key {name}"))
}

fn invalid_state(message: &str) -> Refusal {
    Refusal::new(400, "KMSInvalidStateException", message)
}

fn arn(id: &str) -> String {
    format!("{ARN_PREFIX}{id}")
}

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1000.0
}
