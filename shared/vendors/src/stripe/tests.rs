#![expect(clippy::unwrap_used, reason = "a test may")]

use super::*;
use crate::billing::{Interval, Metadata, Status};
use crate::crm::Clock;
use jiff::{SignedDuration, ToSpan};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use tower::ServiceExt as _;

const NEW: &str = "2026-06-24.dahlia";

struct Test {
    stripe: Arc<Stripe>,
    seconds: Arc<AtomicI64>,
}

impl Test {
    fn new() -> Test {
        Test::with(|_| ())
    }

    fn with(settle: impl FnOnce(&mut Settings)) -> Test {
        let world = demo::company(7, demo::Size::Small);
        let start = world
            .as_of
            .to_zoned(jiff::tz::TimeZone::UTC)
            .unwrap()
            .timestamp()
            .as_second();
        let seconds = Arc::new(AtomicI64::new(start));
        let hand = Arc::clone(&seconds);
        let clock: Clock =
            Arc::new(move || Timestamp::from_second(hand.load(Ordering::SeqCst)).unwrap());
        let crm_id = |account: &demo::Account| Some(format!("crm-{}", account.domain));
        let billing = Billing::from_world(&world, &crm_id, Arc::clone(&clock));
        let mut settings = Settings::new(clock);
        settle(&mut settings);
        Test {
            stripe: Stripe::new(billing, settings),
            seconds,
        }
    }

    fn wait(&self, time: SignedDuration) {
        self.seconds.fetch_add(time.as_secs(), Ordering::SeqCst);
    }

    fn send(&self, request: http::Request<Body>) -> (StatusCode, HeaderMap, Value) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let response = self.stripe.router().oneshot(request).await.unwrap();
            let (head, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let value = serde_json::from_slice(&body).unwrap();
            (head.status, head.headers, value)
        })
    }

    fn ask(&self, path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Value) {
        let mut request = http::Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap())
    }

    fn get(&self, path: &str) -> (StatusCode, Value) {
        let key = format!("Bearer {SECRET_KEY}");
        let (status, _, value) =
            self.ask(path, &[("authorization", &key), ("stripe-version", NEW)]);
        (status, value)
    }

    fn ok(&self, path: &str) -> Value {
        let (status, value) = self.get(path);
        assert_eq!(status, 200, "{path}: {value}");
        value
    }

    fn all(&self, path: &str) -> Vec<Value> {
        let mut rows: Vec<Value> = Vec::new();
        loop {
            let joint = if path.contains('?') { '&' } else { '?' };
            let after = rows.last().map_or(String::new(), |row| {
                format!("&starting_after={}", word(&row["id"]))
            });
            let page = self.ok(&format!("{path}{joint}limit=100{after}"));
            rows.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["has_more"] == false {
                return rows;
            }
        }
    }

    fn some_subscription(&self, status: Status) -> String {
        let billing = self.stripe.billing();
        let mut all = billing.subscriptions.values();
        let found = all.find(|one| one.status == status && !one.cancel_at_period_end);
        found.unwrap().id.clone()
    }

    /// The types of the events that `deed` writes.
    fn events_of(&self, deed: impl FnOnce(&mut Billing)) -> Vec<String> {
        let mut billing = self.stripe.billing();
        let next = billing.next_sequence();
        deed(&mut billing);
        billing
            .events()
            .filter(|event| event.sequence >= next)
            .map(|event| event.kind.to_owned())
            .collect()
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| word(&row["id"])).collect()
}

#[test]
fn a_request_needs_a_known_key() {
    let test = Test::new();
    let basic = format!("Basic {}", STANDARD.encode(format!("{SECRET_KEY}:")));
    let bearer = format!("Bearer {RESTRICTED_KEY}");
    for (header, expected) in [
        (None, 401),
        (Some("Bearer sk_test_wrong_and_long"), 401),
        (Some("Basic !"), 401),
        (Some(basic.as_str()), 200),
        (Some(bearer.as_str()), 200),
    ] {
        let headers: Vec<(&str, &str)> = header.iter().map(|key| ("authorization", *key)).collect();
        let (status, headers, value) = test.ask("/v1/customers", &headers);
        assert_eq!(status, expected, "{header:?}");
        assert!(headers.contains_key("request-id"));
        let text = value.to_string();
        assert!(!text.contains("sk_test_wrong_and_long"), "{text}");
    }
}

#[test]
fn a_restricted_key_reads_only_what_it_may() {
    let test = Test::new();
    for (key, path, expected) in [
        (NARROW_KEY, "/v1/customers", 200),
        (NARROW_KEY, "/v1/disputes", 403),
        (NARROW_KEY, "/v1/events", 403),
        (RESTRICTED_KEY, "/v1/events", 200),
        (RESTRICTED_KEY, "/v1/account", 403),
        (SECRET_KEY, "/v1/account", 200),
    ] {
        let key = format!("Bearer {key}");
        let (status, _, value) = test.ask(path, &[("authorization", &key)]);
        assert_eq!(status, expected, "{path}");
        if expected == 403 {
            assert_eq!(value["error"]["type"], "invalid_request_error");
            let message = word(&value["error"]["message"]);
            assert!(message.contains("rak_"), "{message}");
        }
    }
}

#[test]
fn what_stripe_would_refuse_is_refused() {
    let test = Test::new();
    let many = format!("/v1/events?limit=5{}", "&types[]=invoice.paid".repeat(21));
    for (path, status, code, param) in [
        ("/v1/customers/cus_nope", 404, "resource_missing", "id"),
        (
            "/v1/customers?starting_after=cus_nope",
            400,
            "resource_missing",
            "starting_after",
        ),
        (
            "/v1/customers?limit=0",
            400,
            "parameter_invalid_integer",
            "limit",
        ),
        (
            "/v1/customers?limit=101",
            400,
            "parameter_invalid_integer",
            "limit",
        ),
        (
            "/v1/customers?limit=ten",
            400,
            "parameter_invalid_integer",
            "limit",
        ),
        (
            "/v1/customers?updated[gte]=1",
            400,
            "parameter_unknown",
            "updated[gte]",
        ),
        (
            "/v1/customers?created[since]=1",
            400,
            "parameter_unknown",
            "created[since]",
        ),
        ("/v1/subscriptions?status=alive", 400, "", "status"),
        (
            "/v1/subscription_items",
            400,
            "parameter_missing",
            "subscription",
        ),
        (many.as_str(), 400, "", "types"),
        ("/v1/events?types[]=a&type=b", 400, "", "type"),
        (
            "/v1/customers?expand[]=data.email.domain",
            400,
            "",
            "expand",
        ),
        ("/v1/customers?expand[]=data.a.b.c.d", 400, "", "expand"),
        ("/v1/nothing", 404, "", ""),
    ] {
        let (got, value) = test.get(path);
        assert_eq!(got, status, "{path}: {value}");
        let error = &value["error"];
        assert_eq!(error["type"], "invalid_request_error", "{path}");
        assert_eq!(error["code"].as_str().unwrap_or(""), code, "{path}");
        assert_eq!(error["param"].as_str().unwrap_or(""), param, "{path}");
    }
}

#[test]
fn versions_are_honoured_and_a_missing_one_is_old() {
    let test = Test::new();
    let key = format!("Bearer {SECRET_KEY}");
    let read = |path: &str, version: Option<&str>| {
        let mut headers = vec![("authorization", key.as_str())];
        headers.extend(version.map(|version| ("stripe-version", version)));
        let (status, headers, value) = test.ask(path, &headers);
        (status, headers, value["data"][0].clone())
    };
    let period = "current_period_end";
    for (version, old, answered) in [
        (None, true, DEFAULT_VERSION),
        (Some("2020-08-27"), true, "2020-08-27"),
        (Some("2025-02-24.acacia"), true, "2025-02-24.acacia"),
        (Some("2025-03-31.basil"), false, "2025-03-31.basil"),
        (Some(NEW), false, NEW),
    ] {
        let (status, headers, one) = read("/v1/subscriptions", version);
        assert_eq!(status, 200);
        assert_eq!(headers["stripe-version"], answered);
        assert_eq!(one[period].is_number(), old, "{version:?}");
        assert_eq!(one["items"]["data"][0][period].is_number(), !old);

        let (_, _, one) = read("/v1/invoices?status=paid", version);
        assert_eq!(one["subscription"].is_string(), old);
        assert_eq!(one["paid"] == true, old);
        let parent = &one["parent"]["subscription_details"]["subscription"];
        assert_eq!(parent.is_string(), !old);
        let line = &one["lines"]["data"][0];
        assert_eq!(line["price"].is_object(), old);
        assert_eq!(line["pricing"]["price_details"]["price"].is_string(), !old);

        let (_, _, one) = read("/v1/charges", version);
        assert_eq!(one.get("invoice").is_some(), old);
    }
    for version in [
        "2026-06-24",
        "yesterday",
        "2026-06-24.unicorn",
        "2020-08-27.basil",
    ] {
        assert_eq!(read("/v1/subscriptions", Some(version)).0, 400, "{version}");
    }
}

#[test]
fn lists_come_newest_first_and_whole_whatever_the_page() {
    let test = Test::new();
    for path in [
        "/v1/customers",
        "/v1/subscriptions?status=all",
        "/v1/invoices",
        "/v1/charges",
        "/v1/events",
        "/v1/prices",
    ] {
        let rows = test.all(path);
        let stamps: Vec<i64> = rows
            .iter()
            .map(|row| row["created"].as_i64().unwrap())
            .collect();
        assert!(stamps.is_sorted_by(|a, b| a >= b), "{path}");
        let distinct: BTreeSet<String> = ids(&rows).into_iter().collect();
        assert_eq!(distinct.len(), rows.len(), "{path}");
        assert!(rows.len() > 20, "{path}: {}", rows.len());
    }
    let whole = test.all("/v1/customers");
    assert_eq!(
        test.ok("/v1/customers")["data"].as_array().unwrap().len(),
        10
    );
    // Back from the tenth: the four before it.
    let back = format!(
        "/v1/customers?limit=4&ending_before={}",
        word(&whole[9]["id"])
    );
    let back = test.ok(&back);
    assert_eq!(ids(back["data"].as_array().unwrap()), ids(&whole[5..9]));
    assert_eq!(back["has_more"], true);
    let second = whole[3]["created"].as_i64().unwrap();
    let since = test.all(&format!("/v1/customers?created[gte]={second}"));
    assert!(since.len() >= 4 && since.len() < whole.len());
    assert!(
        since
            .iter()
            .all(|row| row["created"].as_i64().unwrap() >= second)
    );
    assert_eq!(
        since,
        test.all(&format!("/v1/customers?created%5Bgte%5D={second}"))
    );
}

#[test]
fn canceled_subscriptions_are_left_out_unless_asked_for() {
    let test = Test::new();
    let statuses = |path: &str| -> BTreeSet<String> {
        test.all(path)
            .iter()
            .map(|row| word(&row["status"]))
            .collect()
    };
    let every: BTreeSet<String> = Status::ALL
        .iter()
        .map(|status| status.word().to_owned())
        .collect();
    assert_eq!(statuses("/v1/subscriptions?status=all"), every);
    let mut some = every.clone();
    some.remove("canceled");
    assert_eq!(statuses("/v1/subscriptions"), some);
    assert_eq!(statuses("/v1/subscriptions?status=past_due").len(), 1);
}

#[test]
fn nested_lists_are_paged_too() {
    let test = Test::new();
    let wide = test
        .all("/v1/subscriptions?status=all")
        .into_iter()
        .find(|row| row["items"]["has_more"] == true)
        .unwrap();
    assert_eq!(wide["items"]["data"].as_array().unwrap().len(), 10);
    assert_eq!(test.all(&word(&wide["items"]["url"])).len(), 12);
    let invoice = test.ok(&format!("/v1/invoices/{}", word(&wide["latest_invoice"])));
    assert_eq!(invoice["lines"]["has_more"], true);
    let lines = test.all(&word(&invoice["lines"]["url"]));
    assert_eq!(lines.len(), 12);
    let sum: i64 = lines
        .iter()
        .map(|line| line["amount"].as_i64().unwrap())
        .sum();
    assert_eq!(invoice["total"], sum);
}

#[test]
fn a_deleted_customer_is_a_stump_and_in_no_list() {
    let test = Test::new();
    let id = word(&test.all("/v1/customers")[5]["id"]);
    test.stripe.billing().delete_customer(&id).unwrap();
    assert_eq!(
        test.ok(&format!("/v1/customers/{id}")),
        json!({"id": id, "object": "customer", "deleted": true})
    );
    assert!(!ids(&test.all("/v1/customers")).contains(&id));
    let expanded = test.all("/v1/invoices?expand[]=data.customer");
    assert!(
        expanded
            .iter()
            .any(|row| row["customer"]["deleted"] == true)
    );
    assert!(
        expanded
            .iter()
            .any(|row| row["customer"]["email"].is_string())
    );
}

#[test]
fn money_has_the_minor_units_of_its_currency() {
    let test = Test::new();
    let prices = test.all("/v1/prices?expand[]=data.tiers");
    let monthly = |currency: &str| {
        let mut all = prices.iter();
        let found = all.find(|price| {
            price["currency"] == currency
                && price["recurring"]["interval"] == "month"
                && price["recurring"]["interval_count"] == 1
                && price["unit_amount"].is_number()
        });
        found.unwrap()["unit_amount"].clone()
    };
    assert_eq!(
        ["eur", "jpy", "kwd"].map(monthly),
        [4_200, 6_300, 42_000].map(|n| json!(n))
    );
    let amounts = |name: &str, value: &str| {
        let mut all = prices.iter();
        let found = all
            .find(|price| price[name] == value || price["recurring"][name] == value)
            .unwrap();
        (
            found["unit_amount"].clone(),
            found["unit_amount_decimal"].clone(),
            found.clone(),
        )
    };
    let (whole, exact, _) = amounts("usage_type", "metered");
    assert_eq!((whole, exact), (Value::Null, json!("0.5")));
    let (whole, exact, tiered) = amounts("billing_scheme", "tiered");
    assert_eq!((whole, exact), (Value::Null, Value::Null));
    assert_eq!(tiered["tiers"].as_array().unwrap().len(), 2);
    let invoices = test.all("/v1/invoices");
    let currencies: BTreeSet<String> = invoices.iter().map(|row| word(&row["currency"])).collect();
    assert_eq!(currencies.len(), 4);
}

#[test]
fn discounts_are_ids_until_expanded() {
    let test = Test::new();
    let plain = test.all("/v1/subscriptions");
    let given = plain
        .iter()
        .find(|row| row["discounts"][0].is_string())
        .unwrap();
    let path = format!("/v1/subscriptions/{}?expand[]=", word(&given["id"]));
    let one = test.ok(&format!("{path}discounts"));
    assert!(one["discounts"][0]["source"]["coupon"].is_string());
    let one = test.ok(&format!("{path}discounts.source.coupon"));
    assert_eq!(one["discounts"][0]["source"]["coupon"]["percent_off"], 20);
    let one = test.ok(&format!("{path}latest_invoice.payments"));
    assert_eq!(one["latest_invoice"]["payments"]["object"], "list");
    let all = test.all("/v1/subscriptions?status=all&expand[]=data.discounts.source.coupon");
    let named = |row: &Value| row["discounts"][0]["source"]["coupon"]["percent_off"] == 20;
    assert!(all.iter().any(named));
    assert!(all.iter().any(|row| row["discounts"] == json!([])));
}

#[test]
fn refunds_and_disputes_can_show_their_charge() {
    let test = Test::new();
    for list in ["refunds", "disputes"] {
        let rows = test.all(&format!("/v1/{list}?expand[]=data.charge"));
        assert!(!rows.is_empty(), "{list}");
        for row in rows {
            assert!(row["charge"]["customer"].is_string(), "{list}");
            let id = word(&row["id"]);
            assert_eq!(test.ok(&format!("/v1/{list}/{id}?expand[]=charge")), row);
        }
    }
}

#[test]
fn a_customer_shows_what_it_subscribes_to_when_asked() {
    let test = Test::new();
    let running = test.some_subscription(Status::Active);
    let (customer, price) = {
        let mut billing = test.stripe.billing();
        let one = &billing.subscriptions[&running];
        let (customer, price) = (one.customer.clone(), one.items[0].price.clone());
        billing.cancel(&running, "too_expensive").unwrap();
        for _ in 0..11 {
            billing.subscribe(&customer, &price, Some(3), 0).unwrap();
        }
        (customer, price)
    };
    let path = format!("/v1/customers/{customer}");
    assert!(test.ok(&path).get("subscriptions").is_none());
    let shown = test.ok(&format!("{path}?expand[]=subscriptions"))["subscriptions"].clone();
    let current = test.all(&format!("/v1/subscriptions?customer={customer}"));
    assert!(current.len() >= 11 && !ids(&current).contains(&running));
    assert_eq!(shown["has_more"], true);
    assert_eq!(shown["data"].as_array().unwrap(), &current[..10]);
    assert_eq!(test.all(&word(&shown["url"])), current);

    let rows = test.all("/v1/customers?expand[]=data.subscriptions");
    let nobody = rows
        .iter()
        .find(|row| row["subscriptions"]["data"] == json!([]));
    assert_eq!(nobody.unwrap()["subscriptions"]["has_more"], false);
    let listed = rows.iter().find(|row| row["id"] == json!(customer));
    assert_eq!(listed.unwrap()["subscriptions"], shown);
    let deep = format!("{path}?expand[]=subscriptions.data.latest_invoice");
    let deep = test.ok(&deep);
    let first = &deep["subscriptions"]["data"][0];
    assert_eq!(first["items"]["data"][0]["price"]["id"], json!(price));
    assert_eq!(first["latest_invoice"]["object"], "invoice");

    test.stripe.billing().delete_customer(&customer).unwrap();
    assert_eq!(
        test.ok(&format!("{path}?expand[]=subscriptions")),
        json!({"id": customer, "object": "customer", "deleted": true})
    );
    assert_eq!(test.get(&format!("{path}/subscriptions")).0, 404);
    assert_eq!(test.get("/v1/customers/cus_nope/subscriptions").0, 404);
}

#[test]
fn customers_are_the_accounts_that_bought_and_some_strangers() {
    let test = Test::new();
    let rows = test.all("/v1/customers");
    let known = rows
        .iter()
        .filter(|row| row["metadata"]["crm_account_id"].is_string())
        .count();
    assert!(
        known * 3 > rows.len() && known * 2 <= rows.len(),
        "{known} of {}",
        rows.len()
    );
    assert!(
        rows.iter()
            .any(|row| row["email"] == "juno@freemail.example")
    );
    assert!(rows.iter().any(|row| row["email"].is_null()));
    let world = demo::company(7, demo::Size::Small);
    let won = world
        .deals
        .iter()
        .filter(|deal| deal.stage() == "Closed Won");
    let bought: BTreeSet<usize> = won.map(|deal| deal.account).collect();
    assert_eq!(rows.len(), bought.len() + 4);
}

#[test]
fn each_deed_writes_its_events() {
    type Deed<'a> = Box<dyn Fn(&mut Billing) + 'a>;
    let test = Test::new();
    let active = test.some_subscription(Status::Active);
    let price = test.stripe.billing().price("eur", Interval::Month, 1);
    let invoice = std::cell::RefCell::new(String::new());
    let charge = |b: &Billing| b.invoices[&*invoice.borrow()].charge.clone().unwrap();
    let deeds: [(Deed<'_>, &[&str]); 10] = [
        (
            Box::new(|b| *invoice.borrow_mut() = b.renew(&active).unwrap()),
            &[
                "customer.subscription.updated",
                "invoice.created",
                "invoice.finalized",
            ],
        ),
        (
            Box::new(|b| drop(b.fail(&invoice.borrow()).unwrap())),
            &[
                "charge.failed",
                "invoice.payment_failed",
                "customer.updated",
                "customer.subscription.updated",
            ],
        ),
        (
            Box::new(|b| drop(b.pay(&invoice.borrow()).unwrap())),
            &[
                "charge.succeeded",
                "invoice.paid",
                "customer.updated",
                "customer.subscription.updated",
            ],
        ),
        (
            Box::new(|b| b.set_quantity(&active, 1).unwrap()),
            &["customer.subscription.updated"],
        ),
        (
            Box::new(|b| b.cancel_at_period_end(&active, true).unwrap()),
            &["customer.subscription.updated"],
        ),
        (
            Box::new(|b| drop(b.refund(&charge(b), Some(100)).unwrap())),
            &["refund.created", "charge.refunded"],
        ),
        (
            Box::new(|b| {
                let dispute = b.dispute(&charge(b), "fraudulent").unwrap();
                b.close_dispute(&dispute, true).unwrap();
            }),
            &[
                "charge.updated",
                "charge.dispute.created",
                "charge.dispute.closed",
            ],
        ),
        (
            Box::new(|b| b.announce_upcoming(&active).unwrap()),
            &["invoice.upcoming"],
        ),
        (
            Box::new(|b| b.cancel(&active, "unused").unwrap()),
            &["customer.subscription.deleted"],
        ),
        (
            Box::new(|b| {
                let customer = b.create_customer("New", None, "eur", Metadata::new());
                b.subscribe(&customer, &price, Some(3), 0).unwrap();
                b.delete_customer(&customer).unwrap();
            }),
            &[
                "customer.created",
                "customer.subscription.created",
                "invoice.created",
                "invoice.finalized",
                "customer.subscription.deleted",
                "customer.deleted",
            ],
        ),
    ];
    for (deed, expected) in deeds {
        assert_eq!(test.events_of(deed), expected);
    }
    let upcoming = test.ok("/v1/events?type=invoice.upcoming")["data"][0].clone();
    assert!(upcoming["data"]["object"].get("id").is_none());
    let gone = test.ok("/v1/events?type=customer.deleted")["data"][0].clone();
    assert_eq!(gone["data"]["object"]["name"], "New");
}

#[test]
fn the_fourth_failure_ends_the_subscription() {
    let test = Test::new();
    let id = test.some_subscription(Status::Active);
    let invoice = test.stripe.billing().renew(&id).unwrap();
    for expected in ["past_due", "past_due", "past_due", "canceled"] {
        test.stripe.billing().fail(&invoice).unwrap();
        let one = test.ok(&format!("/v1/subscriptions/{id}"));
        assert_eq!(one["status"], expected);
    }
    let one = test.ok(&format!("/v1/subscriptions/{id}"));
    assert_eq!(one["cancellation_details"]["reason"], "payment_failed");
    assert!(one["ended_at"].is_number());
}

#[test]
fn time_renews_expires_and_ends() {
    let test = Test::new();
    let leaving = {
        let billing = test.stripe.billing();
        let mut all = billing.subscriptions.values();
        all.find(|one| one.cancel_at_period_end).unwrap().id.clone()
    };
    let first = test.some_subscription(Status::Incomplete);
    let trial = test.some_subscription(Status::Trialing);
    test.wait(SignedDuration::from_hours(24 * 500));
    test.stripe.billing().catch_up();
    let billing = test.stripe.billing();
    for (id, expected) in [
        (&leaving, Status::Canceled),
        (&first, Status::IncompleteExpired),
        (&trial, Status::Active),
    ] {
        assert_eq!(billing.subscriptions[id].status, expected);
    }
    assert!(billing.subscriptions[&trial].period_end() > billing.now());
}

#[test]
fn events_show_what_was_and_are_kept_for_thirty_days() {
    let test = Test::new();
    let id = test.some_subscription(Status::Active);
    test.stripe.billing().set_quantity(&id, 1).unwrap();
    let newest = test.all("/v1/events?types[]=customer.subscription.updated");
    let newest = newest
        .iter()
        .find(|row| row["data"]["object"]["id"] == id.as_str())
        .unwrap();
    let before = &newest["data"]["previous_attributes"];
    assert_eq!(before["items"]["object"], "list");
    assert_ne!(before["items"], newest["data"]["object"]["items"]);
    assert_eq!(
        before["quantity"].as_i64().unwrap(),
        before["items"]["data"][0]["quantity"].as_i64().unwrap()
    );
    let event = word(&newest["id"]);
    assert_eq!(&test.ok(&format!("/v1/events/{event}")), newest);
    let group = test.all("/v1/events?type=invoice.*");
    assert!(
        group
            .iter()
            .all(|row| word(&row["type"]).starts_with("invoice."))
    );

    test.wait(SignedDuration::from_hours(24 * 31));
    assert_eq!(test.all("/v1/events").len(), 0);
    assert_eq!(test.get(&format!("/v1/events/{event}")).0, 404);
}

#[test]
fn too_many_requests_are_refused_with_the_reason() {
    let test = Test::with(|settings| settings.rate_limits = true);
    let key = format!("Bearer {SECRET_KEY}");
    let ask = |path: &str| test.ask(path, &[("authorization", &key)]);
    for n in 0..25 {
        assert_eq!(ask(&format!("/v1/customers?limit={}", n + 1)).0, 200);
    }
    let (status, headers, value) = ask("/v1/customers");
    assert_eq!(
        (status.as_u16(), &value["error"]["code"]),
        (429, &json!("rate_limit"))
    );
    assert_eq!(headers["stripe-rate-limited-reason"], "global-rate");
    assert!(!headers.contains_key("retry-after"));
    test.wait(SignedDuration::from_secs(1));
    assert_eq!(ask("/v1/customers").0, 200);

    test.stripe.lock_timeouts(1);
    let (status, headers, value) = ask("/v1/invoices");
    assert_eq!(
        (status.as_u16(), &value["error"]["code"]),
        (429, &json!("lock_timeout"))
    );
    assert_eq!(headers["stripe-should-retry"], "true");
    assert_eq!(ask("/v1/invoices").0, 200);
}

#[test]
fn another_account_is_not_to_be_had() {
    let test = Test::new();
    let key = format!("Bearer {SECRET_KEY}");
    let own = test.stripe.billing().account_id.clone();
    for (account, expected) in [(own.as_str(), 200), ("acct_other", 403)] {
        let headers = [("authorization", key.as_str()), ("stripe-account", account)];
        assert_eq!(test.ask("/v1/customers", &headers).0, expected);
    }
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> &'a str {
    let mut all = delivery.headers.iter();
    &all.find(|(known, _)| *known == name).unwrap().1
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

#[test]
fn deliveries_are_signed_with_every_living_secret() {
    let test = Test::new();
    let (endpoint, old) = test
        .stripe
        .listen("https://pie.example/hook", &["customer.*"], NEW);
    let customer = word(&test.all("/v1/customers")[0]["id"]);
    let one_for = |name: &str| {
        let mut billing = test.stripe.billing();
        billing
            .edit_customer(&customer, |c| c.name = Some(name.to_owned()))
            .unwrap();
        drop(billing);
        let due = test.stripe.deliveries();
        assert_eq!(due.len(), 1);
        due.into_iter().next().unwrap()
    };
    let check = |secrets: &[&str], delivery: &Delivery| {
        let expected = sign(secrets, test.stripe.now(), &delivery.body);
        assert_eq!(header(delivery, "stripe-signature"), expected);
    };
    assert!(test.stripe.deliveries().is_empty());
    let first = one_for("First");
    check(&[&old], &first);
    assert_eq!(body(&first)["type"], "customer.updated");
    assert_eq!(body(&first)["api_version"], NEW);
    assert_eq!(body(&first)["data"]["object"]["name"], "First");

    let new = test.stripe.roll_secret(&endpoint).unwrap();
    check(&[&new, &old], &one_for("Second"));
    test.wait(SignedDuration::from_hours(25));
    check(&[&new], &one_for("Third"));
}

#[test]
fn the_signature_is_hmac_sha256_of_second_dot_body() {
    let at = Timestamp::from_second(1_492_774_577).unwrap();
    let header = sign(&["whsec_test"], at, b"{\"id\":\"evt_1\"}");
    // Computed by another program.
    let expected =
        "t=1492774577,v1=7656fc2882a7ca0a651666b36bf2f2f22ee204f54f608f227498a2419f2890b2,v0=";
    assert!(header.starts_with(expected), "{header}");
}

#[test]
fn failed_deliveries_come_again_three_times() {
    let test = Test::new();
    test.stripe.listen("https://pie.example/hook", &["*"], NEW);
    test.stripe.raise_thin();
    test.stripe
        .billing()
        .create_customer("New", None, "eur", Metadata::new());
    let mut bodies = BTreeSet::new();
    for attempt in 0..4 {
        let due = test.stripe.deliveries();
        assert_eq!(due.len(), 1, "{attempt}");
        assert_eq!(due[0].attempt, attempt);
        bodies.insert(due[0].body.clone());
        test.stripe.failed(due[0].clone());
        assert!(test.stripe.deliveries().is_empty());
        test.wait(SignedDuration::from_hours(4));
    }
    assert!(test.stripe.deliveries().is_empty());
    assert_eq!(bodies.len(), 1);
}

#[test]
fn deliveries_come_twice_and_shuffled_when_asked_for() {
    let test = Test::new();
    test.stripe.listen("https://pie.example/hook", &["*"], NEW);
    test.stripe.set_manner(Manner {
        unordered: true,
        duplicates: true,
    });
    let names: Vec<String> = (0..20).map(|n| format!("New {n}")).collect();
    for name in &names {
        test.stripe
            .billing()
            .create_customer(name, None, "eur", Metadata::new());
    }
    let due = test.stripe.deliveries();
    let came: Vec<String> = due
        .iter()
        .map(|one| word(&body(one)["data"]["object"]["name"]))
        .collect();
    assert_eq!(came.len(), 40);
    assert_eq!(
        came.iter().collect::<BTreeSet<_>>(),
        names.iter().collect::<BTreeSet<_>>()
    );
    assert_ne!(came[..20], names[..]);
}

#[test]
fn thin_events_say_only_where_to_look() {
    let test = Test::new();
    test.stripe.listen_thin("https://pie.example/thin");
    let id = test.stripe.raise_thin();
    let due = test.stripe.deliveries();
    assert_eq!(due.len(), 1);
    let told = body(&due[0]);
    assert_eq!(
        (&told["object"], &told["id"]),
        (&json!("v2.core.event"), &json!(id))
    );
    assert!(told["data"].is_null());
    assert!(word(&told["created"]).contains(":00.000"), "{told}");
    assert!(test.ok(&format!("/v2/core/events/{id}"))["data"].is_object());
    let related = test.ok(&word(&told["related_object"]["url"]));
    assert_eq!(related["object"], "billing.meter");
    let page = test.ok("/v2/core/events?limit=1");
    let next = test.ok(&word(&page["next_page_url"]));
    assert_ne!(page["data"][0]["id"], next["data"][0]["id"]);
    assert_eq!(next["next_page_url"], Value::Null);
    let key = format!("Bearer {SECRET_KEY}");
    assert_eq!(
        test.ask("/v2/core/events", &[("authorization", &key)]).0,
        400
    );
}

#[test]
fn webhook_endpoints_are_made_once_per_idempotency_key() {
    let test = Test::new();
    let post = |key: &str, idempotency: &str, form: &str| {
        test.send(
            http::Request::post("/v1/webhook_endpoints")
                .header("authorization", format!("Bearer {key}"))
                .header("idempotency-key", idempotency)
                .body(Body::from(form.to_owned()))
                .unwrap(),
        )
    };
    let form =
        "url=https%3A%2F%2Fpie.example%2Fhook&enabled_events[]=*&api_version=2026-06-24.dahlia";
    let (status, _, made) = post(SECRET_KEY, "a", form);
    assert_eq!(status, 200);
    assert!(word(&made["secret"]).starts_with("whsec_"));
    let (_, headers, again) = post(SECRET_KEY, "a", form);
    assert_eq!(again, made);
    assert_eq!(headers["idempotent-replayed"], "true");
    let other = "url=https://other.example&enabled_events[]=*";
    let (status, _, value) = post(SECRET_KEY, "a", other);
    assert_eq!(
        (status.as_u16(), &value["error"]["type"]),
        (400, &json!("idempotency_error"))
    );
    assert_eq!(post(RESTRICTED_KEY, "b", form).0, 403);
    assert_eq!(
        post(SECRET_KEY, "c", "url=nowhere&enabled_events[]=*").0,
        400
    );
    let listed = test.ok("/v1/webhook_endpoints");
    assert_eq!(ids(listed["data"].as_array().unwrap()), [word(&made["id"])]);
    assert!(listed["data"][0].get("secret").is_none());
}

#[test]
fn the_same_world_gives_the_same_books() {
    let one = Test::new();
    let two = Test::new();
    for path in ["/v1/customers", "/v1/events", "/v1/disputes", "/v1/refunds"] {
        let rows = one.all(path);
        assert!(!rows.is_empty(), "{path}");
        assert_eq!(rows, two.all(path));
    }
    let oldest = one
        .stripe
        .now()
        .checked_sub((30 * 24).hours())
        .unwrap()
        .as_second();
    assert!(
        one.all("/v1/events")
            .iter()
            .all(|row| row["created"].as_i64().unwrap() >= oldest)
    );
}

#[test]
fn discounts_come_off_the_invoice() {
    let test = Test::new();
    let id = test.some_subscription(Status::Active);
    let mut billing = test.stripe.billing();
    billing.discount(&id, Decimal::from(50)).unwrap();
    let invoice = billing.renew(&id).unwrap();
    let invoice = &billing.invoices[&invoice];
    assert!(invoice.total * 2 <= invoice.subtotal + 1, "{invoice:?}");
}

#[test]
fn life_goes_on_and_always_leaves_an_event() {
    let test = Test::new();
    let mut seen = BTreeSet::new();
    for step in 0..60 {
        let events = test.events_of(|billing| drop(billing.live_on(step).unwrap()));
        assert!(!events.is_empty(), "{step}");
        seen.extend(events);
        test.wait(SignedDuration::from_mins(10));
    }
    for kind in [
        "invoice.paid",
        "invoice.payment_failed",
        "customer.subscription.updated",
    ] {
        assert!(seen.contains(kind), "{kind}");
    }
}

#[test]
fn many_customers_can_be_had() {
    let now = Timestamp::from_second(1_790_000_000).unwrap();
    let billing = Billing::scaled(500, Arc::new(move || now));
    assert_eq!(billing.customers.len(), 500);
    let active = |billing: &Billing| {
        let all = billing.subscriptions.values();
        all.filter(|one| one.status == Status::Active).count()
    };
    assert_eq!(active(&billing), 500);
    assert_eq!(billing.invoices.len(), 500);
}
