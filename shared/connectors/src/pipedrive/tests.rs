#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use super::CONNECTOR;
use connector::{Checkpoint, Known, Page, Plan, Pull, Request, Response, Step, Verdict};
use model::Timestamp;
use serde_json::{Value, json};

/// An account with two pages of deals, 150 on the first. Says which requests for products it refuses.
struct Account {
    refuses: fn(usize) -> bool,
    asked: usize,
}

impl Account {
    fn answer(&mut self, request: &Request) -> Response {
        let list = |data: Vec<Value>, next: Option<&str>| json!({"success": true, "data": data, "additional_data": {"next_cursor": next}});
        let (status, body) = if request.path.contains("/deals/products") {
            self.asked += 1;
            let (_, ids) = request.path.split_once("deal_ids=").unwrap();
            let ids = ids.replace("%2C", ",");
            let line = |id: &str| json!({"deal_id": id.parse::<u64>().unwrap(), "name": "Seat", "quantity": 2});
            if (self.refuses)(self.asked) {
                (
                    403,
                    json!({"success": false, "error": "Request not allowed", "errorCode": 403}),
                )
            } else {
                (200, list(ids.split(',').map(line).collect(), None))
            }
        } else if request.path.starts_with("/api/v2/deals?") {
            let deal = |id: u64| json!({"id": id, "title": "Deal", "status": "open"});
            let (ids, next) = if request.path.contains("cursor=") {
                (151..153, None)
            } else {
                (1..151, Some("more"))
            };
            (200, list(ids.map(deal).collect(), next))
        } else {
            (200, list(Vec::new(), None))
        };
        Response::new(status, Vec::new(), body.to_string())
    }

    /// Reads all deals, as whoever drives a pull does.
    fn read(&mut self, at: Checkpoint) -> (Vec<Page>, Checkpoint) {
        let (known, now) = (Known::default(), Timestamp::UNIX_EPOCH);
        let stream = CONNECTOR.stream("deals").unwrap();
        let mut pull = Pull::from(stream, &known, at);
        let mut pages = Vec::new();
        loop {
            let request = match pull.next(now) {
                Step::Send(request) => request,
                Step::Page(page) => {
                    pages.push(page);
                    continue;
                }
                Step::Wait(_) => panic!("nothing waits"),
                Step::Done => return (pages, pull.checkpoint().clone()),
            };
            let response = self.answer(&request);
            match (CONNECTOR.verdict)(&response) {
                Verdict::Good => pull.good(response).unwrap(),
                Verdict::Forbidden(why) => assert!(pull.refuse_join(&why), "{}", request.path),
                other => panic!("{}: {other:?}", request.path),
            }
        }
    }
}

fn begin() -> Checkpoint {
    let stream = CONNECTOR.stream("deals").unwrap();
    Checkpoint::begin(stream, Plan::Load, Timestamp::UNIX_EPOCH)
}

#[test]
fn what_is_refused_is_left_out_whole_and_asked_for_once_in_a_pull() {
    // The pages on which products came, how often they were asked for, and whether it is told.
    let check = |refuses: fn(usize) -> bool, expected: (&[bool], usize, bool)| {
        let mut account = Account { refuses, asked: 0 };
        let (pages, at) = account.read(begin());
        let sizes: Vec<usize> = pages.iter().map(|it| it.records.len()).collect();
        assert_eq!(sizes, [150, 2], "every deal comes");
        let came = |page: &Page| {
            let came = page
                .records
                .iter()
                .filter(|it| it.has_part("products"))
                .count();
            let lines = page
                .records
                .iter()
                .flat_map(|it| it.part("products"))
                .count();
            assert_eq!(came, lines, "one line a deal");
            assert!(came == 0 || came == page.records.len(), "{came}");
            assert!(page.records.iter().all(|it| it.has_part("persons")));
            came > 0
        };
        let came: Vec<bool> = pages.iter().map(came).collect();
        let told = at.refused.contains_key("products");
        assert_eq!((came.as_slice(), account.asked, told), expected);
        at
    };
    check(|_| false, (&[true, true], 3, false));
    check(|_| true, (&[false, false], 1, true));
    check(|nth| nth == 2, (&[false, false], 2, true));
    let at = check(|nth| nth == 3, (&[true, false], 3, true));
    // Whoever goes on asks no more; whoever reads next knows of it, and asks again.
    let again = |at: Checkpoint| {
        let mut account = Account {
            refuses: |_| false,
            asked: 0,
        };
        let (pages, at) = account.read(at);
        let mut records = pages.iter().flat_map(|it| &it.records);
        let came = records.all(|it| it.has_part("products"));
        (came, account.asked, at.refused.len())
    };
    let on = Checkpoint {
        refused: at.refused.clone(),
        ..begin()
    };
    assert_eq!(again(on), (false, 0, 1));
    assert_eq!(again(begin().knowing(Some(&at))), (true, 3, 0));
}

#[test]
fn what_deals_cannot_do_without_is_not_left_out() {
    let known = Known::default();
    let stream = CONNECTOR.stream("deals").unwrap();
    let mut account = Account {
        refuses: |_| false,
        asked: 0,
    };
    let mut pull = Pull::from(stream, &known, begin());
    let mut refused = Vec::new();
    for _ in 0..400 {
        let Step::Send(request) = pull.next(Timestamp::UNIX_EPOCH) else {
            break;
        };
        let mut part = ["changelog", "persons", "products"].into_iter();
        let part = part
            .rfind(|it| request.path.contains(it))
            .unwrap_or("deals");
        if !refused.contains(&part) {
            refused.push(part);
            assert_eq!(
                pull.refuse_join("no"),
                part == "products",
                "{}",
                request.path
            );
            continue;
        }
        pull.good(account.answer(&request)).unwrap();
    }
    assert_eq!(refused, ["deals", "changelog", "persons", "products"]);
}
