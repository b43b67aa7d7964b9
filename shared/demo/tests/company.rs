//! What makes the invented company believable, and what makes its truth true.

use demo::{Deal, Fate, Size, World, company, company_as_of};
use jiff::civil::date;

fn share(deals: &[&Deal], of: impl Fn(&Deal) -> bool) -> f64 {
    deals.iter().filter(|deal| of(deal)).count() as f64 / deals.len() as f64
}

fn closed(world: &World) -> Vec<&Deal> {
    world.deals.iter().filter(|deal| !deal.is_open()).collect()
}

fn won(deal: &Deal) -> bool {
    deal.stage() == "Closed Won"
}

#[test]
fn sizes_and_seeds_give_companies_of_their_own() {
    for (size, deals) in [
        (Size::Small, 400),
        (Size::Medium, 1_600),
        (Size::Large, 10_000),
    ] {
        assert_eq!(company(1, size).deals.len(), deals);
    }
    assert_ne!(
        company(1, Size::Small).deals[0].name,
        company(2, Size::Small).deals[0].name
    );
}

#[test]
fn the_company_looks_like_one() {
    for seed in 1..5 {
        let world = company(seed, Size::Medium);
        let all: Vec<&Deal> = world.deals.iter().collect();
        let open = share(&all, Deal::is_open);
        let win = share(&closed(&world), won);
        let dormant = share(&all, |deal| deal.truth.fate == Fate::Dormant);
        let rework = share(&all, |deal| {
            let order = [
                "Lead",
                "Qualification",
                "Discovery",
                "Demo",
                "Proposal",
                "Negotiation",
            ];
            let at = |label: &str| order.iter().position(|stage| *stage == label).unwrap_or(9);
            deal.visits
                .windows(2)
                .any(|pair| at(pair[1].stage) < at(pair[0].stage))
        });
        assert!((0.12..0.35).contains(&open), "open {open}");
        assert!((0.20..0.45).contains(&win), "won {win}");
        assert!((0.03..0.15).contains(&dormant), "dormant {dormant}");
        assert!((0.04..0.25).contains(&rework), "rework {rework}");
    }
}

#[test]
fn the_planted_effects_show_in_the_past() {
    let world = company(11, Size::Large);
    let closed = closed(&world);
    let had = |role: &str| {
        let (with, without): (Vec<&Deal>, Vec<&Deal>) = closed
            .iter()
            .filter(|deal| deal.visits.iter().any(|visit| visit.stage == "Proposal"))
            .partition(|deal| deal.contacts.iter().any(|contact| contact.role == role));
        (share(&with, won), share(&without, won))
    };
    let (with, without) = had("champion");
    assert!(with > without + 0.05, "champion {with} against {without}");
    let (with, without) = had("blocker");
    assert!(with < without - 0.02, "blocker {with} against {without}");
    let rate = |industry: &str| {
        let of: Vec<&Deal> = closed
            .iter()
            .copied()
            .filter(|deal| world.accounts[deal.account].industry == industry)
            .collect();
        share(&of, won)
    };
    assert!(rate("Logistics") > rate("Public Sector") + 0.1);
    let last_days = closed.iter().filter(|deal| won(deal)).filter(|deal| {
        deal.closed()
            .is_some_and(|at| matches!(at.month(), 3 | 6 | 9 | 12) && at.day() > 24)
    });
    let wins = closed.iter().filter(|deal| won(deal)).count();
    // About 7 % of days lie there.
    assert!(
        last_days.count() * 10 > wins,
        "wins are hurried into the end of a quarter"
    );
}

#[test]
fn the_true_chances_add_up_to_what_happens() {
    let mut bands = [(0.0, 0.0, 0.0); 4];
    for seed in 0..25 {
        for deal in company(seed, Size::Small)
            .deals
            .iter()
            .filter(|deal| deal.is_open())
        {
            let p = deal.truth.p_win;
            let band = &mut bands[(p * 5.0).min(3.0) as usize];
            band.0 += f64::from(u8::from(deal.truth.fate == Fate::Won));
            band.1 += p;
            band.2 += p * (1.0 - p);
        }
    }
    for (won, expected, variance) in bands {
        assert!(
            (won - expected).abs() < 4.0 * f64::sqrt(variance),
            "{won} won, {expected} expected"
        );
        assert!(variance > 10.0, "every band has deals");
    }
}

#[test]
fn any_date_can_be_today() {
    for day in [
        date(2026, 2, 28),
        date(2024, 2, 29),
        date(2026, 8, 1),
        date(-500, 1, 1),
        date(9999, 12, 31),
    ] {
        let world = company_as_of(5, Size::Small, day);
        let latest = world.deals.iter().map(|deal| deal.updated).max();
        assert!(latest.is_some_and(|at| at <= world.as_of), "{day}");
    }
}
