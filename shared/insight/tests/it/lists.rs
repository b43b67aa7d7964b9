//! The deal list against a plain reading of the book.

use std::collections::{BTreeMap, BTreeSet};

use insight::query::{Column, FACETS, Reporting, parameter};
use insight::{DealTable, Filter, Page, Query, Sort};
use model::{Book, CanonicalStage, Deal, DealId, ForecastCategory, Outcome, Viewer, visible};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::support::{
    self, STAGES, Seed, at, bare, book, company, date, deal_id, now, person, seed, tally,
};

type Given<'a> = &'a [(&'a str, &'a str, &'a str)];

fn ask(table: &DealTable, viewer: &Viewer, given: Given<'_>, sort: &str) -> Page {
    let filter = Filter::parse(given.iter().copied()).unwrap();
    let sort: Sort = sort.parse().unwrap();
    let query = Query {
        viewer,
        filter: &filter,
        sort: &sort,
        after: None,
        limit: 200,
        facets: &Column::ALL,
        as_of: now(),
    };
    table.list(&query).unwrap()
}

fn outcome(deal: &Deal) -> Option<Outcome> {
    deal.canonical_stage.and_then(CanonicalStage::outcome)
}

fn sees(book: &Book, viewer: &Viewer, deal: &Deal) -> bool {
    let opened = &book.own[&deal.id].visible_to;
    visible(viewer, deal.owner, &deal.visible_to) || visible(viewer, None, opened)
}

fn anybody() -> impl Strategy<Value = Viewer> {
    prop_oneof![
        Just(Viewer::all()),
        prop::collection::btree_set((0_u16..5).prop_map(person), 0..4).prop_map(Viewer::of),
    ]
}

fn entered(book: &Book, deal: &Deal) -> Option<f64> {
    let place = book.deal_index(&deal.id).unwrap();
    let at = *book.log.visits(place).at_us.last()?;
    Some((now().as_microsecond() - at) as f64 / support::DAY_US as f64)
}

fn contact(book: &Book, deal: &Deal) -> Option<model::Timestamp> {
    let of = book
        .activities
        .iter()
        .filter(|it| it.deal == Some(deal.id) && it.at <= now());
    of.map(|it| it.at).max()
}

/// A condition: field, operator, value.
type Condition = (&'static str, &'static str, String);

fn any_condition() -> impl Strategy<Value = Condition> {
    let fixed = prop::sample::select(vec![
        ("stage", "ne", "Demo"),
        ("canonical_stage", "in", "lead, proposal"),
        ("outcome", "eq", "open"),
        ("status", "eq", "closed"),
        ("owner", "exists", "false"),
        ("owner", "contains", "chlo"),
        ("company", "eq", "lumen"),
        ("amount", "exists", "true"),
        ("currency", "eq", "usd"),
        ("close_date", "lt", "today"),
        ("close_date", "lte", "2026-10-20"),
        ("close_month", "eq", "2026-10"),
        ("days_in_stage", "gt", "30.5"),
        ("last_activity_at", "gte", "today-7d"),
        ("created_at", "lte", "2026-06-01"),
        ("forecast_category", "in", "commit,best_case"),
        ("custom.Region", "eq", "north"),
        ("custom.Region", "ne", "North"),
        ("custom.Nothing", "exists", "false"),
        ("name", "contains", "HARBOR"),
        ("q", "eq", "harb lea"),
    ]);
    let stage = prop::sample::select(STAGES.map(|(label, _)| label).to_vec());
    prop_oneof![
        8 => fixed.prop_map(|(field, op, value)| (field, op, value.to_owned())),
        1 => stage.prop_map(|label| ("stage", "eq", label.to_lowercase())),
        1 => (0_u16..5).prop_map(|n| ("owner", "eq", person(n).to_string())),
        1 => (0_u32..12_000).prop_map(|n| ("amount", "gte", n.to_string())),
    ]
}

/// What a condition means, said a second time.
fn holds(book: &Book, deal: &Deal, (field, op, value): &Condition) -> bool {
    let euros = deal.amount.filter(|it| it.currency.as_str() == "EUR");
    let region = deal.custom_fields.get("Region").map(String::as_str);
    let stage = deal.stage.as_deref();
    match (*field, *op) {
        ("stage", "eq") => stage.is_some_and(|it| it.to_lowercase() == *value),
        ("stage", "ne") => stage != Some("Demo"),
        ("canonical_stage", _) => matches!(
            deal.canonical_stage,
            Some(CanonicalStage::Lead | CanonicalStage::Proposal)
        ),
        ("outcome", _) => outcome(deal).is_none(),
        ("status", _) => outcome(deal).is_some(),
        ("owner", "exists") => deal.owner.is_none(),
        ("owner", "eq") => deal.owner.is_some_and(|it| it.to_string() == *value),
        ("owner", "contains") => deal.owner == Some(person(2)),
        ("company", _) => deal.company == Some(company(1)),
        ("amount", "gte") => euros.is_some_and(|it| it.amount >= value.parse().unwrap()),
        ("amount", "exists") => euros.is_some(),
        ("currency", _) => deal.amount.is_some_and(|it| it.currency.as_str() == "USD"),
        ("close_date", "lt") => deal
            .expected_close
            .is_some_and(|it| it < date("2026-09-30")),
        ("close_date", "lte") => deal
            .expected_close
            .is_some_and(|it| it <= date("2026-10-20")),
        ("close_month", _) => {
            let month = |it: model::Date| (it.year(), it.month()) == (2026, 10);
            deal.expected_close.is_some_and(month)
        }
        ("days_in_stage", _) => entered(book, deal).is_some_and(|it| it > 30.5),
        ("last_activity_at", _) => {
            contact(book, deal).is_some_and(|it| it >= "2026-09-23T00:00:00Z".parse().unwrap())
        }
        ("created_at", _) => deal
            .created_at
            .is_some_and(|it| it < "2026-06-02T00:00:00Z".parse().unwrap()),
        ("forecast_category", _) => matches!(
            book.own[&deal.id].forecast_category,
            Some(ForecastCategory::Commit | ForecastCategory::BestCase)
        ),
        ("custom.Region", "eq") => region == Some("North"),
        ("custom.Region", "ne") => region != Some("North"),
        ("custom.Nothing", _) => true,
        ("name", _) => deal
            .name
            .as_ref()
            .is_some_and(|it| it.to_lowercase().contains("harbor")),
        ("q", _) => {
            let company = book.companies.iter().find(|it| Some(it.id) == deal.company);
            let words = [
                deal.name.as_deref(),
                company.and_then(|it| it.name.as_deref()),
                stage,
            ];
            let text = words
                .map(Option::unwrap_or_default)
                .join(" ")
                .to_lowercase();
            text.contains("harb") && text.contains("lea")
        }
        other => panic!("{other:?}"),
    }
}

const SORTS: [&str; 14] = [
    "",
    "name",
    "-name",
    "-amount",
    "amount,name",
    "close_date",
    "-close_date,-amount",
    "owner,-days_in_stage",
    "-owner",
    "stage,name",
    "company,owner,stage,name",
    "-weighted",
    "-last_activity_at",
    "forecast_category,created_at",
];

/// The conditions but those on the column itself.
fn others(conditions: &[Condition], column: Column) -> Vec<&Condition> {
    let other = |(field, ..): &&Condition| {
        let own: &[&str] = match column {
            Column::Outcome => &["outcome", "status"],
            Column::CloseMonth => &["close_date", "close_month"],
            column => &[column.as_str()],
        };
        !own.contains(field)
    };
    conditions.iter().filter(other).collect()
}

fn value_of(book: &Book, deal: &Deal, column: Column) -> Option<String> {
    match column {
        Column::Stage => deal.stage.clone(),
        Column::CanonicalStage => deal.canonical_stage.map(|it| it.to_string()),
        Column::Pipeline => deal.pipeline.map(|it| it.to_string()),
        Column::Owner => deal.owner.map(|it| it.to_string()),
        Column::Company => deal.company.map(|it| it.to_string()),
        Column::Outcome => Some(outcome(deal).map_or("open".into(), |it| it.to_string())),
        Column::Currency => deal.amount.map(|it| it.currency.to_string()),
        Column::ForecastCategory => {
            let category = book.own[&deal.id].forecast_category?;
            Some(
                serde_json::to_value(category)
                    .unwrap()
                    .as_str()
                    .unwrap()
                    .to_owned(),
            )
        }
        Column::CloseMonth => deal
            .expected_close
            .map(|it| it.strftime("%Y-%m").to_string()),
    }
}

fn euros() -> Reporting {
    Reporting {
        currency: "EUR".parse().ok(),
        rates: None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn totals_and_facets_agree_with_a_plain_count_of_what_is_seen(
        seeds in prop::collection::vec(seed(), 0..40),
        conditions in prop::collection::vec(any_condition(), 0..4),
        viewer in anybody(),
    ) {
        let book = book(&seeds);
        let table = DealTable::build(&book, euros());
        let given: Vec<(&str, &str, &str)> =
            conditions.iter().map(|(field, op, value)| (*field, *op, value.as_str())).collect();
        let page = ask(&table, &viewer, &given, "");
        let meets = |deal: &Deal, conditions: &[&Condition]| {
            sees(&book, &viewer, deal) && conditions.iter().all(|it| holds(&book, deal, it))
        };
        let all: Vec<&Condition> = conditions.iter().collect();
        let expected: Vec<&Deal> = book.deals.iter().filter(|deal| meets(deal, &all)).collect();

        let found: BTreeSet<DealId> = page.deals.iter().map(|place| book.deals[*place].id).collect();
        prop_assert_eq!(&found, &expected.iter().map(|deal| deal.id).collect::<BTreeSet<_>>());
        let totals = &page.totals;
        prop_assert_eq!(totals.count, expected.len() as u64);
        let of = |wanted| expected.iter().filter(|deal| outcome(deal) == wanted).count() as u64;
        prop_assert_eq!(
            (totals.open, totals.won, totals.lost),
            (of(None), of(Some(Outcome::Won)), of(Some(Outcome::Lost)))
        );
        let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
        for money in expected.iter().filter_map(|deal| deal.amount) {
            *sums.entry(money.currency.to_string()).or_default() += money.amount;
        }
        let told = totals.amounts.iter().map(|it| (it.currency.to_string(), it.value));
        prop_assert_eq!(told.collect::<BTreeMap<_, _>>(), sums.clone());
        prop_assert_eq!(totals.reported.unwrap().value, sums.get("EUR").copied().unwrap_or_default());
        let foreign = expected.iter().filter_map(|deal| deal.amount);
        prop_assert_eq!(totals.left_out, foreign.filter(|it| it.currency.as_str() != "EUR").count() as u64);

        for (column, facet) in Column::ALL.into_iter().zip(&page.facets) {
            let others = others(&conditions, column);
            let counted = book.deals.iter().filter(|deal| meets(deal, &others));
            let mut expected = tally(counted.map(|deal| value_of(&book, deal, column)));
            prop_assert_eq!(facet.without, expected.remove(&None).unwrap_or(0));
            let told = facet.values.iter().map(|it| (Some(it.value.clone()), it.count));
            prop_assert_eq!(told.collect::<BTreeMap<_, _>>(), expected, "{}", column.as_str());
        }
    }

    #[test]
    fn paging_shows_each_deal_once_and_in_order_while_the_book_changes(
        seeds in prop::collection::vec(seed(), 0..40),
        others in prop::collection::vec(seed(), 0..6),
        sort in prop::sample::select(SORTS.to_vec()),
        viewer in anybody(),
        limit in 1_usize..6,
    ) {
        let mut book = book(&seeds);
        let mut table = DealTable::build(&book, euros());
        let before = ask(&table, &viewer, &[], sort);
        let whole: Vec<DealId> = before.deals.iter().map(|it| book.deals[*it].id).collect();
        let sorted: Sort = sort.parse().unwrap();
        let mut shown: Vec<DealId> = Vec::new();
        let mut after = None;
        let mut others = others.into_iter();
        let changing: BTreeSet<DealId> = others.as_slice().iter().map(|it| deal_id(it.n)).collect();
        loop {
            let query = Query {
                viewer: &viewer,
                filter: &Filter::default(),
                sort: &sorted,
                after: after.as_ref(),
                limit,
                facets: &[],
                as_of: now(),
            };
            let page = table.list(&query).unwrap();
            shown.extend(page.deals.iter().map(|it| book.deals[*it].id));
            // A cursor survives being written down.
            after = match page.next {
                Some(next) => {
                    let text = serde_json::to_string(&next).unwrap();
                    let read = serde_json::from_str(&text).unwrap();
                    prop_assert_eq!(&next, &read);
                    Some(read)
                }
                None => break,
            };
            if let Some(other) = others.next() {
                let touched = book.apply(other.changes());
                table.update(&book, &touched);
            }
        }
        // Deals that stay as they are come once and in order, whatever happens to others.
        let still = |all: &[DealId]| -> Vec<DealId> {
            all.iter().filter(|id| !changing.contains(id)).copied().collect()
        };
        prop_assert_eq!(still(&shown), still(&whole));
        if changing.is_empty() {
            prop_assert_eq!(shown.len() as u64, before.totals.count);
        }
    }

    #[test]
    fn a_table_that_followed_the_book_answers_as_one_built_from_it(
        seeds in prop::collection::vec(seed(), 0..30),
        later in prop::collection::vec(prop::collection::vec(seed(), 0..5), 1..4),
        gone in prop::collection::vec(0_u16..60, 0..5),
        renamed in any::<bool>(),
        days in 0_i64..4,
        condition in any_condition(),
        sort in prop::sample::select(SORTS.to_vec()),
        viewer in anybody(),
    ) {
        let mut book = book(&seeds);
        let mut table = DealTable::build(&book, Reporting::default());
        let mut steps: Vec<Vec<model::Change>> =
            later.iter().map(|seeds| seeds.iter().flat_map(Seed::changes).collect()).collect();
        steps.push(gone.iter().map(|n| model::Change::Delete(model::EntityKey::Deal(deal_id(*n)))).collect());
        if renamed {
            steps.push(vec![
                model::Change::Put(model::Entity::Person(model::Person {
                    name: Some("Zoë".into()),
                    ..model::Person::new(person(1))
                })),
                model::Change::Delete(model::EntityKey::Company(company(1))),
            ]);
        }
        steps.push(vec![model::Change::Put(model::Entity::Clock("crm".into(), at(-(days as f64))))]);
        for step in steps {
            let touched = book.apply(step);
            table.update(&book, &touched);
        }
        let fresh = DealTable::build(&book, Reporting::default());
        let (field, op, value) = &condition;
        for given in [&[][..], &[(*field, *op, value.as_str())]] {
            prop_assert_eq!(
                ask(&table, &viewer, given, sort),
                ask(&fresh, &viewer, given, sort)
            );
        }
    }
}

fn small() -> (Book, DealTable) {
    let seeds = [
        Seed {
            n: 1,
            name: Some(0),
            owner: Some(0),
            company: Some(0),
            path: vec![(0, 50), (1, 20)],
            amount: Some((1_000_050, 0)),
            closes_in: Some(-3),
            probability: Some(50),
            ..bare()
        },
        Seed {
            n: 2,
            name: Some(2),
            owner: Some(1),
            company: Some(1),
            path: vec![(0, 60), (3, 10)],
            amount: Some((2_000_000, 0)),
            closes_in: Some(20),
            ..bare()
        },
        Seed {
            n: 3,
            name: Some(1),
            owner: Some(2),
            path: vec![(2, 5)],
            amount: Some((500_000, 1)),
            probability: Some(20),
            ..bare()
        },
        Seed {
            n: 4,
            company: Some(0),
            ..bare()
        },
    ];
    let book = book(&seeds);
    let table = DealTable::build(&book, Reporting::default());
    (book, table)
}

#[test]
fn a_list_is_filtered_sorted_and_summed() {
    let (book, table) = small();
    let check = |given: Given<'_>, sort: &str, expected: &[u16]| {
        let page = ask(&table, &Viewer::all(), given, sort);
        let ids: Vec<DealId> = page
            .deals
            .iter()
            .map(|place| book.deals[*place].id)
            .collect();
        let expected: Vec<DealId> = expected.iter().map(|n| deal_id(*n)).collect();
        assert_eq!(ids, expected, "{given:?} {sort}");
    };
    check(&[("amount", "exists", "true")], "-amount", &[2, 1]);
    check(&[], "name", &[3, 1, 2, 4]);
    check(&[], "-name", &[2, 1, 3, 4]);
    check(&[], "owner", &[1, 2, 3, 4]);
    check(&[("outcome", "eq", "open")], "-days_in_stage", &[1, 3, 4]);
    check(
        &[("amount", "gte", "10000.5"), ("amount", "lt", "20000")],
        "",
        &[1],
    );
    check(&[("close_date", "lt", "today")], "", &[1]);
    check(&[("closed_at", "eq", "today-10d")], "", &[2]);
    check(&[("q", "eq", "harbor")], "relevance,name", &[3, 1, 4]);
    check(&[("q", "eq", "op-003")], "", &[3]);
    check(&[("owner", "eq", "ana")], "", &[1]);
    let page = ask(&table, &Viewer::all(), &[], "");
    let weighted = page.totals.weighted.unwrap();
    assert_eq!(weighted.amount.value, "5000.25".parse().unwrap());
    assert_eq!((weighted.by_source, page.totals.left_out), (1, 1));
}

#[test]
fn a_wrong_question_is_told_with_its_place_and_a_remedy() {
    let check = |field: &str, op: &str, value: &str, place: &str, code: &str, remedy: &str| {
        let errors = Filter::parse([(field, op, value)]).unwrap_err();
        let [error] = &errors[..] else {
            panic!("{errors:?}")
        };
        assert_eq!((error.field.as_str(), error.code), (place, code));
        assert!(error.remedy.contains(remedy), "{error}");
    };
    check(
        "colour",
        "eq",
        "red",
        "filter[colour]",
        "unknown_field",
        "close_date",
    );
    check(
        "custom.",
        "eq",
        "red",
        "filter[custom.]",
        "unknown_field",
        "custom.<name>",
    );
    check(
        "amount",
        "contains",
        "1",
        "filter[amount][contains]",
        "unknown_operator",
        "gte",
    );
    check(
        "stage",
        "lt",
        "x",
        "filter[stage][lt]",
        "unknown_operator",
        "contains",
    );
    check(
        "stage",
        "like",
        "x",
        "filter[stage][like]",
        "unknown_operator",
        "eq, ne",
    );
    check(
        "amount",
        "gte",
        "much",
        "filter[amount][gte]",
        "bad_value",
        "10000",
    );
    check(
        "amount",
        "eq",
        "NaN",
        "filter[amount]",
        "bad_value",
        "10000",
    );
    check(
        "close_date",
        "lte",
        "2026-02-30",
        "filter[close_date][lte]",
        "bad_value",
        "today",
    );
    check(
        "close_date",
        "lte",
        "2026-02-03T00:00:00Z",
        "filter[close_date][lte]",
        "bad_value",
        "2026-09-30",
    );
    check(
        "created_at",
        "gt",
        "03/04/2026",
        "filter[created_at][gt]",
        "bad_value",
        "2026-09-30T17:00:00Z",
    );
    check(
        "outcome",
        "eq",
        "maybe",
        "filter[outcome]",
        "bad_value",
        "closed",
    );
    check(
        "canonical_stage",
        "in",
        "lead,almost",
        "filter[canonical_stage][in]",
        "bad_value",
        "closed_won",
    );
    check(
        "currency",
        "eq",
        "€",
        "filter[currency]",
        "bad_value",
        "EUR",
    );
    check(
        "owner",
        "exists",
        "maybe",
        "filter[owner][exists]",
        "bad_value",
        "true or false",
    );
    check(
        "owner",
        "eq",
        "",
        "filter[owner]",
        "bad_value",
        "exists=false",
    );
    check("id", "eq", "deal_1", "filter[id]", "bad_value", "whole ids");
    check("q", "eq", &"x".repeat(300), "q", "bad_value", "few words");
    let many: Vec<_> = (0..40).map(|_| ("amount", "gte", "1")).collect();
    assert_eq!(Filter::parse(many).unwrap_err()[0].code, "too_many");

    assert_eq!("-colour".parse::<Sort>().unwrap_err().field, "sort");
    let (_, table) = small();
    let ask = |sort: &str, limit, after: Option<&str>| {
        let sort: Sort = sort.parse().unwrap();
        let after = after.map(|text| serde_json::from_str(text).unwrap());
        let query = Query {
            viewer: &Viewer::all(),
            filter: &Filter::default(),
            sort: &sort,
            after: after.as_ref(),
            limit,
            facets: &FACETS,
            as_of: now(),
        };
        table
            .list(&query)
            .map(|page| page.deals.len())
            .map_err(|error| error.field)
    };
    let id = deal_id(1);
    assert_eq!(ask("", 0, None), Err("limit".into()));
    assert_eq!(ask("", 201, None), Err("limit".into()));
    assert_eq!(ask("relevance", 10, None), Err("sort".into()));
    let position = |sort: &str, at: &str| format!(r#"{{"sort":"{sort}","at":{at},"id":"{id}"}}"#);
    assert_eq!(
        ask("name", 10, Some(&position("-name", r#"["x"]"#))),
        Err("cursor".into())
    );
    assert_eq!(
        ask("name", 10, Some(&position("name", "[7]"))),
        Err("cursor".into())
    );
    assert_eq!(
        ask("name", 10, Some(&position("name", r#"["lumen"]"#))),
        Ok(2)
    );
    assert!(ask("name", 10, Some(&position("name", "[null]"))).is_ok());
}

#[test]
fn a_parameter_names_its_field_and_operator() {
    let check = |name, expected| assert_eq!(parameter(name), expected);
    check("filter[stage]", Some(("stage", "eq")));
    check("filter[close_date][lte]", Some(("close_date", "lte")));
    check(
        "filter[custom.Deal size][in]",
        Some(("custom.Deal size", "in")),
    );
    check("sort", None);
    check("filter[stage", None);
}
