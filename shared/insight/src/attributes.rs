//! Whether what is known of a deal at its start tells winners from losers.

use std::collections::BTreeSet;

use forecast::score::{self, Report, Table};
use mining::Mined;
use model::{Book, CanonicalStage, Outcome};

use crate::outlook::Names;

/// More closed deals say no more about this, and take longer.
const NEWEST: usize = 1_500;

/// Learns to tell closed deals apart by owner, company, pipeline and custom fields alone. `None`
/// where there are too few closed deals or nothing to tell them apart by.
///
/// Fields that are filled in only for one outcome are left out: they would give it away. Deals closed at
/// the same moment stand by their `rank`, which no id and no order of the book decides.
pub(crate) fn at_the_start(
    book: &Book,
    mined: &Mined,
    rank: &dyn Fn(usize) -> usize,
    names: &Names,
    seed: u64,
) -> Option<Report> {
    let leaks: BTreeSet<&str> = mined
        .quality
        .leaks
        .iter()
        .map(|leak| leak.field.as_str())
        .collect();
    let mut closed: Vec<(usize, bool)> = book
        .deals
        .iter()
        .enumerate()
        .filter_map(|(i, deal)| {
            let outcome = deal.canonical_stage.and_then(CanonicalStage::outcome)?;
            Some((i, outcome == Outcome::Won))
        })
        .collect();
    closed.sort_by_key(|(i, _)| (std::cmp::Reverse(book.deals[*i].closed_at), rank(*i)));
    closed.truncate(NEWEST);
    let fields: BTreeSet<&str> = closed
        .iter()
        .flat_map(|(i, _)| book.deals[*i].custom_fields.keys().map(String::as_str))
        .filter(|field| !leaks.contains(field) && score::leak::by_name(field).is_none())
        .collect();
    let column = |name: &str, value: &dyn Fn(usize) -> Option<String>| {
        let cells = closed.iter().map(|(i, _)| value(*i).unwrap_or_default());
        (name.to_owned(), cells.collect::<Vec<_>>())
    };
    let mut columns = vec![column("owner", &|i| names.owner(i))];
    if !leaks.contains("company") {
        columns.push(column("company", &|i| names.company(i)));
    }
    columns.extend(
        fields
            .into_iter()
            .map(|field| column(field, &|i| book.deals[i].custom_fields.get(field).cloned())),
    );
    let outcome: Vec<Option<bool>> = closed.iter().map(|(_, won)| Some(*won)).collect();
    let options = score::Options {
        seed,
        ..score::Options::default()
    };
    let model = score::train(&Table::new(columns).ok()?, &outcome, &options).ok()?;
    Some(model.report().clone())
}
