//! Signing in with a source's own accounts.
//!
//! The provider says whose address it is. A member with that address signs in. Somebody who is no
//! member yet becomes one where the provider's account is connected to a tenant and the source has
//! a user with that address there: with that user's deals, and their team's if they lead one.

use crate::App;
use crate::callback::{Problem, begin_again, home, refused, settings};
use crate::page::Page;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use connector::{Connector, OAuth, SignIn, Value, value};
use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderValue, StatusCode};
use identity::{Email, Member, MemberId, Role, Status, TenantCtx};
use model::{Book, ConnectionId, PersonId, TenantId};
use pull::{Source, address, oauth_of};
use secrecy::{ExposeSecret, SecretString};
use store::{AuthKind, Connection, Lookup, OauthState, Secrets, Tenant};

/// Who works here, for feed and audit.
const FUNCTION: &str = "oauth";

/// Who somebody is, as the provider says.
struct Who {
    email: Email,
    account: Option<String>,
}

pub(crate) async fn finish(
    app: &App,
    connector: &'static Connector,
    kept: &OauthState,
    code: &SecretString,
) -> Result<Response, Problem> {
    let oauth = oauth_of(connector).ok_or_else(begin_again)?;
    let sign_in = oauth.sign_in.ok_or_else(begin_again)?;
    // Signing in makes no connection; this one is nobody's and is not kept.
    let nobody = ConnectionId::from_bytes([0; 16]);
    let now = app.store.now();
    let mut connection = Connection::new(nobody, connector.id, AuthKind::Oauth, "sign-in", now);
    if kept.return_to == SANDBOX {
        connection.sandbox = true;
        connection.base_url = kept.by.strip_prefix("at ").map(str::to_owned);
    }
    let tenant = system(app, TenantId::from_bytes([0; 16]));
    let settings = settings(app).await?;
    let source = Source::new(connector, connection.clone(), tenant, settings);
    let redeemed = source
        .redeem(code, &kept.verifier, &kept.redirect_uri)
        .await;
    let secrets = redeemed.map_err(|why| refused(&why))?;
    let who = who(app, (oauth, &sign_in), &connection, &secrets).await?;
    let (tenant, member) = find(app, connector, &who).await?;
    // Taken to the API for a session, once, within the state's ten minutes.
    let ticket = OauthState::ticket(tenant.id(), member.id, app.store.now());
    let ticket = app.store.put_oauth_state(&ticket).await?;
    // Behind the #, which no server is sent and no log has.
    let url = format!("{}/sign-in#ticket={}", home(app), ticket.expose_secret());
    let mut response = StatusCode::SEE_OTHER.into_response();
    let url = HeaderValue::try_from(url).map_err(|_| begin_again())?;
    response.headers_mut().insert(LOCATION, url);
    Ok(response)
}

/// Where a sign-in comes from that went to a sandbox of this machine.
const SANDBOX: &str = "sandbox";

async fn who(
    app: &App,
    (oauth, sign_in): (&OAuth, &SignIn),
    connection: &Connection,
    secrets: &Secrets,
) -> Result<Who, Problem> {
    let token = secrets.access.expose_secret();
    let url = address(connection, oauth, sign_in.who).replace("{token}", token);
    let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| begin_again())?;
    bearer.set_sensitive(true);
    let request = http::Request::get(url)
        .header(AUTHORIZATION, bearer)
        .body(Bytes::new())
        .map_err(|_| begin_again())?;
    let unknown = || {
        Page::new(
            StatusCode::BAD_GATEWAY,
            "Not signed in",
            "The provider did not say who you are. Go back to Pie and begin again.",
        )
    };
    let answer = (app.transport)(request).await.map_err(|_| unknown())?;
    let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    let unverified = sign_in
        .verified
        .is_some_and(|at| said.pointer(at) != Some(&Value::Bool(true)));
    if unverified {
        return Err(Page::new(
            StatusCode::FORBIDDEN,
            "Not signed in",
            "The provider has not verified your address. Verify it there, then sign in again.",
        )
        .into());
    }
    let email = value::id(&said, sign_in.email).and_then(|text| text.parse().ok());
    let email = email.ok_or_else(unknown)?;
    let account = value::id(&said, sign_in.account).map(String::from);
    Ok(Who { email, account })
}

fn system(app: &App, tenant: TenantId) -> Tenant {
    app.store
        .tenant(&TenantCtx::system(tenant, FUNCTION, "sign-in"))
}

/// The member with that address: of the tenant whose source was signed in with, else of any.
async fn find(app: &App, connector: &Connector, who: &Who) -> Result<(Tenant, Member), Problem> {
    let nobody = || {
        Page::new(
            StatusCode::FORBIDDEN,
            "Not signed in",
            "Nobody with your address is a member here. Ask your administrator to invite you.",
        )
    };
    let mut tenants = Vec::new();
    if let Some(account) = &who.account {
        let portal = Lookup::Portal(connector.id, account);
        let found = app.store.look_up(portal).await?;
        tenants.extend(found.into_iter().map(|(tenant, _)| tenant));
    }
    let of_account = tenants.clone();
    let found = app.store.look_up(Lookup::Email(who.email.as_str())).await?;
    tenants.extend(found.into_iter().map(|(tenant, _)| tenant));
    for id in tenants {
        let tenant = system(app, id);
        let mut directory = tenant.directory().await?;
        if let Some(member) = directory.by_email(&who.email).cloned() {
            if member.status == Status::Disabled {
                continue;
            }
            if member.status == Status::Active {
                return Ok((tenant, member));
            }
            let active = Member {
                status: Status::Active,
                ..member
            };
            let member = directory.put(active).map_err(|_| nobody())?.clone();
            tenant.save_member(&member).await?;
            return Ok((tenant, member));
        }
    }
    for id in of_account {
        let tenant = system(app, id);
        let warm = tenant.book().await?;
        let Some((person, name, role)) = user(&warm.book, connector.id, &who.email) else {
            continue;
        };
        let mut directory = tenant.directory().await?;
        let member = Member {
            id: MemberId::from_bytes(store::random_array()),
            email: who.email.clone(),
            name,
            role,
            person: Some(person),
            manager: None,
            team: None,
            status: Status::Active,
            epoch: 0,
            created_at: app.store.now(),
        };
        let member = directory.put(member).map_err(|_| nobody())?.clone();
        tenant.save_member(&member).await?;
        return Ok((tenant, member));
    }
    Err(nobody().into())
}

/// The source's user with an address, and what they may see: their own deals, and their team's if
/// somebody reports to them.
fn user(book: &Book, source: &str, email: &Email) -> Option<(PersonId, String, Role)> {
    let is = |text: &Option<String>| {
        let text = text.as_deref().and_then(|text| text.parse::<Email>().ok());
        text.as_ref() == Some(email)
    };
    let of_source = book
        .people
        .iter()
        .filter(|it| it.external_ids.contains_key(source));
    let person = of_source.into_iter().find(|it| is(&it.email))?;
    let leads = book.people.iter().any(|it| it.manager == Some(person.id));
    let role = if leads { Role::SalesManager } else { Role::Ae };
    let name = person
        .name
        .clone()
        .unwrap_or_else(|| email.as_str().to_owned());
    Some((person.id, name, role))
}
