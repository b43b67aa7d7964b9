#![expect(clippy::unwrap_used, reason = "a test may")]

use super::CONNECTOR;
use super::map::mrr;
use crate::meaning::FREE_MAIL;
use connector::{Context, Known, Out, Record};
use model::{Entity, StageMap, TenantId, Timestamp};
use serde_json::json;

fn context<'a>(known: &'a Known, stages: &'a StageMap) -> Context<'a> {
    Context {
        tenant: TenantId::local(),
        source: "stripe",
        space: "stripe:acct_1",
        known,
        stages,
        read_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn an_address_everybody_may_have_says_nothing_of_a_company() {
    let check = |email: &str, expected: Option<&str>| {
        let (known, stages, mut out) = (Known::default(), StageMap::new(), Out::default());
        let record = Record::new(json!({"id": "cus_1", "email": email}));
        let customers = CONNECTOR.stream("customers").unwrap();
        (customers.map)(&record, &context(&known, &stages), &mut out);
        let [Entity::Company(company)] = out.entities.as_slice() else {
            unreachable!("{:?}", out.entities);
        };
        assert_eq!(company.domain.as_deref(), expected, "{email}");
    };
    check("ana@Harbor.example", Some("harbor.example"));
    check("ana@mail.harbor.example", Some("mail.harbor.example"));
    check("ana", None);
    for free in FREE_MAIL.split(' ') {
        check(&format!("ana@{free}"), None);
    }
}

#[test]
fn a_month_brings_what_each_interval_brings_in_a_month() {
    let check = |amount: &str, interval: &str, count: u32, currency: &str, expected: &str| {
        let (known, stages) = (Known::default(), StageMap::new());
        let recurring = json!({"interval": interval, "interval_count": count});
        let price = json!({"unit_amount_decimal": amount, "recurring": recurring});
        let items = [json!({"quantity": 2, "price": price}).into()];
        let month = mrr(
            &json!({"currency": currency}).into(),
            &items,
            &context(&known, &stages),
        );
        let month = month.map(|month| month.to_string()).unwrap_or_default();
        assert_eq!(
            month, expected,
            "{amount} {currency} every {count} {interval}"
        );
    };
    check("2100", "month", 1, "eur", "42.00 EUR");
    check("2100", "month", 3, "eur", "14.00 EUR");
    check("10000", "year", 1, "eur", "16.67 EUR");
    check("1500", "week", 2, "eur", "65.00 EUR");
    check("100", "day", 1, "eur", "60.83 EUR");
    check("0.5", "month", 1, "eur", "0.01 EUR");
    check("1200", "month", 1, "jpy", "2400 JPY");
    check("1200", "month", 1, "mga", "2400 MGA");
    check("12345", "month", 1, "kwd", "24.690 KWD");
    check("1200", "month", 1, "isk", "24 ISK");
    check("1200", "month", 0, "eur", "");
    check("1200", "moon", 1, "eur", "");
    check("N/A", "month", 1, "eur", "");
    check("1200", "month", 1, "€", "");
    check("79228162514264337593543950335", "day", 1, "eur", "");
}
