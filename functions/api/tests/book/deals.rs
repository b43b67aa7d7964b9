use crate::world::{Answer, MEMBERS, Of, SELLERS, seen_by};
use crate::{DEALS, T, world};
use serde_json::{Value, json};

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn everybody_sees_their_own_and_what_is_below() {
    let world = world().await;
    for (name, ..) in MEMBERS {
        let expected = (0..DEALS).filter(|n| match (seen_by(name), T.owner(*n)) {
            (None, _) => true,
            (Some(seen), Some(owner)) => seen.contains(&owner),
            (Some(_), None) => false,
        });
        let expected = expected.count();
        let page = world.get((T, name), "/v1/deals?limit=200").await.ok(200);
        assert_eq!(page.number("/totals/count"), expected as f64, "{name}");
        let allowed = seen_by(name).unwrap_or(&SELLERS);
        let text = String::from_utf8(page.bytes.clone()).unwrap();
        for owner in SELLERS {
            let has = text.contains(&format!("T1.{owner} deal"));
            assert_eq!(has, allowed.contains(&owner), "{name} and {owner}");
        }
        assert!(!text.contains("T2."), "{name}");
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_or_a_repeat() {
    let world = world().await;
    for sort in ["", "&sort=-amount,name", "&sort=close_date"] {
        let mut seen = Vec::new();
        let mut target = format!("/v1/deals?limit=37{sort}&filter[outcome]=open");
        let total = loop {
            let page = world.get((T, "cro"), &target).await.ok(200);
            seen.extend(ids(page.list("/data")));
            if !page.at("/has_more").as_bool().unwrap() {
                assert!(page.at("/next_cursor").is_null());
                break page.number("/totals/count") as usize;
            }
            let link = page.header("link").to_owned();
            let cursor = page.text("/next_cursor");
            assert!(
                link.ends_with("rel=\"next\"") && link.contains(&cursor),
                "{link}"
            );
            target = link
                .trim_start_matches('<')
                .split('>')
                .next()
                .unwrap()
                .to_owned();
        };
        assert_eq!(seen.len(), total, "{sort}");
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{sort}");
    }
}

#[tokio::test]
async fn totals_and_facets_agree_with_the_filter() {
    let world = world().await;
    let all = world.get((T, "boss"), "/v1/deals?limit=1").await.ok(200);
    let facet = |page: &Answer, field: &str| {
        let facets = page
            .list("/facets")
            .iter()
            .find(|facet| facet["field"] == field)
            .cloned();
        facets.unwrap()["values"].as_array().unwrap().clone()
    };
    for value in facet(&all, "stage") {
        let stage = value["value"].as_str().unwrap().replace(' ', "%20");
        let page = world
            .get((T, "boss"), &format!("/v1/deals?filter[stage]={stage}"))
            .await
            .ok(200);
        assert_eq!(page.at("/totals/count"), &value["count"], "{stage}");
        // The facet of the field that is chosen still counts the other choices.
        assert_eq!(facet(&page, "stage"), facet(&all, "stage"));
        let owners: u64 = facet(&page, "owner")
            .iter()
            .map(|value| value["count"].as_u64().unwrap())
            .sum();
        assert_eq!(owners, value["count"].as_u64().unwrap());
        let facets = world
            .get(
                (T, "boss"),
                &format!("/v1/deals/facets?filter[stage]={stage}"),
            )
            .await
            .ok(200);
        assert_eq!(facets.at("/totals"), page.at("/totals"));
        assert_eq!(facets.at("/facets"), page.at("/facets"));
    }
}

#[tokio::test]
async fn a_search_in_json_says_what_the_list_says() {
    let world = world().await;
    let check = async |target: &str, body: Value| {
        let listed = world
            .get((T, "head"), &format!("/v1/deals?{target}"))
            .await
            .ok(200);
        let found = world
            .post((T, "head"), "/v1/deals/search", body)
            .await
            .ok(200);
        for place in ["/data", "/totals", "/facets", "/has_more"] {
            assert_eq!(listed.at(place), found.at(place), "{target} {place}");
        }
        assert!(listed.number("/totals/count") > 0.0, "{target}");
    };
    check("", json!({})).await;
    check(
        "filter[outcome]=open&sort=-amount",
        json!({"filter": {"outcome": "open"}, "sort": "-amount"}),
    )
    .await;
    check(
        "filter[amount][gte]=10000&filter[stage][in]=Demo,Proposal&limit=5",
        json!({"filter": {"amount": {"gte": 10_000}, "stage": {"in": ["Demo", "Proposal"]}}, "limit": 5}),
    )
    .await;
    check(
        r"filter[stage][in]=Demo%5C,%20technical,Proposal",
        json!({"filter": {"stage": {"in": ["Demo, technical", "Proposal"]}}}),
    )
    .await;
    check(
        "q=T1.ana%20deal&fields=name,amount",
        json!({"q": "T1.ana deal", "fields": ["name", "amount"]}),
    )
    .await;
    check(
        "filter[next_step][exists]=true"
            .replace("next_step", "forecast_category")
            .as_str(),
        json!({"filter": {"forecast_category": {"exists": true}}}),
    )
    .await;
    check(
        "filter[custom.region][contains]=ben&facets=",
        json!({"filter": {"custom.region": {"contains": "ben"}}, "facets": []}),
    )
    .await;
}

#[tokio::test]
async fn the_models_chance_is_there_for_who_asks() {
    let world = world().await;
    let page = world
        .get(
            (T, "cro"),
            "/v1/deals?sort=-p_win&filter[outcome]=open&limit=200",
        )
        .await
        .ok(200);
    let chances: Vec<f64> = page
        .list("/data")
        .iter()
        .map_while(|row| row["p_win"].as_f64())
        .collect();
    assert!(
        chances.len() > 20 && chances.is_sorted_by(|a, b| a >= b),
        "{chances:?}"
    );
    assert!(page.number("/totals/weighted/by_model") > 0.0);
    let plain = world.get((T, "cro"), "/v1/deals?limit=1").await.ok(200);
    assert!(plain.at("/data/0").get("p_win").is_none());
    assert_eq!(plain.number("/totals/weighted/by_model"), 0.0);
}

#[tokio::test]
async fn only_the_fields_asked_for_are_given() {
    let world = world().await;
    let page = world
        .get((T, "cro"), "/v1/deals?fields=name,custom_fields&limit=1")
        .await
        .ok(200);
    let keys: Vec<&String> = page.at("/data/0").as_object().unwrap().keys().collect();
    assert_eq!(keys, ["custom_fields", "id", "name"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_by_its_place() {
    let world = world().await;
    let check = async |query: &str, pointer: &str| {
        let problem = world.get((T, "cro"), &format!("/v1/deals?{query}")).await;
        let problem = if query.contains("cursor") {
            problem.is(400, "invalid_cursor")
        } else {
            problem.is(400, "invalid_parameter")
        };
        assert_eq!(problem.at("/errors/0/pointer"), pointer, "{query}");
    };
    check("filter[amount][gte]=much", "?filter[amount][gte]").await;
    check("filter[colour]=red", "?filter[colour]").await;
    check("filter[stage][between]=Demo", "?filter[stage][between]").await;
    check("filter=1", "?filter").await;
    check("sort=-colour", "?sort").await;
    check("sort=relevance", "?sort").await;
    check("fields=name,colour", "?fields").await;
    check("facets=colour", "?facets").await;
    check("limit=0", "?limit").await;
    check("limit=201", "?limit").await;
    check("limit=many", "?limit").await;
    check("colour=red", "?colour").await;
    check("q=a&q=b", "?q").await;
    check("cursor=abc", "?cursor").await;
    let check = async |body: Value, pointer: &str| {
        let problem = world
            .post((T, "cro"), "/v1/deals/search", body.clone())
            .await
            .is(422, "invalid_body");
        assert_eq!(problem.at("/errors/0/pointer"), pointer, "{body}");
    };
    check(
        json!({"filter": {"amount": {"gte": "much"}}}),
        "/filter/amount/gte",
    )
    .await;
    check(json!({"filter": {"colour": "red"}}), "/filter/colour").await;
    check(json!({"filter": {"stage": null}}), "/filter/stage").await;
    check(json!({"sort": "colour"}), "/sort").await;
    check(json!({"fields": ["colour"]}), "/fields").await;
    check(json!({"colour": 1}), "/colour").await;
}

#[tokio::test]
async fn a_cursor_leads_on_in_its_own_list_for_its_own_caller_alone() {
    let world = world().await;
    let page = world
        .get((T, "cro"), "/v1/deals?limit=2&filter[outcome]=open")
        .await
        .ok(200);
    let cursor = page.text("/next_cursor");
    let with = |query: &str| format!("/v1/deals?cursor={cursor}&{query}");
    world
        .get((T, "cro"), &with("filter[outcome]=open"))
        .await
        .ok(200);
    world
        .get((T, "cro"), &with("filter[outcome]=won"))
        .await
        .is(400, "invalid_cursor");
    world
        .get((T, "cro"), &with("filter[outcome]=open&sort=name"))
        .await
        .is(400, "invalid_cursor");
    world
        .get((T, "admin"), &with("filter[outcome]=open"))
        .await
        .is(400, "invalid_cursor");
    world
        .get((Of(2), "cro"), &with("filter[outcome]=open"))
        .await
        .is(400, "invalid_cursor");
}

#[tokio::test]
async fn who_has_the_answer_already_is_told_so() {
    let world = world().await;
    for target in [
        "/v1/deals?limit=3&sort=name",
        "/v1/deals/facets",
        "/v1/companies",
        "/v1/activities?limit=2",
    ] {
        let first = world.get((T, "ana"), target).await.ok(200);
        let etag = first.header("etag").to_owned();
        let line = format!("GET {target}");
        let again = world
            .call((T, "ana"), &line, &[("if-none-match", &etag)], None)
            .await
            .ok(304);
        assert!(again.bytes.is_empty() && again.header("etag") == etag);
        // Somebody who sees other rows does not have it.
        world
            .call((T, "ben"), &line, &[("if-none-match", &etag)], None)
            .await
            .ok(200);
    }
}
