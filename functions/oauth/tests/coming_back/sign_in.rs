//! Signing in with a source's account.

use crate::world::{COOKIE, World, page, tenant_id};
use identity::{Member, MemberId, Role, Status};
use model::{Change, Company, CompanyId, Deal, DealId, DealRecord, Entity, Person, PersonId};
use store::{Lookup, OauthPurpose, OauthState, Page, Versioned};

/// Whom the provider names.
const ANA: &str = "ana@t1.example";

/// Goes away to sign in and comes back; gives the status, and the ticket or the page.
async fn signed_in(world: &World) -> Result<(model::TenantId, MemberId), (u16, String)> {
    let going = OauthState {
        tenant: None,
        by: "sign-in".to_owned(),
        connection: None,
        purpose: OauthPurpose::SignIn,
        return_to: "sessions".to_owned(),
        ..world.going()
    };
    let state = world.away(&going).await;
    let code = world.consent("c1");
    let back = format!("/v1/oauth/salesforce/callback?code={code}&state={state}");
    let answer = world.back(&back, Some(COOKIE)).await;
    if answer.status() != 303 {
        return Err(page(answer).await);
    }
    let location = answer.headers()["location"].to_str().unwrap();
    let ticket = location.strip_prefix("https://pie.example/sign-in#ticket=");
    let ticket = world.store.take_oauth_state(ticket.unwrap()).await.unwrap();
    assert!(!world.accepted().await);
    Ok(ticket.unwrap().is_ticket_of().unwrap())
}

/// The provider's account is connected to the first tenant.
async fn account(world: &World) {
    let account = Lookup::Portal("salesforce", "org1");
    world.tenant(1).note_lookup(account, "x").await.unwrap();
}

async fn member(world: &World, tenant: u8, status: Status) -> MemberId {
    let tenant = world.tenant(tenant);
    let member = Member {
        id: MemberId::from_bytes([7; 16]),
        email: ANA.parse().unwrap(),
        name: "Ana".to_owned(),
        role: Role::Ae,
        person: None,
        manager: None,
        team: None,
        status,
        epoch: 0,
        created_at: tenant.now(),
    };
    tenant.save_member(&member).await.unwrap();
    member.id
}

#[tokio::test]
async fn a_member_signs_in_and_one_who_was_invited_is_active_from_then_on() {
    let check = async |status: Status, tenant: u8, by_account: bool, expected: bool| {
        let world = World::new().await;
        if by_account {
            account(&world).await;
        }
        // Who is no longer let in is no new member either.
        if status == Status::Disabled {
            put(&world, entities("salesforce", false)).await;
        }
        let id = member(&world, tenant, status).await;
        let came = signed_in(&world).await;
        let what = format!("{status:?} {tenant} {by_account}: {came:?}");
        let directory = world.tenant(tenant).directory().await.unwrap();
        let now = directory.get(&id).unwrap().status;
        if expected {
            assert_eq!(came, Ok((tenant_id(tenant), id)), "{what}");
            assert_eq!(now, Status::Active, "{what}");
        } else {
            assert_eq!(came.unwrap_err().0, 403, "{what}");
            assert_eq!(now, status, "{what}");
        }
    };
    check(Status::Active, 1, true, true).await;
    check(Status::Active, 1, false, true).await;
    // The account is one tenant's, the address a member's of another.
    check(Status::Active, 2, true, true).await;
    check(Status::Invited, 1, true, true).await;
    check(Status::Invited, 2, false, true).await;
    check(Status::Disabled, 1, true, false).await;
    check(Status::Disabled, 2, false, false).await;
}

/// Two users of a source, and a deal.
fn entities(source: &str, ana_leads: bool) -> Vec<Entity> {
    let id = |what: &str| PersonId::derive(&tenant_id(1), source, what);
    let person = |what: &str, manager: Option<PersonId>| {
        Entity::Person(Person {
            external_ids: [(source.to_owned(), what.to_owned())].into(),
            name: Some(format!("{what} of the source")),
            email: Some(format!("{what}@T1.example")),
            manager,
            ..Person::new(id(what))
        })
    };
    let deal = DealRecord {
        deal: Deal::new(DealId::derive(&tenant_id(1), source, "1")),
        case: "1".to_owned(),
        visits: Vec::new(),
    };
    vec![
        person("ana", None),
        person("ben", ana_leads.then(|| id("ana"))),
        Entity::Deal(Box::new(deal)),
    ]
}

async fn put(world: &World, entities: Vec<Entity>) {
    let changes = entities
        .into_iter()
        .map(|it| Versioned::new(Change::Put(it), 1));
    let page = Page {
        changes: changes.collect(),
        cause: "test".to_owned(),
        ..Page::default()
    };
    world.tenant(1).commit(page).await.unwrap();
}

#[tokio::test]
async fn a_user_of_the_connected_source_becomes_a_member_who_sees_what_they_sell() {
    let check = async |source: &str, leads: bool, is_connected: bool, expected: Option<Role>| {
        let world = World::new().await;
        if is_connected {
            account(&world).await;
        }
        // Some of the book lies in a snapshot, the rest in rows.
        let company = Company::new(CompanyId::derive(&tenant_id(1), source, "1"));
        put(&world, vec![Entity::Company(Box::new(company))]).await;
        let tenant = world.tenant(1);
        let warm = tenant.book().await.unwrap();
        assert!(tenant.save_snapshot(&warm).await.unwrap());
        put(&world, entities(source, leads)).await;
        let came = signed_in(&world).await;
        let what = format!("{source} {leads} {is_connected}: {came:?}");
        let directory = tenant.directory().await.unwrap();
        let ana = directory.by_email(&ANA.parse().unwrap()).cloned();
        let Some(role) = expected else {
            assert_eq!(came.unwrap_err().0, 403, "{what}");
            assert_eq!(ana, None, "{what}");
            return;
        };
        let ana = ana.unwrap();
        assert_eq!(came, Ok((tenant_id(1), ana.id)), "{what}");
        assert_eq!((ana.role, ana.status), (role, Status::Active), "{what}");
        assert_eq!(ana.name, "ana of the source", "{what}");
        let person = PersonId::derive(&tenant_id(1), source, "ana");
        assert_eq!(ana.person, Some(person), "{what}");
        // The second time they are a member.
        assert_eq!(signed_in(&world).await, came, "{what}");
        let directory = tenant.directory().await.unwrap();
        assert_eq!(directory.iter().count(), 1, "{what}");
    };
    check("salesforce", false, true, Some(Role::Ae)).await;
    check("salesforce", true, true, Some(Role::SalesManager)).await;
    // A user of another source, and of an account that nobody has connected.
    check("hubspot", false, true, None).await;
    check("salesforce", false, false, None).await;
}

#[tokio::test]
async fn who_is_unknown_or_says_no_signs_in_nowhere() {
    let world = World::new().await;
    account(&world).await;
    let (status, text) = signed_in(&world).await.unwrap_err();
    assert_eq!(status, 403);
    assert!(text.contains("Nobody with your address"), "{text}");
}
