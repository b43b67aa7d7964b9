//! The whole world, compared: after the first load, and after people at the vendor did everything
//! they do.

use crate::bed::{Accounts, Bed};
use crate::truth;
use model::ConnectionId;
use rust_decimal::Decimal;
use serde_json::json;
use std::collections::BTreeMap;
use std::ops::DerefMut;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use store::{AuthKind, Connection, ConnectionStatus, JobStatus, StreamState, StreamStatus};
use vendors::billing::Status;
use vendors::crm::{Crm, Line, Object};
use vendors::faults::{Fault, Faults};

fn small() -> demo::World {
    company(11)
}

/// A company whose story ended before the clock of these tests begins.
pub(crate) fn company(seed: u64) -> demo::World {
    demo::company_as_of(seed, demo::Size::Small, jiff::civil::date(2026, 9, 17))
}

/// The store says of a source what the source says of itself.
async fn assert_same(bed: &Bed, source: &str) {
    assert_same_deals(bed, source).await;
    let book = bed.book().await;
    let companies = match source {
        "salesforce" => truth::companies(&bed.salesforce.crm()),
        "hubspot" => truth::companies(&bed.hubspot.crm()),
        _ => truth::companies(&bed.pipedrive.crm()),
    };
    let kept = truth::kept_companies(&book, source);
    let odd = truth::differences(&companies, &kept);
    let first: Vec<&String> = odd.iter().take(6).collect();
    assert!(
        odd.is_empty(),
        "{} of {} companies of {source} differ: {first:#?}",
        odd.len(),
        companies.len()
    );
}

fn crm<'a>(bed: &'a Bed, source: &str) -> Box<dyn DerefMut<Target = Crm> + 'a> {
    match source {
        "salesforce" => Box::new(bed.salesforce.crm()),
        "hubspot" => Box::new(bed.hubspot.crm()),
        _ => Box::new(bed.pipedrive.crm()),
    }
}

/// The streams say that as many deals and companies are kept as there are, and that the source has as
/// many where it tells.
async fn assert_counted(bed: &Bed, id: ConnectionId, source: &str, when: &str) {
    let (deals, companies) = {
        let crm = crm(bed, source);
        let live = crm.companies.values().filter(|it| it.state.is_live());
        (crm.live_deals().count() as u64, live.count() as u64)
    };
    let expected = match source {
        "salesforce" => [
            (["opportunities", ""], deals),
            (["accounts", ""], companies),
        ],
        "hubspot" => [(["deals", ""], deals), (["companies", ""], companies)],
        _ => [
            (["deals", "deals_archived"], deals),
            (["organizations", ""], companies),
        ],
    };
    let streams = bed.streams(id).await;
    let told = |it: &StreamState| {
        let total = it.source_total;
        format!("{} {} of {total:?}", it.stream, it.kept_total)
    };
    let told: Vec<String> = streams.iter().map(told).collect();
    for (names, expected) in expected {
        let of = |it: &&StreamState| names.contains(&it.stream.as_str());
        let kept: u64 = streams.iter().filter(of).map(|it| it.kept_total).sum();
        assert_eq!(kept, expected, "{source} {when} {names:?}: {told:#?}");
        for total in streams.iter().filter(of).filter_map(|it| it.source_total) {
            assert_eq!(total, expected, "{source} {when} {names:?}: {told:#?}");
        }
    }
    // What tells only what is gone keeps nothing.
    let gone = |it: &&StreamState| it.stream.ends_with("_deleted");
    assert!(
        streams.iter().filter(gone).all(|it| it.kept_total == 0),
        "{told:#?}"
    );
}

async fn assert_same_deals(bed: &Bed, source: &str) {
    let book = bed.book().await;
    let deals = match source {
        "salesforce" => truth::of_crm(&bed.salesforce.crm(), source),
        "hubspot" => truth::of_crm(&bed.hubspot.crm(), source),
        _ => truth::of_crm(&bed.pipedrive.crm(), source),
    };
    let kept = truth::of_book(&book, source);
    let odd = truth::differences(&deals, &kept);
    let first: Vec<&String> = odd.iter().take(6).collect();
    assert!(
        odd.is_empty(),
        "{} of {} deals of {source} differ: {first:#?}",
        odd.len(),
        deals.len()
    );
}

/// What a source says of itself, as text.
pub(crate) fn tell(bed: &Bed, source: &str) -> BTreeMap<String, String> {
    let of_crm = |crm: &Crm| {
        let deals = truth::of_crm(crm, source).into_iter();
        deals
            .map(|(id, it)| (id, format!("{it:?}")))
            .collect::<BTreeMap<_, _>>()
    };
    match source {
        "salesforce" => of_crm(&bed.salesforce.crm()),
        "hubspot" => of_crm(&bed.hubspot.crm()),
        "pipedrive" => of_crm(&bed.pipedrive.crm()),
        _ => {
            let billing = bed.stripe.billing();
            let all = billing.subscriptions.values();
            let ended = |it: &Status| matches!(it, Status::Canceled | Status::IncompleteExpired);
            let subscriptions = all.map(|it| (it.id.clone(), format!("{:?}", ended(&it.status))));
            let invoices = billing.invoices.values();
            let invoices = invoices.map(|it| (it.id.clone(), format!("{:?}", it.number)));
            subscriptions.chain(invoices).collect()
        }
    }
}

/// What the store says of a source, as text.
pub(crate) async fn told(bed: &Bed, source: &str) -> BTreeMap<String, String> {
    let book = bed.book().await;
    if source != "stripe" {
        let deals = truth::of_book(&book, source).into_iter();
        return deals.map(|(id, it)| (id, format!("{it:?}"))).collect();
    }
    let id = |ids: &BTreeMap<String, String>| ids.get("stripe").cloned();
    let subscriptions = book.subscriptions.iter().filter_map(|it| {
        let ended = it.status == model::SubscriptionStatus::Canceled;
        Some((id(&it.external_ids)?, format!("{ended:?}")))
    });
    let invoices = book.invoices.iter();
    let invoices =
        invoices.filter_map(|it| Some((id(&it.external_ids)?, format!("{:?}", it.number))));
    subscriptions.chain(invoices).collect()
}

/// What people do at a CRM between two syncs.
fn live_on(crm: &mut Crm) {
    let ids: Vec<String> = crm.live_deals().map(|it| it.id.clone()).collect();
    let open = |crm: &Crm, id: &str| {
        let deal = &crm.deals[id];
        crm.stage(&deal.stage).is_some_and(|it| !it.is_closed)
    };
    let opened: Vec<String> = ids.iter().filter(|id| open(crm, id)).cloned().collect();
    crm.set_amount(&opened[0], Some("12345.67".parse().unwrap()));
    crm.edit_deal(&opened[1], |deal| deal.name = "Renamed — ✓ עברית".into());
    let pipeline = crm.deals[&opened[2]].pipeline.clone();
    let won = crm.pipelines.iter().find(|it| it.id == pipeline).unwrap();
    let won = won.stages.iter().find(|it| it.is_won).unwrap().id.clone();
    crm.move_deal(&opened[2], &won);
    crm.delete(Object::Deal, &opened[3]);
    crm.delete(Object::Deal, &opened[4]);
    crm.restore(Object::Deal, &opened[4]);
    crm.merge_deals(&opened[5], &opened[6]);
    let contact = crm
        .live_deals()
        .find_map(|it| Some(it.roles.first()?.contact.clone()))
        .unwrap();
    crm.edit_contact(&contact, |it| it.email = Some("new@harbor.example".into()));
    let live: Vec<String> = crm
        .companies
        .values()
        .filter(|it| it.state.is_live())
        .map(|it| it.id.clone())
        .collect();
    crm.edit_company(&live[0], |it| it.name = "Renamed & Sons".into());
    crm.merge_companies(&live[1], &live[2]);
}

/// What people do at Pipedrive with the products of deals between two syncs: each of it makes the deal worth another
/// sum. Gives how many deals have others now.
fn sell_on(crm: &mut Crm) -> usize {
    let before: BTreeMap<String, Vec<Line>> = crm
        .deals
        .iter()
        .map(|(id, deal)| (id.clone(), deal.lines.clone()))
        .collect();
    let with = |crm: &Crm, lines: usize, skip: usize| {
        let fits = crm.live_deals().filter(|it| it.lines.len() == lines);
        fits.map(|it| it.id.clone()).nth(skip).unwrap()
    };
    let (bare, other) = (with(crm, 0, 10), with(crm, 1, 10));
    let (more, less, off) = (with(crm, 2, 10), with(crm, 2, 11), with(crm, 2, 12));
    crm.add_line(&bare, 1, 3).unwrap();
    crm.add_line(&bare, 3, 1).unwrap();
    crm.edit_lines(&more, |lines| lines[0].quantity += Decimal::new(25, 1));
    crm.edit_lines(&less, |lines| lines.truncate(1));
    crm.edit_lines(&off, |lines| lines[0].enabled = !lines[0].enabled);
    crm.edit_lines(&other, Vec::clear);
    let now = crm.deals.values();
    now.filter(|it| before[&it.id] != it.lines).count()
}

async fn first_load(source: &str) {
    let bed = Bed::new(&small()).await;
    let id = bed.connect(source).await;
    let job = bed.run(id, "connection.sync").await;
    let streams = bed.streams(id).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?} {streams:#?}");
    assert_same(&bed, source).await;
    assert_counted(&bed, id, source, "first").await;
    // Again is nothing new.
    let before = bed.tenant().head().await.unwrap();
    bed.pass(60);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    assert_same(&bed, source).await;
    let after = bed.tenant().head().await.unwrap();
    assert_eq!(before, after, "nothing changed, so nothing is written");
}

async fn in_step(source: &str) {
    let bed = Bed::new(&small()).await;
    let id = bed.connect(source).await;
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    bed.pass(5 * 3_600);
    match source {
        "salesforce" => live_on(&mut bed.salesforce.crm()),
        "hubspot" => live_on(&mut bed.hubspot.crm()),
        _ => {
            let mut crm = bed.pipedrive.crm();
            live_on(&mut crm);
            assert_eq!(sell_on(&mut crm), 5);
        }
    }
    bed.pass(120);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    assert_same_deals(&bed, source).await;
    if source != "pipedrive" {
        assert_counted(&bed, id, source, "lived on").await;
    }
    if source == "pipedrive" {
        // It does not say that an organization is gone, unless by webhook: reconciling finds it.
        bed.pass(60);
        let job = bed.run(id, "connection.reconcile").await;
        assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
        assert_counted(&bed, id, source, "reconciled").await;
    }
    assert_same(&bed, source).await;
    // Somebody takes back what they threw away, and throws away other things.
    {
        let mut crm = crm(&bed, source);
        let gone = crm.deals.values().filter(|it| !it.state.is_live());
        let gone: Vec<String> = gone.map(|it| it.id.clone()).collect();
        let back = gone.iter().filter(|id| crm.restore(Object::Deal, id));
        assert!(back.count() > 0);
        let live: Vec<String> = crm.live_deals().map(|it| it.id.clone()).collect();
        for id in live.iter().filter(|id| !gone.contains(id)).take(7) {
            crm.delete(Object::Deal, id);
        }
        crm.merge_deals(&live[live.len() - 1], &live[live.len() - 2]);
    }
    bed.pass(5 * 3_600);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    assert_same_deals(&bed, source).await;
    assert_counted(&bed, id, source, "restored").await;
}

/// What a billing system says of its subscriptions: how each stands, and whose it is.
fn subscriptions(bed: &Bed) -> BTreeMap<String, String> {
    let billing = bed.stripe.billing();
    let all = billing.subscriptions.values();
    all.map(|it| (it.id.clone(), it.customer.clone())).collect()
}

#[tokio::test(start_paused = true)]
async fn what_happened_before_events_were_read_is_here_all_the_same() {
    let bed = Bed::new(&small()).await;
    let id = bed.connect("stripe").await;
    let switch = async |off: &[&str]| {
        let off = off.iter().map(|name| (*name).to_owned()).collect();
        let (tenant, key) = (bed.tenant(), id.to_string());
        let edited = tenant.edit_document::<Connection, store::Error>(&key, |it| {
            it.streams_off.clone_from(&off);
            Ok(())
        });
        edited.await.unwrap();
    };
    let run = async || {
        bed.pass(3_600);
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    };
    let delete = || {
        let mut billing = bed.stripe.billing();
        let live = billing.customers.values();
        let mut live = live.filter(|it| it.deleted_at.is_none());
        let customer = live.next().unwrap().id.clone();
        billing.delete_customer(&customer).unwrap();
        customer
    };
    let is_kept = async |customer: &String| {
        let book = bed.book().await;
        let kept = &mut book.companies.iter();
        kept.any(|it| it.external_ids.get("stripe") == Some(customer))
    };
    switch(&["events"]).await;
    run().await;
    let early = delete();
    run().await;
    assert!(is_kept(&early).await, "nothing tells of it");
    // Events are read from now on; what happened before is looked for once.
    switch(&[]).await;
    run().await;
    assert!(!is_kept(&early).await);
    let late = delete();
    run().await;
    assert!(!is_kept(&late).await);
    for stream in bed.streams(id).await {
        assert_eq!(stream.mode, store::StreamMode::Changes, "{}", stream.stream);
    }
}

#[tokio::test(start_paused = true)]
async fn billing_stands_with_the_companies_of_the_crm() {
    let bed = Bed::new(&small()).await;
    let crm = bed.connect("salesforce").await;
    let job = bed.run(crm, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    let billing = bed.connect("stripe").await;
    let job = bed.run(billing, "connection.sync").await;
    let streams = bed.streams(billing).await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?} {streams:#?}");
    assert_same(&bed, "salesforce").await;
    let expected = subscriptions(&bed);
    let linked = |book: &model::Book| {
        let mut linked = 0;
        for it in &book.subscriptions {
            let company = book.companies.iter().find(|of| Some(of.id) == it.company);
            let ids = company.map(|it| &it.external_ids);
            assert!(ids.is_some_and(|ids| ids.contains_key("stripe")), "{it:?}");
            linked += usize::from(ids.is_some_and(|ids| ids.contains_key("salesforce")));
        }
        linked
    };
    let book = bed.book().await;
    let kept = book.subscriptions.iter();
    let kept: std::collections::BTreeSet<String> = kept
        .filter_map(|it| it.external_ids.get("stripe").cloned())
        .collect();
    assert_eq!(kept, expected.keys().cloned().collect());
    let before = linked(&book);
    assert!(
        before * 2 > expected.len(),
        "{before} of {}",
        expected.len()
    );
    // Neither sync takes away what the other brought.
    bed.pass(3_600);
    for id in [crm, billing] {
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    }
    let book = bed.book().await;
    assert_eq!(linked(&book), before);
    assert_same(&bed, "salesforce").await;
    // Reading everything again takes nothing away that another stream brought.
    let payments = book.payments.len();
    assert!(payments > 20, "{payments}");
    bed.pass(3_600);
    let job = bed.run(billing, "connection.reconcile").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    assert_eq!(bed.book().await.payments.len(), payments);
    // What happens in billing is there after one run.
    let gone = {
        let mut billing = bed.stripe.billing();
        let customer = billing.customers.keys().next().unwrap().clone();
        let live = billing.subscriptions.values();
        let live = live
            .filter(|it| it.customer != customer)
            .map(|it| it.id.clone());
        let sub = live.max().unwrap();
        billing.cancel(&sub, "too_expensive").unwrap();
        billing.delete_customer(&customer).unwrap();
        (customer, sub)
    };
    bed.pass(600);
    let job = bed.run(billing, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    let book = bed.book().await;
    let sub = book.subscriptions.iter();
    let sub = sub
        .into_iter()
        .find(|it| it.external_ids.get("stripe") == Some(&gone.1));
    assert_eq!(sub.unwrap().status, model::SubscriptionStatus::Canceled);
}

#[tokio::test(start_paused = true)]
async fn a_question_answered_without_a_list_is_not_taken_for_answered_with_none() {
    let faults = Faults::none();
    let bed = Bed::with(1, Arc::clone(&faults), |clock| {
        Accounts::tiny("hubspot", clock)
    })
    .await;
    let id = bed.connect("hubspot").await;
    // It is asked for its paths, its account, and then for its pipelines.
    for fault in [
        Fault::None,
        Fault::None,
        Fault::CursorExpired {
            status: 200,
            body: json!({"total": 3}),
        },
    ] {
        faults.push(fault);
    }
    bed.is_rough.store(true, Ordering::SeqCst);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Failed, "{job:?}");
    let problem = job.problem.unwrap();
    assert_eq!(problem.code, "source_failed");
    assert!(problem.detail.contains("pipelines"), "{problem:?}");
}

macro_rules! for_each_crm {
    ($($source:ident)*) => {$(
        mod $source {
            #[tokio::test(start_paused = true)]
            async fn the_first_load_brings_everything_and_again_brings_nothing() {
                super::first_load(stringify!($source)).await;
            }

            #[tokio::test(start_paused = true)]
            async fn one_incremental_run_brings_what_people_did() {
                super::in_step(stringify!($source)).await;
            }
        }
    )*};
}

for_each_crm! { salesforce hubspot pipedrive }

/// How the deals of a connection stand, and what a person reads of it.
async fn deals_of(bed: &Bed, id: ConnectionId) -> (StreamState, String) {
    let streams = bed.streams(id).await;
    let deals = streams.into_iter().find(|it| it.stream == "deals").unwrap();
    let problem = deals.problem.as_ref();
    let said = problem.map(|it| format!("{}: {} {}", it.code, it.detail, it.remedy));
    (deals, said.unwrap_or_default())
}

/// Deals that say what is sold.
async fn with_products(bed: &Bed) -> usize {
    let book = bed.book().await;
    let deals = book.deals.iter();
    deals
        .filter(|it| it.custom_fields.contains_key("product_name"))
        .count()
}

#[tokio::test(start_paused = true)]
async fn deals_come_without_their_products_where_these_are_refused_and_it_is_told() {
    let bed = Bed::new(&small()).await;
    let id = bed.connect("pipedrive").await;
    bed.pipedrive.set_without_products(true);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    assert_counted(&bed, id, "pipedrive", "without products").await;
    assert_eq!(with_products(&bed).await, 0);
    let (deals, said) = deals_of(&bed, id).await;
    assert_eq!(deals.status, StreamStatus::Idle);
    assert!(deals.complete_until.is_some());
    for word in [
        "partly_forbidden",
        "deals",
        "products",
        "connected user",
        "full sync",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    // A run that finds nothing new asks nothing, and tells it still; and so does one that finds a deal.
    for amount in [None, Some("777")] {
        bed.pass(3_600);
        if let Some(amount) = amount {
            let mut crm = bed.pipedrive.crm();
            let deal = crm.live_deals().next().unwrap().id.clone();
            crm.set_amount(&deal, Some(amount.parse().unwrap()));
        }
        bed.pass(120);
        let job = bed.run(id, "connection.sync").await;
        assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
        assert_eq!(deals_of(&bed, id).await.1, said);
    }
    // It is no longer refused: the next reading of everything has all of it, and says nothing more.
    bed.pipedrive.set_without_products(false);
    bed.pass(3_600);
    let job = bed.run(id, "connection.reconcile").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    assert_eq!(deals_of(&bed, id).await.1, "");
    assert!(with_products(&bed).await > 50);
    assert_same(&bed, "pipedrive").await;
}

#[tokio::test(start_paused = true)]
async fn products_that_leave_a_deal_worth_the_same_are_seen_by_webhook() {
    let bed = Bed::new(&small()).await;
    let id = bed.connect("pipedrive").await;
    let deal = {
        let mut crm = bed.pipedrive.crm();
        let deal = crm.live_deals().find(|it| !it.lines.is_empty()).unwrap();
        let deal = deal.id.clone();
        // From now on it is worth what is sold.
        crm.edit_lines(&deal, |lines| lines[0].enabled = true);
        deal
    };
    // What changed within the minute before a run is read again by the next.
    bed.pass(3_600);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    assert_same_deals(&bed, "pipedrive").await;
    bed.pipedrive
        .listen("https://pie.example/hook", "user", "password");
    bed.pipedrive.deliveries();
    bed.pass(3_600);
    let rename = |lines: &mut Vec<Line>| lines[0].name = "Planning place".to_owned();
    assert!(bed.pipedrive.crm().edit_lines(&deal, rename));
    bed.pass(120);
    let job = bed.run(id, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    let odd = truth::differences(&tell(&bed, "pipedrive"), &told(&bed, "pipedrive").await);
    assert_eq!(odd.len(), 1, "its stamp did not move: {odd:#?}");
    let webhook = connectors::find("pipedrive").unwrap().webhook.unwrap();
    for delivery in bed.pipedrive.deliveries() {
        let event = serde_json::from_slice(&delivery.body).unwrap();
        for event in (webhook.read)(&event).events {
            let body = json!({
                "connection": id,
                "hints": event.hints,
                "markers": [format!("pipedrive {}", event.key)],
            });
            let message = bed.message("connection.hint", body);
            let outgoing = store::Outgoing::now(store::Queue::Sync, message);
            bed.tenant().send(&outgoing).await.unwrap();
        }
    }
    bed.drain(&bed.app()).await;
    assert_same_deals(&bed, "pipedrive").await;
}

#[tokio::test(start_paused = true)]
async fn an_account_that_another_connection_has_is_not_read_twice() {
    let bed = Bed::new(&small()).await;
    let first = bed.connect("pipedrive").await;
    let job = bed.run(first, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
    // Nobody could say at first which account it is for.
    let tenant = bed.tenant();
    let named = |id: ConnectionId| id.to_string();
    let known = tenant.document::<Connection>(&named(first)).await.unwrap();
    let second = ConnectionId::derive(&bed.tenant_id, "test", "second");
    let mut twin = Connection::new(second, "pipedrive", AuthKind::Oauth, "test", tenant.now());
    twin.status = ConnectionStatus::Active;
    twin.sandbox = true;
    twin.base_url = known.value.base_url.clone();
    tenant.create_document(twin).await.unwrap();
    bed.grant(second, "pipedrive").await;
    let job = bed.run(second, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Failed, "{job:#?}");
    assert_eq!(job.problem.unwrap().code, "already_connected");
    let kept = tenant.document::<Connection>(&named(second)).await.unwrap();
    assert_eq!(kept.value.status, ConnectionStatus::NeedsReauth);
    let why = kept.value.reason.unwrap();
    assert!(
        why.contains("\"pipedrive\"") && why.contains("disconnect"),
        "{why}"
    );
    assert!(bed.streams(second).await.is_empty(), "nothing was read");
    // The first one goes on.
    bed.pass(60);
    let job = bed.run(first, "connection.sync").await;
    assert_eq!(job.status, JobStatus::Succeeded, "{job:#?}");
}
