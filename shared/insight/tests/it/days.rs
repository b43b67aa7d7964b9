//! The insights, on small books and as laws.

use std::collections::BTreeMap;

use insight::insights::{
    self, AttentionReason, Desk, Digest, Flow, Listed, Step, attention, cashflow, changes,
    compliance, funnel, inactive, orders_received, overdue, owner_kpis, restage, stuck, today,
};
use insight::query::{Filter, Query, Totals};
use insight::sight::restricted;
use insight::{DealTable, Settings, Sight};
use model::{
    Activity, ActivityId, ActivityKind, Book, Change, DealId, Entity, Invoice, InvoiceId,
    InvoiceStatus, OwnFields, Payment, PaymentId, PaymentKind, Subscription, SubscriptionId,
    SubscriptionStatus, TenantId, Viewer,
};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::support::{
    STAGES, Seed, at, bare, book, company, date, deal_id, now, person, pipeline, seed,
};

/// Everything a desk is made of.
struct Office {
    book: Book,
    table: DealTable,
    digest: Digest,
    settings: Settings,
    viewer: Viewer,
}

impl Office {
    fn of(book: Book, settings: &str) -> Self {
        let settings: Settings = serde_json::from_str(settings).unwrap();
        assert_eq!(settings.validate(), Ok(()));
        let table = DealTable::build(&book, settings.reporting());
        Self {
            digest: Digest::of(&book, &table),
            table,
            settings,
            viewer: Viewer::all(),
            book,
        }
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            book: &self.book,
            table: &self.table,
            digest: &self.digest,
            settings: &self.settings,
            viewer: &self.viewer,
            as_of: now(),
        }
    }
}

/// The deals of a list with the codes of their reasons.
fn told(listed: &Listed) -> Vec<(DealId, Vec<&'static str>)> {
    let codes = |row: &insights::DealRow| row.reasons.iter().map(|it| it.code).collect();
    listed
        .deals
        .iter()
        .map(|row| (row.id, codes(row)))
        .collect()
}

fn numbers(listed: &Listed, of: &[u16]) -> Vec<u16> {
    let number = |id: DealId| of.iter().copied().find(|n| deal_id(*n) == id).unwrap();
    listed.deals.iter().map(|row| number(row.id)).collect()
}

fn activity(n: u16, kind: ActivityKind, days_ago: f64) -> Change {
    let id = ActivityId::derive(
        &TenantId::local(),
        "crm",
        &format!("{n} {kind:?} {days_ago}"),
    );
    Change::Put(Entity::Activity(Box::new(Activity {
        deal: Some(deal_id(n)),
        ..Activity::new(id, kind, at(days_ago))
    })))
}

/// Deals that each have one thing to say.
fn small() -> Book {
    let mut book = book(&[
        // Overdue by three days, worth a lot and long in its stage.
        Seed {
            n: 1,
            owner: Some(0),
            company: Some(0),
            path: vec![(0, 200), (1, 150)],
            amount: Some((9_000_000, 0)),
            closes_in: Some(-3),
            probability: Some(50),
            ..bare()
        },
        // Won lately.
        Seed {
            n: 2,
            owner: Some(0),
            company: Some(1),
            path: vec![(0, 60), (1, 50), (3, 10)],
            amount: Some((2_000_000, 0)),
            closes_in: Some(-10),
            ..bare()
        },
        // Moved yesterday.
        Seed {
            n: 3,
            owner: Some(1),
            company: Some(2),
            path: vec![(0, 30), (2, 1)],
            amount: Some((500_000, 0)),
            closes_in: Some(30),
            probability: Some(20),
            ..bare()
        },
        // A next step is due, and nobody ever called.
        Seed {
            n: 4,
            owner: Some(1),
            company: Some(2),
            path: vec![(0, 5)],
            amount: Some((100_000, 0)),
            closes_in: Some(60),
            ..bare()
        },
        // Nothing but a stage.
        Seed {
            n: 5,
            path: vec![(0, 40)],
            ..bare()
        },
        // Lost.
        Seed {
            n: 6,
            owner: Some(1),
            path: vec![(0, 90), (4, 20)],
            amount: Some((300_000, 0)),
            ..bare()
        },
    ]);
    let own = OwnFields {
        next_step: Some("Send the contract".into()),
        next_step_due: Some(date("2026-09-28")),
        ..OwnFields::default()
    };
    book.apply([
        Change::Put(Entity::Own(deal_id(4), own)),
        activity(1, ActivityKind::Call, 100.0),
        activity(1, ActivityKind::Internal, 1.0),
        activity(3, ActivityKind::Email, 0.5),
        activity(3, ActivityKind::Meeting, 0.2),
    ]);
    book
}

#[test]
fn today_begins_with_what_is_most_urgent() {
    let office = Office::of(small(), r#"{"high_value": "50000"}"#);
    let listed = today(&office.desk(), 10);
    assert_eq!(numbers(&listed, &[1, 2, 3, 4, 5, 6]), [3, 4, 1]);
    let told = told(&listed);
    assert_eq!(told[0].1, ["meeting_today", "new_email", "moved"]);
    assert_eq!(told[1].1, ["next_step_due"]);
    assert_eq!(told[2].1, ["past_close_date", "stuck_high_value"]);
    let text = |deal: usize, reason: usize| listed.deals[deal].reasons[reason].text.as_str();
    assert_eq!(text(0, 0), "a meeting today at 12:12 UTC");
    assert_eq!(text(0, 2), "moved from Lead to Proposal on 2026-09-29");
    assert_eq!(text(1, 0), "Send the contract: was due on 2026-09-28");
    assert_eq!(
        text(2, 0),
        "was expected to close on 2026-09-27, 3 days ago"
    );
    assert_eq!(listed.reasons["past_close_date"], 1);
    assert_eq!(today(&office.desk(), 1).count, 3);
}

#[test]
fn each_list_follows_its_rule_and_its_settings() {
    let check = |settings: &str, list: fn(&Desk<'_>, usize) -> Listed, expected: &[u16]| {
        let office = Office::of(small(), settings);
        let listed = list(&office.desk(), 10);
        assert_eq!(
            numbers(&listed, &[1, 2, 3, 4, 5, 6]),
            expected,
            "{settings}"
        );
        assert_eq!((listed.count, listed.of), (expected.len() as u64, 4));
    };
    check("{}", overdue, &[1]);
    check(r#"{"overdue_grace_days": 3}"#, overdue, &[]);
    check("{}", stuck, &[1]);
    check(
        r#"{"stuck": {"days_without_evidence": 30}}"#,
        stuck,
        &[1, 5],
    );
    check(
        r#"{"stages": {"Demo": {"stuck_days": 200}, "Lead": {"stuck_days": 3}}}"#,
        stuck,
        &[4, 5],
    );
    // One won stay of ten days in Lead and forty in Demo: three times as long is stuck.
    check(
        r#"{"stuck": {"evidence": 1, "least_days": 0}}"#,
        stuck,
        &[1, 5],
    );
    // A deal created lately is not inactive for want of a first contact.
    check("{}", inactive, &[1, 4, 5]);
    check(
        r#"{"stages": {"Lead": {"inactive_days": 365}}}"#,
        inactive,
        &[1],
    );

    let office = Office::of(
        book(&[Seed {
            n: 1,
            path: vec![(0, 90)],
            ..bare()
        }]),
        "{}",
    );
    let listed = inactive(&office.desk(), 10);
    assert_eq!(listed.count, 0);
    assert_eq!(
        listed.note.unwrap(),
        "no deal has an activity, so nothing tells"
    );
}

#[test]
fn attention_names_every_reason_and_filters_by_one() {
    let office = Office::of(small(), "{}");
    let listed = attention(&office.desk(), None, 10);
    let told: BTreeMap<DealId, Vec<&str>> = told(&listed).into_iter().collect();
    assert_eq!(
        told[&deal_id(1)],
        ["past_close_date", "stuck", "inactive", "no_next_step"]
    );
    assert_eq!(told[&deal_id(4)], ["inactive"]);
    assert_eq!(
        told[&deal_id(5)],
        [
            "inactive",
            "no_next_step",
            "missing_owner",
            "missing_amount",
            "missing_close_date",
            "missing_company"
        ]
    );
    assert_eq!(listed.deals[0].id, deal_id(5));
    let one = attention(&office.desk(), Some(AttentionReason::Stuck), 10);
    assert_eq!((one.count, &one.reasons), (1, &listed.reasons));
    for reason in AttentionReason::ALL {
        assert_eq!(reason.as_str().parse(), Ok(reason));
    }
    assert_eq!(
        "late".parse::<AttentionReason>().unwrap_err().field,
        "reason"
    );
}

fn invoice(n: u16, of: u16, amount: &str, status: InvoiceStatus, issued: f64, due: &str) -> Change {
    let id = InvoiceId::derive(&TenantId::local(), "billing", &n.to_string());
    Change::Put(Entity::Invoice(Box::new(Invoice {
        company: Some(company(of)),
        number: Some(format!("R-{n}")),
        total: amount.parse().ok(),
        issued_at: Some(at(issued)),
        due: Some(date(due)),
        ..Invoice::new(id, status)
    })))
}

fn payment(n: u16, of: u16, amount: &str, kind: PaymentKind, ago: f64) -> Change {
    let id = PaymentId::derive(&TenantId::local(), "billing", &n.to_string());
    Change::Put(Entity::Payment(Box::new(Payment {
        company: Some(company(of)),
        amount: amount.parse().ok(),
        at: Some(at(ago)),
        ..Payment::new(id, kind)
    })))
}

#[test]
fn an_order_has_an_amount_a_company_and_a_paid_bill() {
    let won = |n, company, amount, ago: u16| Seed {
        n,
        owner: Some(0),
        company,
        path: vec![(0, 90), (3, ago)],
        amount,
        ..bare()
    };
    let seeds = [
        won(1, Some(0), Some((1_000_000, 0)), 10),
        won(2, Some(1), Some((2_000_000, 0)), 60),
        won(3, None, None, 20),
        won(4, Some(2), Some((3_000_000, 0)), 40),
        won(5, Some(2), Some((3_000_000, 0)), 85),
    ];
    let check = |billing: Vec<Change>, settings: &str, expected: &[(u16, &[&str])]| {
        let mut book = book(&seeds);
        book.apply(billing);
        let office = Office::of(book, settings);
        let orders = orders_received(&office.desk(), date("2026-07-15"), date("2026-09-30"), 10);
        let lacking: BTreeMap<DealId, Vec<&str>> = told(&orders.won)
            .into_iter()
            .filter(|(_, reasons)| !reasons.is_empty())
            .collect();
        let expected = expected
            .iter()
            .map(|(n, reasons)| (deal_id(*n), reasons.to_vec()));
        assert_eq!(lacking, expected.collect());
        assert_eq!(orders.won.count, 4);
        assert_eq!(orders.complete, 4 - lacking.len() as u64);
    };
    let bare_deal: &[&str] = &["missing_amount", "missing_company"];
    check(vec![], "{}", &[(3, bare_deal)]);
    check(
        vec![],
        r#"{"orders": {"amount": false, "company": false}}"#,
        &[],
    );
    let billing = || {
        vec![
            invoice(1, 0, "10000 EUR", InvoiceStatus::Paid, 9.0, "2026-10-20"),
            invoice(2, 2, "30000 EUR", InvoiceStatus::Open, 38.0, "2026-09-22"),
            payment(1, 0, "10000 EUR", PaymentKind::Charge, 5.0),
        ]
    };
    check(
        billing(),
        "{}",
        &[
            (2, &["missing_invoice"]),
            (3, bare_deal),
            (4, &["unpaid_invoice"]),
        ],
    );
    check(
        billing(),
        r#"{"orders": {"payment": false, "invoice_within_days": 90}}"#,
        &[(3, bare_deal)],
    );
}

#[test]
fn compliance_counts_who_keeps_each_rule() {
    let rules = r#"{"compliance": [
        {"id": "owner", "check": {"kind": "required_fields", "fields": ["owner", "company"]}},
        {"id": "amount", "name": "Priced", "check": {"kind": "required_fields", "fields": ["amount"], "from_stage": "demo"}},
        {"id": "close", "check": {"kind": "close_date_not_past"}},
        {"id": "next", "check": {"kind": "next_step", "from_stage": "proposal"}},
        {"id": "days", "check": {"kind": "max_days_in_stage", "days": 100, "stage": "demo"}},
        {"id": "contact", "check": {"kind": "max_days_without_activity", "days": 50}}
    ]}"#;
    let office = Office::of(small(), rules);
    let result = compliance(&office.desk(), 10);
    let told: Vec<(&str, u64, u64, u64)> = result
        .rules
        .iter()
        .map(|rule| (rule.id.as_str(), rule.of, rule.passed, rule.failed))
        .collect();
    assert_eq!(
        told,
        [
            ("owner", 4, 3, 1),
            ("amount", 2, 2, 0),
            ("close", 3, 2, 1),
            ("next", 1, 0, 1),
            ("days", 1, 0, 1),
            ("contact", 4, 1, 3),
        ]
    );
    assert_eq!(result.rules[1].name, "Priced");
    assert_eq!(result.rules[0].asks, "owner, company filled in");
    assert_eq!(result.rules[0].deals[0].reasons[0].text, "no owner");
    assert_eq!((result.of, result.compliant), (4, 0));
}

#[test]
fn cash_comes_when_the_terms_say() {
    let terms = r#"{"cash": {"instalments": [
        {"percent": "33.33", "after_days": 0},
        {"percent": "66.67", "after_days": 31}
    ]}}"#;
    let seeds = [
        // 100.01 at one half, from the twentieth of October on.
        Seed {
            n: 1,
            company: Some(0),
            path: vec![(0, 9)],
            amount: Some((10_001, 0)),
            closes_in: Some(20),
            probability: Some(50),
            ..bare()
        },
        Seed {
            n: 2,
            path: vec![(0, 9)],
            amount: Some((10_000, 0)),
            closes_in: Some(-1),
            probability: Some(50),
            ..bare()
        },
        Seed {
            n: 3,
            path: vec![(0, 9)],
            amount: Some((10_000, 0)),
            closes_in: Some(1),
            ..bare()
        },
        Seed {
            n: 4,
            path: vec![(0, 9)],
            amount: Some((10_000, 0)),
            probability: Some(50),
            ..bare()
        },
        Seed {
            n: 5,
            path: vec![(0, 9)],
            ..bare()
        },
        // Won on the twentieth of September: its second part is to come.
        Seed {
            n: 6,
            company: Some(1),
            path: vec![(0, 90), (3, 10)],
            amount: Some((30_000, 0)),
            ..bare()
        },
        // Won as well, and billed.
        Seed {
            n: 7,
            company: Some(2),
            path: vec![(0, 90), (3, 10)],
            amount: Some((50_000, 0)),
            ..bare()
        },
    ];
    let mut book = book(&seeds);
    let id = SubscriptionId::derive(&TenantId::local(), "billing", "1");
    book.apply([
        invoice(1, 2, "500 EUR", InvoiceStatus::Open, 9.0, "2026-10-09"),
        invoice(2, 2, "70 EUR", InvoiceStatus::Open, 90.0, "2026-07-01"),
        invoice(3, 2, "70 JPY", InvoiceStatus::Open, 90.0, "2026-07-01"),
        payment(1, 2, "1000 EUR", PaymentKind::Charge, 40.0),
        payment(2, 2, "200 EUR", PaymentKind::Refund, 2.0),
        payment(3, 2, "900 EUR", PaymentKind::Failed, 2.0),
        Change::Put(Entity::Subscription(Box::new(Subscription {
            company: Some(company(0)),
            mrr: "15 EUR".parse().ok(),
            current_period: model::Period::new(date("2026-09-11"), date("2026-10-11")).ok(),
            ..Subscription::new(id, SubscriptionStatus::Active)
        }))),
    ]);
    let office = Office::of(book, terms);
    let flow = cashflow(&office.desk(), Step::Month, 1, 3, None);
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let row = |label: &str| {
        let period = flow.periods.iter().find(|it| it.label == label).unwrap();
        let it = period.expected;
        [
            period.actual,
            it.pipeline,
            it.won,
            it.invoices,
            it.overdue,
            it.subscriptions,
            it.total,
        ]
    };
    let check = |label: &str, expected: [&str; 7]| {
        assert_eq!(row(label), expected.map(number), "{label}");
    };
    check("2026 Aug", ["1000", "0", "0", "0", "0", "0", "0"]);
    check("2026 Sep", ["-200", "0", "0", "70", "70", "0", "70"]);
    // Both parts of 50.00 (a half of 100.01 to the cent, even) are there to the cent.
    check(
        "2026 Oct",
        ["0", "16.66", "200.01", "500", "0", "15", "731.67"],
    );
    check("2026 Nov", ["0", "33.34", "0", "0", "0", "15", "48.34"]);
    let out = flow.left_out;
    assert_eq!(
        (
            out.past_close_date,
            out.without_chance,
            out.without_close_date,
            out.without_amount,
            out.billing
        ),
        (1, 1, 1, 1, 1)
    );
    let quarters = cashflow(&office.desk(), Step::Quarter, 0, 2, None);
    assert_eq!(quarters.periods[1].label, "2026 Q4");
    assert_eq!(quarters.periods[1].expected.pipeline, number("50.00"));
    let weeks = cashflow(&office.desk(), Step::Week, 0, 3, None);
    assert_eq!(
        weeks
            .periods
            .iter()
            .map(|it| it.label.as_str())
            .collect::<Vec<_>>(),
        ["2026 W40", "2026 W41", "2026 W42"]
    );
}

#[test]
fn a_funnel_counts_who_moved_on() {
    let path = |n, path: &[(usize, u16)]| Seed {
        n,
        path: path.to_vec(),
        ..bare()
    };
    let book = book(&[
        path(1, &[(0, 50), (1, 40), (3, 10)]),
        path(2, &[(0, 50), (1, 40), (4, 10)]),
        path(3, &[(0, 50), (2, 40), (0, 30), (4, 10)]),
        path(4, &[(0, 50)]),
        path(5, &[(1, 50), (0, 20)]),
    ]);
    let funnel = funnel(&book);
    let told: Vec<(&str, u64, u64, u64, u64)> = funnel.pipelines[0]
        .stages
        .iter()
        .map(|it| {
            (
                it.stage.as_str(),
                it.entered,
                it.moved_on,
                it.lost,
                it.waiting,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("Lead", 5, 3, 0, 2),
            ("Demo", 3, 1, 1, 1),
            ("Proposal", 1, 0, 1, 0)
        ]
    );
    let rate = funnel.pipelines[0].stages[1].conversion.unwrap();
    assert_eq!((rate.hits, rate.n), (1, 2));
    assert!(rate.low < 0.1 && rate.high > 0.9);
}

#[test]
fn key_figures_are_each_seller_s_own() {
    let mut office = Office::of(
        small(),
        &format!(r#"{{"quotas": {{"{}": "40000"}}}}"#, person(0)),
    );
    let kpis = owner_kpis(&office.desk(), None).unwrap();
    let of = |kpis: &insights::OwnersKpis, n: u16| {
        let id = person(n).to_string();
        kpis.owners
            .iter()
            .find(|it| it.owner.as_ref().is_some_and(|it| it.id == id))
            .cloned()
            .unwrap()
    };
    let ana = of(&kpis, 0);
    assert_eq!(
        (
            ana.open,
            ana.won,
            ana.lost,
            ana.overdue,
            ana.stuck,
            ana.inactive
        ),
        (1, 1, 0, 1, 1, 1)
    );
    assert_eq!(ana.weighted.unwrap().value.to_string(), "45000");
    assert_eq!(ana.average_deal.unwrap().value.to_string(), "20000.00");
    let quota = ana.quota.unwrap();
    assert_eq!((quota.start, quota.attained), (date("2026-07-01"), 0.5));
    let ben = of(&kpis, 1);
    assert_eq!(
        (ben.open, ben.won, ben.lost, ben.activities_30_days),
        (2, 0, 1, 2)
    );
    assert_eq!(ben.win_rate.unwrap().n, 1);
    assert_eq!((kpis.total.open, kpis.owners.len()), (4, 3));
    assert_eq!(
        owner_kpis(&office.desk(), Some(date("2026-10-01")))
            .unwrap_err()
            .field,
        "since"
    );

    office.viewer = Viewer::of([person(1)]);
    let kpis = owner_kpis(&office.desk(), None).unwrap();
    assert_eq!((kpis.total.open, kpis.owners.len()), (2, 1));
    assert_eq!(of(&kpis, 1), ben);
}

#[test]
fn what_changed_is_told_part_by_part() {
    let office = Office::of(small(), "{}");
    let earlier = [(deal_id(1), Decimal::from(100_000))].into();
    let result = changes(
        &office.desk(),
        at(102.5),
        at(0.0),
        &earlier,
        &BTreeMap::new(),
        5,
    )
    .unwrap();
    let told: Vec<(&str, u64, String)> = result
        .waterfall
        .iter()
        .map(|part| {
            (
                part.kind,
                part.count,
                part.amount.unwrap().value.normalize().to_string(),
            )
        })
        .collect();
    let expected = [
        ("start", 5, "109000"),
        ("opened", 1, "20000"),
        ("reopened", 0, "0"),
        ("increased", 0, "0"),
        ("decreased", 1, "-10000"),
        ("won", 1, "-20000"),
        ("lost", 1, "-3000"),
        ("end", 4, "96000"),
    ];
    assert_eq!(
        told,
        expected.map(|(kind, count, sum)| (kind, count, sum.to_owned()))
    );
    assert_eq!(
        result.waterfall[4].deals[0].reasons[0].text,
        "from 100000 to 90000.00"
    );
    // What stands open at an end is listed too, and gives no reason for being there.
    let ends = [&result.waterfall[0], &result.waterfall[7]];
    assert_eq!(ends.map(|part| part.deals.len()), [5, 4]);
    assert!(
        ends.iter()
            .flat_map(|part| &part.deals)
            .all(|deal| deal.reasons.is_empty())
    );
    let error = changes(&office.desk(), at(0.0), at(1.0), &earlier, &earlier, 5).unwrap_err();
    assert_eq!(error.field, "from");
}

/// Figures over all deals seen.
fn totals(office: &Office) -> Totals {
    let query = Query {
        viewer: &office.viewer,
        filter: &Filter::default(),
        sort: &"-amount".parse().unwrap(),
        after: None,
        limit: 1,
        facets: &[],
        as_of: now(),
    };
    office.table.list(&query).unwrap().totals
}

/// Everything that is told of deals, as text.
fn everything(desk: &Desk<'_>) -> Vec<String> {
    let none = BTreeMap::new();
    let json = |value: serde_json::Result<String>| value.unwrap();
    vec![
        json(serde_json::to_string(&today(desk, 100))),
        json(serde_json::to_string(&overdue(desk, 100))),
        json(serde_json::to_string(&stuck(desk, 100))),
        json(serde_json::to_string(&inactive(desk, 100))),
        json(serde_json::to_string(&attention(desk, None, 100))),
        json(serde_json::to_string(&orders_received(
            desk,
            date("2026-07-01"),
            date("2026-09-30"),
            100,
        ))),
        json(serde_json::to_string(&compliance(desk, 100))),
        json(serde_json::to_string(&cashflow(
            desk,
            Step::Week,
            2,
            20,
            None,
        ))),
        json(serde_json::to_string(
            &changes(desk, at(40.0), at(0.0), &none, &none, 100).unwrap(),
        )),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_not_seen_changes_nothing_that_is_told(
        seeds in prop::collection::vec(seed(), 0..40),
        people in prop::collection::btree_set((0_u16..5).prop_map(person), 0..4),
    ) {
        let mut book = book(&seeds);
        book.apply((0..3).flat_map(|n| [
            invoice(n, n, "500 EUR", InvoiceStatus::Open, 20.0, "2026-09-12"),
            invoice(n + 10, n, "40 EUR", InvoiceStatus::Open, 2.0, "2026-10-30"),
            payment(n, n, "12 EUR", PaymentKind::Charge, 3.0),
        ]));
        let viewer = Viewer::of(people);
        let mut seen = restricted(&book, &Sight::of(&book, &viewer));
        // Who is among the people is no secret of a deal.
        seen.people.clone_from(&book.people);
        let euros = r#"{"reporting_currency": "EUR"}"#;
        let mut whole = Office::of(book, euros);
        whole.viewer = viewer;
        // How long stays are is the tenant's and told alike to everybody, so none is told here.
        let part = Office::of(seen, euros);
        let settings: Settings = serde_json::from_str(
            r#"{"reporting_currency": "EUR", "stuck": {"evidence": 1000}}"#,
        ).unwrap();
        whole.settings = settings.clone();
        let part = Office { settings, ..part };
        for (whole, part) in everything(&whole.desk()).iter().zip(everything(&part.desk())) {
            prop_assert!(*whole == part, "{whole}\n{part}");
        }
    }

    #[test]
    fn what_a_preview_says_of_stages_is_what_saving_them_brings(
        seeds in prop::collection::vec(seed(), 0..40),
        stage in 0_usize..5,
        meaning in prop::option::of(0_usize..5),
        viewer in prop::option::of(0_u16..4),
    ) {
        let mut office = Office::of(book(&seeds), r#"{"reporting_currency": "EUR"}"#);
        office.viewer = viewer.map_or_else(Viewer::all, |n| Viewer::of([person(n)]));
        let mut changed = pipeline();
        changed.stages[stage].canonical = meaning.map(|it| STAGES[it].1);
        let preview = restage(&office.desk(), &changed);
        let mut after = office.book.clone();
        after.pipelines = vec![changed.clone()];
        let saved = Office {
            viewer: office.viewer.clone(),
            ..Office::of(after, r#"{"reporting_currency": "EUR"}"#)
        };
        for (standing, office) in [(&preview.before, &office), (&preview.after, &saved)] {
            let totals = totals(office);
            prop_assert_eq!(
                (standing.deals.open, standing.deals.won, standing.deals.lost),
                (totals.open, totals.won, totals.lost)
            );
            let amounts = [standing.open_amount, standing.won_amount, standing.lost_amount];
            let sum: Decimal = amounts.iter().map(|it| it.unwrap().value).sum();
            prop_assert_eq!(sum, totals.reported.unwrap().value);
        }
        let is_same = meaning.map(|it| STAGES[it].1) == pipeline().stages[stage].canonical;
        prop_assert_eq!(preview.stages.is_empty(), is_same);
        let moved: u64 = preview.moves.iter().map(|it| it.count).sum();
        prop_assert_eq!(moved, preview.stages.iter().map(|it| it.deals).sum::<u64>());
        if is_same {
            prop_assert_eq!(preview.before, preview.after);
        }
    }

    #[test]
    fn the_parts_of_the_waterfall_add_up(
        seeds in prop::collection::vec(seed(), 0..40),
        from in 1_u16..120,
        days in 1_u16..120,
        earlier in prop::collection::btree_map((0_u16..60).prop_map(deal_id), 0_i64..1_000_000, 0..20),
        later in prop::collection::btree_map((0_u16..60).prop_map(deal_id), 0_i64..1_000_000, 0..20),
    ) {
        let office = Office::of(book(&seeds), r#"{"reporting_currency": "EUR"}"#);
        let cents = |all: BTreeMap<DealId, i64>| -> BTreeMap<DealId, Decimal> {
            all.into_iter().map(|(id, cents)| (id, Decimal::new(cents, 2))).collect()
        };
        let (before, after) = (at(f64::from(from)), at(f64::from(from) - f64::from(days)));
        let result =
            changes(&office.desk(), before, after, &cents(earlier), &cents(later), 3).unwrap();
        let sums: Vec<Decimal> =
            result.waterfall.iter().map(|part| part.amount.unwrap().value).collect();
        let counts: Vec<i64> = result.waterfall.iter().map(|part| part.count as i64).collect();
        prop_assert_eq!(sums[..7].iter().sum::<Decimal>(), sums[7]);
        prop_assert_eq!(counts[0] + counts[1] + counts[2] - counts[5] - counts[6], counts[7]);
        // The flows are the same deals, told by where they were and are.
        let of = |is: &dyn Fn(&Flow) -> bool| {
            let mut sum = (0, Decimal::ZERO, Decimal::ZERO);
            for flow in result.flows.iter().filter(|flow| is(flow)) {
                sum.0 += flow.count as i64;
                sum.1 += flow.amount.unwrap().value;
                sum.2 += flow.changed.unwrap().value;
            }
            sum
        };
        let from = |kind: &'static str| of(&move |flow: &Flow| flow.from.kind == kind);
        let to = |kind: &'static str| of(&move |flow: &Flow| flow.to.kind == kind);
        let (start, end) = (from("open"), to("open"));
        prop_assert_eq!((start.0, start.1 - start.2), (counts[0], sums[0]));
        prop_assert_eq!((end.0, end.1), (counts[7], sums[7]));
        prop_assert_eq!(start.2, sums[3] + sums[4]);
        for (kind, part, sign) in [("opened", 1, 1), ("reopened", 2, 1)] {
            let came = from(kind);
            prop_assert_eq!((came.0, came.1 * Decimal::from(sign)), (counts[part], sums[part]));
        }
        for (kind, part) in [("won", 5), ("lost", 6)] {
            let went = to(kind);
            prop_assert_eq!((went.0, -went.1), (counts[part], sums[part]));
        }
    }
}
