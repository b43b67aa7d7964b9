//! Opportunity history: a row at the creation and whenever stage, amount, close date or probability changes.

use super::ids;
use crate::crm::{Change, Crm, Deal, Object, What};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// One row of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) at: Timestamp,
    pub(super) by: Option<String>,
    /// Stage id.
    pub(super) stage: String,
    pub(super) amount: Option<Decimal>,
    /// What a seller put in place of the stage's own percentage.
    pub(super) probability: Option<u8>,
    pub(super) close: Option<Date>,
    pub(super) amount_before: Option<Decimal>,
    pub(super) close_before: Option<Date>,
}

/// A save that changed amount, close date or probability.
#[derive(Clone, Debug, Default)]
struct Save {
    /// Number of its first change in the account's list.
    first: usize,
    at: Timestamp,
    amount: Option<Step<Decimal>>,
    close: Option<Step<Date>>,
    probability: Option<Step<u8>>,
    /// It changed the stage too, so that the row is the move's.
    moved: bool,
}

/// A value before and after.
#[derive(Clone, Copy, Debug)]
struct Step<T> {
    from: Option<T>,
    to: Option<T>,
}

/// What was saved since the account was filled, by deal; earlier history stands in the deals' moves.
#[derive(Clone, Debug, Default)]
pub(super) struct Saves {
    read: usize,
    by_deal: HashMap<String, Vec<Save>>,
}

impl Saves {
    /// Reads what the account's list has more.
    pub(super) fn read(&mut self, changes: &[Change]) {
        for (number, change) in changes.iter().enumerate().skip(self.read) {
            if change.object == Object::Deal
                && let What::Field { name, from, to } = &change.what
            {
                self.note(number, change, name, from.as_deref(), to.as_deref());
            }
        }
        self.read = changes.len();
    }

    fn note(
        &mut self,
        number: usize,
        change: &Change,
        name: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) {
        if !["stage", "amount", "expected_close", "probability"].contains(&name) {
            return;
        }
        let saves = self.by_deal.entry(change.id.clone()).or_default();
        // The changes of one save follow each other and have one instant.
        let continues = saves
            .last()
            .is_some_and(|save| save.at == change.at && number - save.first < 8);
        if !continues {
            saves.push(Save {
                first: number,
                at: change.at,
                ..Save::default()
            });
        }
        let Some(save) = saves.last_mut() else { return };
        match name {
            "stage" => save.moved = true,
            "amount" => step(&mut save.amount, from, to),
            "expected_close" => step(&mut save.close, from, to),
            _ => step(&mut save.probability, from, to),
        }
    }

    /// A deal's history, the oldest first, as far as `known` changes reach.
    pub(super) fn of(&self, deal: &Deal, known: usize) -> Vec<Entry> {
        let saves: Vec<&Save> = self
            .by_deal
            .get(&deal.id)
            .into_iter()
            .flatten()
            .filter(|save| save.first < known)
            .collect();
        // What no save changed has always been as it is.
        let mut close = saves
            .iter()
            .find_map(|save| save.close)
            .map_or(deal.expected_close, |step| step.from);
        let mut probability = saves
            .iter()
            .find_map(|save| save.probability)
            .map_or(deal.probability, |step| step.from);
        let mut amount = deal.moves.first().and_then(|first| first.amount);
        let mut stage = String::new();

        let mut entries: Vec<Entry> = Vec::with_capacity(deal.moves.len() + saves.len());
        let mut saves = saves.into_iter().peekable();
        let mut moves = deal.moves.iter().peekable();
        loop {
            let move_is_next = match (moves.peek(), saves.peek()) {
                (None, None) => return entries,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (Some(step), Some(save)) => step.at <= save.at,
            };
            let (amount_before, close_before) = (amount, close);
            let (id, at, by, save) = if move_is_next {
                let Some(step) = moves.next() else {
                    return entries;
                };
                stage.clone_from(&step.stage);
                amount = step.amount;
                let save = saves.next_if(|save| save.moved && save.at == step.at);
                (row_id(&step.id), step.at, step.by.clone(), save)
            } else {
                let Some(save) = saves.next() else {
                    return entries;
                };
                let id = ids::numbered("008", SAVES_FROM + save.first as u64);
                (id, save.at, deal.owner.clone(), Some(save))
            };
            if let Some(save) = save {
                amount = save.amount.map_or(amount, |step| step.to);
                close = save.close.map_or(close, |step| step.to);
                probability = save.probability.map_or(probability, |step| step.to);
            }
            entries.push(Entry {
                id,
                at,
                by,
                stage: stage.clone(),
                amount,
                probability,
                close,
                amount_before,
                close_before,
            });
        }
    }
}

/// Rows of saves are numbered from here, well above those of moves.
const SAVES_FROM: u64 = 1 << 36;
/// And moves whose id is none of the vendor's from here.
const ODD_FROM: u64 = 1 << 40;

fn row_id(id: &str) -> String {
    ids::full(id).unwrap_or_else(|| {
        let n = ids::number(id).unwrap_or_default();
        ids::numbered("008", ODD_FROM + n)
    })
}

fn step<T: std::str::FromStr>(known: &mut Option<Step<T>>, from: Option<&str>, to: Option<&str>) {
    let read = |text: Option<&str>| text.and_then(|text| text.parse().ok());
    let from = match known.take() {
        Some(before) => before.from,
        None => read(from),
    };
    *known = Some(Step { from, to: read(to) });
}

/// The percentage of a deal: the seller's own while it is open, the stage's otherwise.
pub(super) fn probability(crm: &Crm, stage: &str, own: Option<u8>) -> Option<u8> {
    let stage = crm.stage(stage);
    match stage {
        Some(stage) if stage.is_closed => Some(stage.probability),
        _ => own.or(stage.map(|stage| stage.probability)),
    }
}
