//! The demo company: made at the first start through the API itself, as a customer would.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use identity::{Directory, Member, MemberId, NewApiKey, Role, Scope, Status, TenantCtx};
use jiff::civil::Date;
use model::{Person, PersonId, TenantId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Host, broken};
use crate::exit::{Exit, Failure};

/// The address of the demo's administrator.
const ADMIN: &str = "admin@lanternfold.example";
/// A part of a file that is sent at once: what the API takes.
const PART: usize = 4 << 20;
/// How often a job is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Which company.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Demo {
    pub(crate) seed: u64,
    pub(crate) size: demo::Size,
    pub(crate) as_of: Date,
}

/// What a person on this machine needs to call the API; kept in a file only they can read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Credentials {
    /// Where the API answers.
    pub(crate) url: String,
    /// The demo tenant.
    pub(crate) tenant: TenantId,
    /// A key that may do everything.
    pub(crate) api_key: String,
    /// Some members to sign in as, by role.
    pub(crate) members: BTreeMap<String, String>,
}

impl Credentials {
    pub(crate) fn file(folder: &Path) -> std::path::PathBuf {
        folder.join("credentials.json")
    }

    pub(crate) fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(Self::file(folder)).ok()?).ok()
    }

    pub(crate) fn save(&self, folder: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).map_err(broken)?;
        crate::files::write_private(&Self::file(folder), text.as_bytes()).map_err(broken)
    }
}

impl Host {
    /// Makes the demo tenant, its members and a key, and imports its files; `watch` hears how far
    /// the import is.
    pub(crate) async fn found(
        &self,
        demo: Demo,
        watch: &mut dyn FnMut(&str, u64, Option<u64>),
    ) -> Result<Credentials, Failure> {
        let world = demo::company_as_of(demo.seed, demo.size, demo.as_of);
        let id = TenantId::from_bytes(store::random_array());
        let tenant = self
            .store
            .create_tenant(id, &world.name)
            .await
            .map_err(broken)?;
        let system = TenantCtx::system(id, "demo", "demo");
        let caller = api::Caller::new(&self.api, system);
        let key = NewApiKey {
            name: "this machine".to_owned(),
            scopes: Scope::ALL.into_iter().collect(),
            role: Role::Admin,
            member: None,
            expires_at: None,
        };
        let (_, api_key) = api::people::mint(&self.api, &caller, key)
            .await
            .map_err(broken)?;
        self.import(&api_key, &world.files(), demo.as_of, watch)
            .await?;
        let book = tenant.book().await.map_err(broken)?.book;
        let members = self.members(&tenant, &book.people).await?;
        Ok(Credentials {
            url: self.url(),
            tenant: id,
            api_key,
            members,
        })
    }

    async fn import(
        &self,
        key: &str,
        files: &[(String, String)],
        as_of: Date,
        watch: &mut dyn FnMut(&str, u64, Option<u64>),
    ) -> Result<(), Failure> {
        let end_of_day = as_of.tomorrow().map_err(broken)?.to_string();
        let options = json!({"as_of": format!("{end_of_day}T00:00:00Z")});
        let body = json!({"source": "demo", "options": options});
        let import = self.ask(key, Method::POST, "/v1/imports", body).await?;
        let id = text(&import, "id");
        for (name, content) in files {
            let total = content.len();
            for (part, bytes) in content.as_bytes().chunks(PART).enumerate() {
                let from = part * PART;
                let range = format!("bytes {from}-{}/{total}", from + bytes.len() - 1);
                let request = Request::builder()
                    .method(Method::PUT)
                    .uri(format!("/v1/imports/{id}/files/{name}"))
                    .header("content-range", range)
                    .header("content-type", "application/octet-stream")
                    .body(Body::from(bytes.to_vec()));
                self.send(key, request.map_err(broken)?).await?;
            }
        }
        for step in ["validate", "commit"] {
            let path = format!("/v1/imports/{id}/{step}");
            let job = self.ask(key, Method::POST, &path, Value::Null).await?;
            self.wait(key, &text(&job, "id"), watch).await?;
        }
        Ok(())
    }

    async fn wait(
        &self,
        key: &str,
        job: &str,
        watch: &mut dyn FnMut(&str, u64, Option<u64>),
    ) -> Result<(), Failure> {
        loop {
            let path = format!("/v1/jobs/{job}");
            let job = self.ask(key, Method::GET, &path, Value::Null).await?;
            let progress = &job["progress"];
            let phase = text(progress, "phase");
            watch(
                &phase,
                progress["done"].as_u64().unwrap_or_default(),
                progress["total"].as_u64(),
            );
            match job["status"].as_str().unwrap_or_default() {
                "succeeded" => return Ok(()),
                "failed" | "cancelled" => {
                    let why = job["problem"]["detail"]
                        .as_str()
                        .unwrap_or("it was stopped");
                    return Err(Failure::new(
                        Exit::Failure,
                        format!("the demo was not imported: {why}"),
                    ));
                }
                _ => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// Makes the sellers of the demo members, under their managers; gives one of each role.
    async fn members(
        &self,
        tenant: &store::Tenant,
        people: &[Person],
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut directory = Directory::new(tenant.id(), []);
        let member =
            |name: &str, email: &str, role, person: Option<&Person>| -> Result<Member, Failure> {
                Ok(Member {
                    id: MemberId::derive(&tenant.id(), email),
                    email: email.parse().map_err(broken)?,
                    name: name.to_owned(),
                    role,
                    person: person.map(|person| person.id),
                    manager: None,
                    team: person.and_then(|person| person.team.clone()),
                    status: Status::Active,
                    epoch: 0,
                    created_at: tenant.now(),
                })
            };
        let mut some = BTreeMap::new();
        let mut all = vec![member("Admin", ADMIN, Role::Admin, None)?];
        let leads = |id: PersonId| people.iter().any(|person| person.manager == Some(id));
        for person in people {
            let (Some(email), Some(name)) = (&person.email, &person.name) else {
                continue;
            };
            let role = match (person.manager, leads(person.id)) {
                (None, true) => Role::Cro,
                (_, true) => Role::SalesManager,
                (_, false) => Role::Ae,
            };
            all.push(member(name, email, role, Some(person))?);
        }
        for member in &all {
            some.entry(member.role.to_string())
                .or_insert_with(|| member.email.as_str().to_owned());
            directory.put(member.clone()).map_err(broken)?;
        }
        // Everybody is there; now who reports to whom.
        let of_person: BTreeMap<PersonId, MemberId> = all
            .iter()
            .filter_map(|member| Some((member.person?, member.id)))
            .collect();
        for mut member in all {
            let person = people
                .iter()
                .find(|person| Some(person.id) == member.person);
            member.manager = person.and_then(|person| of_person.get(&person.manager?).copied());
            let member = directory.put(member).map_err(broken)?.clone();
            tenant
                .save_member(&Member { epoch: 0, ..member })
                .await
                .map_err(broken)?;
        }
        Ok(some)
    }

    async fn ask(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Value,
    ) -> Result<Value, Failure> {
        let mut request = Request::builder().method(method).uri(path);
        let body = if body.is_null() {
            Body::empty()
        } else {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        };
        self.send(key, request.body(body).map_err(broken)?).await
    }

    async fn send(&self, key: &str, mut request: Request<Body>) -> Result<Value, Failure> {
        let bearer = format!("Bearer {key}").parse().map_err(broken)?;
        request
            .headers_mut()
            .insert(http::header::AUTHORIZATION, bearer);
        let path = request.uri().path().to_owned();
        let response = match api::router(self.api.clone()).oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status();
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(broken)?
            .to_bytes();
        if status.is_success() && status != StatusCode::NO_CONTENT {
            return Ok(serde_json::from_slice(&bytes).unwrap_or_default());
        }
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let detail = problem["detail"]
            .as_str()
            .unwrap_or("there was no reason given");
        Err(Failure::new(
            Exit::Failure,
            format!("{path} answered {status}: {detail}"),
        ))
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}
