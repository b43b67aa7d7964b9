//! `pie tenant create`: a customer on an installation in AWS, with somebody who may sign in.

use std::sync::Arc;

use clap::Subcommand;
use identity::{Email, Member, MemberId, NewApiKey, Role, Scope, Status, TenantCtx};
use model::TenantId;
use serde::Serialize;
use store::{Aws, Lookup, Names, Store, TenantInfo};

use crate::exit::{Exit, Failure};
use crate::host::broken;
use crate::output::Output;

/// Make tenants of an installation on AWS
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Create(Create),
}

/// Make a tenant with its first administrator
///
/// Works with your own rights on the table, the key and the secret that the environment names as the functions' does:
/// `PIE_TABLE` and so on. docs/deploy.md says how to take them over from a function.
#[derive(Debug, clap::Args)]
struct Create {
    /// What the company is called
    #[arg(long)]
    name: String,
    /// The address of the first administrator, who signs in with a code sent there
    #[arg(long, value_name = "EMAIL")]
    admin: Email,
    /// Print an API key that may do everything, besides
    #[arg(long)]
    key: bool,
}

/// What was made; the key in it is shown once and nowhere else.
#[derive(Serialize)]
struct Created {
    tenant: TenantId,
    member: MemberId,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<String>,
}

pub(crate) fn run(args: &Args, output: &Output) -> Result<Exit, Failure> {
    let What::Create(create) = &args.what;
    let names = Names::from_variables(|name| std::env::var(name).ok()).map_err(|name| {
        Failure::new(
            Exit::Usage,
            format!("the environment variable {name} is not set"),
        )
        .fix("take the variables over from a function of the installation, as docs/deploy.md shows")
    })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(broken)?;
    let created = runtime.block_on(async {
        let store = Store::new(Aws::from_environment().await, names);
        make(&store, create).await
    })?;
    output.answer(&created, |page| {
        page.field("tenant", created.tenant);
        page.field("admin", create.admin.as_str());
        if let Some(key) = &created.api_key {
            page.field("API key", key);
        }
    })?;
    Ok(Exit::Done)
}

async fn make(store: &Store, create: &Create) -> Result<Created, Failure> {
    // The first call of an installation draws its keys; the functions may only read them.
    store.keys().await.map_err(broken)?;
    let system = |id| TenantCtx::system(id, "tenants", "create");
    let email = Lookup::Email(create.admin.as_str());
    for (id, _) in store.look_up(email).await.map_err(broken)? {
        let tenant = store.tenant(&system(id));
        let info = tenant.find_document::<TenantInfo>("A");
        let info = info.await.map_err(broken)?;
        if info.is_some_and(|info| info.value.name == create.name) {
            return Err(Failure::new(
                Exit::Conflict,
                format!("{} has a member with that address already", create.name),
            )
            .at(id)
            .fix("sign in there, or give the new tenant another name"));
        }
    }
    let id = TenantId::from_bytes(store::random_array());
    let tenant = store
        .create_tenant(id, &create.name)
        .await
        .map_err(broken)?;
    let admin = Member {
        id: MemberId::derive(&id, create.admin.as_str()),
        email: create.admin.clone(),
        name: create.admin.as_str().to_owned(),
        role: Role::Admin,
        person: None,
        manager: None,
        team: None,
        status: Status::Active,
        epoch: 0,
        created_at: tenant.now(),
    };
    tenant.save_member(&admin).await.map_err(broken)?;
    let api_key = if create.key {
        Some(key(store, id).await?)
    } else {
        None
    };
    Ok(Created {
        tenant: id,
        member: admin.id,
        api_key,
    })
}

async fn key(store: &Store, id: TenantId) -> Result<String, Failure> {
    let config = api::Config::new(edge::Function::new("tenants", None), Arc::new(edge::fetch));
    let app = api::App::new(store.clone(), config);
    let caller = api::Caller::new(&app, TenantCtx::system(id, "tenants", "create"));
    let key = NewApiKey {
        name: "made with the tenant".to_owned(),
        scopes: Scope::ALL.into_iter().collect(),
        role: Role::Admin,
        member: None,
        expires_at: None,
    };
    let minted = api::people::mint(&app, &caller, key).await;
    minted.map(|(_, text)| text).map_err(broken)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt;

    #[tokio::test]
    async fn the_first_administrator_finds_a_way_in() {
        let aws = embedded::Aws::in_memory();
        let services = Aws::behind(aws.http_client(), aws.endpoint_url(), false);
        let store = Store::new(services, Names::local()).create().await.unwrap();
        let create = Create {
            name: "Example".to_owned(),
            admin: "ana@firm.example".parse().unwrap(),
            key: true,
        };
        let made = make(&store, &create).await.unwrap();
        assert_eq!(store.tenants().await.unwrap(), [made.tenant]);

        let config = api::Config::new(edge::Function::new("api", None), Arc::new(edge::fetch));
        let router = api::router(api::App::new(store.clone(), config));
        let bearer = format!("Bearer {}", made.api_key.unwrap());
        let me = Request::get("/v1/me").header("authorization", bearer);
        let me = router
            .clone()
            .oneshot(me.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(me.status(), 200);
        let code = Request::post("/v1/sign-in")
            .header("content-type", "application/json")
            .body(Body::from(r#"{"email": "ana@firm.example"}"#));
        let code = router.oneshot(code.unwrap()).await.unwrap();
        assert_eq!((code.status().as_u16(), aws.mail().len()), (202, 1));

        let again = make(&store, &create).await.err().unwrap();
        assert!(format!("{again:?}").contains("already"), "{again:?}");
        assert_eq!(store.tenants().await.unwrap(), [made.tenant]);
        let other = Create {
            name: "Another".to_owned(),
            key: false,
            ..create
        };
        assert!(make(&store, &other).await.unwrap().api_key.is_none());
    }
}
