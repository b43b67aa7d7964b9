//! Secrets and their versions: the current one, and the one before it.

use crate::clock::Clock;
use crate::disk::{self, Durability};
use crate::service::Service;
use crate::wire::{self, Answer, Ask, Refusal};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";
const VALUE_LIMIT: usize = 65_536;

pub(crate) struct Secrets {
    clock: Clock,
    path: Option<PathBuf>,
    durability: Durability,
    /// By name.
    state: Mutex<State>,
}

type State = BTreeMap<String, Secret>;
type Outcome = Result<Value, Refusal>;

/// No `Debug`: it holds what must not be seen.
#[derive(Clone, Serialize, Deserialize)]
struct Secret {
    arn: String,
    description: String,
    created_ms: i64,
    changed_ms: i64,
    #[serde(default)]
    deletion_ms: Option<i64>,
    versions: Vec<Version>,
    #[serde(default)]
    tags: Value,
}

#[derive(Clone, Serialize, Deserialize)]
struct Version {
    id: String,
    created_ms: i64,
    stages: Vec<String>,
    content: Content,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
enum Content {
    #[serde(rename = "SecretString")]
    Text(String),
    /// In base64.
    #[serde(rename = "SecretBinary")]
    Binary(String),
}

/// The fields of all requests; each operation uses its own.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    #[serde(default)]
    secret_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
    client_request_token: Option<String>,
    secret_string: Option<String>,
    secret_binary: Option<String>,
    version_id: Option<String>,
    version_stage: Option<String>,
    version_stages: Option<Vec<String>>,
    recovery_window_in_days: Option<i64>,
    #[serde(default)]
    force_delete_without_recovery: bool,
    #[serde(default)]
    include_planned_deletion: bool,
    #[serde(default)]
    tags: Value,
}

impl Secrets {
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
        let asked: Asked = ask.json()?;
        let now_ms = self.clock.now_ms();
        let value = match operation {
            "GetSecretValue" => get_value(&self.state.lock(), &asked)?,
            "DescribeSecret" => {
                let state = self.state.lock();
                let (name, secret) = find(&state, &asked.secret_id)?;
                describe(name, secret)
            }
            "ListSecrets" => {
                let state = self.state.lock();
                let shown = state.iter().filter(|(_, secret)| {
                    asked.include_planned_deletion || secret.deletion_ms.is_none()
                });
                json!({ "SecretList": shown.map(|(name, secret)| describe(name, secret)).collect::<Vec<_>>() })
            }
            "CreateSecret" => self.update(|state| create(state, asked, now_ms))?,
            "PutSecretValue" | "UpdateSecret" => {
                self.update(|state| put_value(state, &asked, now_ms))?
            }
            "DeleteSecret" => self.update(|state| delete(state, &asked, now_ms))?,
            "RestoreSecret" => self.update(|state| {
                let (name, secret) = find_mut(state, &asked.secret_id)?;
                secret.deletion_ms = None;
                Ok(json!({ "ARN": secret.arn, "Name": name }))
            })?,
            _ => return Err(Refusal::not_emulated(operation)),
        };
        wire::json(Service::SecretsManager, &value)
    }

    /// Changes the state: first on disk, then here. What is past its recovery window goes on the way.
    fn update(&self, change: impl FnOnce(&mut State) -> Outcome) -> Outcome {
        let mut state = self.state.lock();
        let mut next = state.clone();
        let now_ms = self.clock.now_ms();
        next.retain(|_, secret| secret.deletion_ms.is_none_or(|at_ms| at_ms > now_ms));
        let value = change(&mut next)?;
        if let Some(path) = &self.path {
            let bytes = serde_json::to_vec(&next).map_err(Refusal::internal)?;
            disk::replace(path, &[&bytes], true, self.durability).map_err(Refusal::internal)?;
        }
        *state = next;
        Ok(value)
    }
}

fn create(state: &mut State, asked: Asked, now_ms: i64) -> Outcome {
    if asked.name.is_empty() {
        return Err(Refusal::new(
            400,
            "InvalidParameterException",
            "a secret wants a name",
        ));
    }
    if let Some(known) = state.get(&asked.name) {
        if known.deletion_ms.is_some() {
            return Err(pending());
        }
        let same = known.versions.iter().any(|version| {
            Some(&version.id) == asked.client_request_token.as_ref()
                && Some(&version.content) == content(&asked).as_ref()
        });
        if !same {
            let message = format!("the secret {} exists; put a new value instead", asked.name);
            return Err(Refusal::new(400, "ResourceExistsException", message));
        }
        return Ok(
            json!({ "ARN": known.arn, "Name": asked.name, "VersionId": asked.client_request_token }),
        );
    }
    let six = &wire::random_id()?[..6];
    let mut secret = Secret {
        arn: format!(
            "arn:aws:secretsmanager:us-east-1:000000000000:secret:{}-{six}",
            asked.name
        ),
        description: asked.description.clone(),
        created_ms: now_ms,
        changed_ms: now_ms,
        deletion_ms: None,
        versions: Vec::new(),
        tags: asked.tags.clone(),
    };
    let mut value = json!({ "ARN": secret.arn, "Name": asked.name });
    if content(&asked).is_some() {
        value["VersionId"] = json!(add_version(&mut secret, &asked, now_ms)?);
    }
    state.insert(asked.name, secret);
    Ok(value)
}

fn put_value(state: &mut State, asked: &Asked, now_ms: i64) -> Outcome {
    let (name, secret) = find_mut(state, &asked.secret_id)?;
    if secret.deletion_ms.is_some() {
        return Err(pending());
    }
    if !asked.description.is_empty() {
        secret.description.clone_from(&asked.description);
    }
    let id = add_version(secret, asked, now_ms)?;
    let stages = secret
        .versions
        .iter()
        .find(|version| version.id == id)
        .map(|version| version.stages.clone());
    Ok(json!({ "ARN": secret.arn, "Name": name, "VersionId": id, "VersionStages": stages }))
}

/// Adds a version and moves the stages: what was current becomes the one before.
fn add_version(secret: &mut Secret, asked: &Asked, now_ms: i64) -> Result<String, Refusal> {
    let content = content(asked).ok_or_else(|| {
        Refusal::new(
            400,
            "InvalidRequestException",
            "give one of SecretString and SecretBinary",
        )
    })?;
    let (Content::Text(text) | Content::Binary(text)) = &content;
    if text.len() > VALUE_LIMIT {
        return Err(Refusal::new(
            400,
            "InvalidParameterException",
            "a value may be 65,536 bytes",
        ));
    }
    let id = match &asked.client_request_token {
        Some(token) => token.clone(),
        None => wire::random_id()?,
    };
    if let Some(known) = secret.versions.iter().find(|version| version.id == id) {
        if known.content == content {
            return Ok(id);
        }
        let message = "a version with this token exists and has another value";
        return Err(Refusal::new(400, "ResourceExistsException", message));
    }
    let stages = asked
        .version_stages
        .clone()
        .unwrap_or_else(|| vec![CURRENT.to_owned()]);
    if stages.iter().any(|stage| stage == CURRENT) {
        for version in &mut secret.versions {
            version.stages.retain(|stage| stage != PREVIOUS);
            version
                .stages
                .iter_mut()
                .filter(|stage| *stage == CURRENT)
                .for_each(|stage| PREVIOUS.clone_into(stage));
        }
    }
    for version in &mut secret.versions {
        version
            .stages
            .retain(|stage| stage == PREVIOUS || !stages.contains(stage));
    }
    // A version without a stage cannot be asked for by one; AWS drops such versions too.
    secret.versions.retain(|version| !version.stages.is_empty());
    secret.versions.push(Version {
        id: id.clone(),
        created_ms: now_ms,
        stages,
        content,
    });
    secret.changed_ms = now_ms;
    Ok(id)
}

fn get_value(state: &State, asked: &Asked) -> Outcome {
    let (name, secret) = find(state, &asked.secret_id)?;
    if secret.deletion_ms.is_some() {
        return Err(pending());
    }
    let stage = asked
        .version_stage
        .as_deref()
        .or(asked.version_id.is_none().then_some(CURRENT));
    let version = secret.versions.iter().find(|version| {
        asked.version_id.as_ref().is_none_or(|id| *id == version.id)
            && stage.is_none_or(|stage| version.stages.iter().any(|known| known == stage))
    });
    let version = version.ok_or_else(|| {
        let message = format!(
            "the secret has no version {}",
            stage.or(asked.version_id.as_deref()).unwrap_or("")
        );
        Refusal::new(400, "ResourceNotFoundException", message)
    })?;
    let mut value = json!({
        "ARN": secret.arn, "Name": name, "VersionId": version.id, "VersionStages": version.stages,
        "CreatedDate": version.created_ms as f64 / 1000.0,
    });
    match &version.content {
        Content::Text(text) => value["SecretString"] = json!(text),
        Content::Binary(base64) => value["SecretBinary"] = json!(base64),
    }
    Ok(value)
}

fn delete(state: &mut State, asked: &Asked, now_ms: i64) -> Outcome {
    let days = asked.recovery_window_in_days.unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(Refusal::new(
            400,
            "InvalidParameterException",
            "RecoveryWindowInDays is 7 to 30",
        ));
    }
    let (name, secret) = find_mut(state, &asked.secret_id)?;
    if secret.deletion_ms.is_some() && !asked.force_delete_without_recovery {
        return Err(pending());
    }
    let at_ms = if asked.force_delete_without_recovery {
        now_ms
    } else {
        now_ms + days * DAY_MS
    };
    secret.deletion_ms = Some(at_ms);
    let value = json!({ "ARN": secret.arn, "Name": name, "DeletionDate": at_ms as f64 / 1000.0 });
    if asked.force_delete_without_recovery {
        state.remove(&name);
    }
    Ok(value)
}

fn describe(name: &str, secret: &Secret) -> Value {
    let stages: BTreeMap<_, _> = secret
        .versions
        .iter()
        .map(|version| (&version.id, &version.stages))
        .collect();
    let mut value = json!({
        "ARN": secret.arn, "Name": name, "Description": secret.description, "VersionIdsToStages": stages,
        "CreatedDate": secret.created_ms as f64 / 1000.0, "LastChangedDate": secret.changed_ms as f64 / 1000.0,
        "Tags": secret.tags,
    });
    if let Some(at_ms) = secret.deletion_ms {
        value["DeletedDate"] = json!(at_ms as f64 / 1000.0);
    }
    value
}

fn content(asked: &Asked) -> Option<Content> {
    match (&asked.secret_string, &asked.secret_binary) {
        (Some(text), None) => Some(Content::Text(text.clone())),
        (None, Some(base64)) => Some(Content::Binary(base64.clone())),
        _ => None,
    }
}

/// A secret by its name or its ARN.
fn find<'a>(state: &'a State, id: &str) -> Result<(&'a str, &'a Secret), Refusal> {
    let known = state
        .get_key_value(id)
        .or_else(|| state.iter().find(|(_, secret)| secret.arn == id));
    let (name, secret) = known.ok_or_else(|| {
        Refusal::new(
            400,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        )
    })?;
    Ok((name, secret))
}

fn find_mut<'a>(state: &'a mut State, id: &str) -> Result<(String, &'a mut Secret), Refusal> {
    let name = find(state, id)?.0.to_owned();
    match state.get_mut(&name) {
        Some(secret) => Ok((name, secret)),
        None => Err(Refusal::internal("a secret went away under its lock")),
    }
}

fn pending() -> Refusal {
    let message = "the secret is scheduled for deletion; restore it first";
    Refusal::new(400, "InvalidRequestException", message)
}
