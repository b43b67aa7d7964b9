//! Entities while files are being read: not yet linked, keyed by what the files call them.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use jiff::{Timestamp, civil::Date};
use model::{
    ActivityKind, ActivityOutcome, HistoryError, Objection, StageLogBuilder, StakeholderRole,
};
use rust_decimal::Decimal;

use super::mapping::fold;

/// A sum and its currency, as far as the file names one.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    pub(super) amount: Decimal,
    pub(super) currency: Option<String>,
}

/// Where an entity was first met, for issues found when all is read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spot {
    pub(super) file: u32,
    pub(super) row: u64,
}

/// A deal as its row has it.
#[derive(Debug, Default)]
pub(super) struct DealDraft {
    pub(super) id: String,
    pub(super) spot: Spot,
    pub(super) name: Option<String>,
    pub(super) company: Option<u32>,
    pub(super) amount: Option<Sum>,
    pub(super) pipeline: Option<String>,
    pub(super) stage: Option<String>,
    pub(super) status: Option<String>,
    pub(super) is_won: Option<bool>,
    pub(super) is_closed: Option<bool>,
    pub(super) probability: Option<f64>,
    pub(super) expected_close: Option<Date>,
    /// What one column says for open and closed deals alike.
    pub(super) close_date: Option<(Date, Instant)>,
    pub(super) closed_at: Option<Instant>,
    pub(super) won_at: Option<Instant>,
    pub(super) lost_at: Option<Instant>,
    pub(super) created_at: Option<Instant>,
    pub(super) updated_at: Option<Instant>,
    pub(super) stage_entered_at: Option<Instant>,
    pub(super) entered: Vec<(String, Instant)>,
    pub(super) owner: Option<u32>,
    pub(super) lost_reason: Option<String>,
    pub(super) product: Option<String>,
    pub(super) custom: BTreeMap<String, String>,
}

/// Microseconds since 1970 UTC, and whether only the day is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant {
    pub(super) at_us: i64,
    pub(super) day_only: bool,
}

/// What event rows say of their deal beside its moves.
#[derive(Debug, Default)]
pub(super) struct CaseDraft {
    pub(super) spot: Spot,
    pub(super) name: Option<String>,
    pub(super) company: Option<u32>,
    pub(super) owner: Option<u32>,
    pub(super) pipeline: Option<String>,
    pub(super) amount: Option<Sum>,
    pub(super) amount_at_us: i64,
    /// When the first move was, and the stage it left.
    pub(super) first_us: i64,
    pub(super) left: Option<u16>,
    pub(super) custom: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
pub(super) struct CompanyDraft {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) industry: Option<String>,
    pub(super) employees: Option<u64>,
    pub(super) revenue: Option<Sum>,
    pub(super) owner: Option<u32>,
    pub(super) custom: BTreeMap<String, String>,
    /// A row of its own was met.
    pub(super) listed: bool,
}

#[derive(Debug, Default)]
pub(super) struct PersonDraft {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) team: Option<String>,
    pub(super) manager: Option<u32>,
    pub(super) role: Option<String>,
    pub(super) listed: bool,
}

/// How a row names the deal it is about.
#[derive(Debug, Clone)]
pub(super) enum DealRef {
    Id(String),
    Name(String),
    Company(u32),
}

#[derive(Debug)]
pub(super) struct StakeholderDraft {
    pub(super) spot: Spot,
    pub(super) id: Option<String>,
    pub(super) deal: DealRef,
    pub(super) name: Option<String>,
    pub(super) title: Option<String>,
    pub(super) email: Option<String>,
    pub(super) role: Option<StakeholderRole>,
    pub(super) sentiment: Option<f64>,
    pub(super) engagement: Option<f64>,
    pub(super) last_contact: Option<Instant>,
    pub(super) added_at: Option<Instant>,
    pub(super) style: Option<String>,
}

#[derive(Debug)]
pub(super) struct ActivityDraft {
    pub(super) spot: Spot,
    pub(super) id: String,
    pub(super) deal: Option<DealRef>,
    pub(super) kind: ActivityKind,
    pub(super) at_us: i64,
    pub(super) participants: Vec<String>,
    pub(super) outcome: ActivityOutcome,
    pub(super) summary: Option<String>,
    pub(super) next_steps: Vec<String>,
    pub(super) objections: Vec<Objection>,
    pub(super) raw_content: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Product {
    pub(super) name: String,
    pub(super) price: Option<Decimal>,
    pub(super) custom: BTreeMap<String, String>,
}

/// Everything read so far.
#[derive(Default)]
pub(super) struct Drafts {
    /// Numbers deals and stages, and keeps the moves.
    pub(super) log: StageLogBuilder,
    pub(super) repeats: Repeats,
    /// By number of the case: does it have moves of its own?
    pub(super) moved: Vec<bool>,
    pub(super) deals: Vec<Option<Box<DealDraft>>>,
    pub(super) cases: Vec<Option<Box<CaseDraft>>>,
    /// Ids of deals by name; nothing where several have the name.
    pub(super) by_name: HashMap<String, Option<String>>,
    pub(super) companies: Companies,
    pub(super) people: People,
    pub(super) products: Vec<Product>,
    pub(super) product_index: HashMap<String, usize>,
    pub(super) stakeholders: Vec<StakeholderDraft>,
    pub(super) activities: Vec<ActivityDraft>,
    pub(super) activity_index: HashMap<String, usize>,
}

/// Tells moves that stood in another file: exports overlap, and a log may lie there twice, in two
/// formats. Two equal moves in one file are taken as they stand.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// The file in which a move first stood, by its hash; kept only where several files have moves.
    first: Option<HashMap<u128, u32>>,
}

impl Repeats {
    /// For so many files with moves.
    pub(super) fn across(files: usize) -> Self {
        Self {
            first: (files > 1).then(HashMap::new),
        }
    }

    /// Whether a file before this one has told of the move.
    pub(super) fn repeated(
        &mut self,
        (deal, stage, at): (&str, &str, Timestamp),
        file: u32,
    ) -> bool {
        let Some(first) = &mut self.first else {
            return false;
        };
        let hash = |salt: u8| {
            let hasher = BuildHasherDefault::<DefaultHasher>::default();
            u128::from(hasher.hash_one((salt, deal, stage, at)))
        };
        // Two hashes, for a move is lost where two different ones agree.
        *first.entry(hash(0) << 64 | hash(1)).or_insert(file) != file
    }
}

impl Drafts {
    /// The number of the deal of that id, made when new.
    pub(super) fn case(&mut self, id: &str) -> Result<usize, HistoryError> {
        let case = self.log.case(id)? as usize;
        if case >= self.deals.len() {
            self.moved.resize(case + 1, false);
            self.deals.resize_with(case + 1, || None);
            self.cases.resize_with(case + 1, || None);
        }
        Ok(case)
    }
}

#[derive(Debug, Default)]
pub(super) struct Companies {
    pub(super) list: Vec<CompanyDraft>,
    by_id: HashMap<String, u32>,
    by_name: HashMap<String, u32>,
}

impl Companies {
    /// The company of that id or, failing that, name; made when new.
    pub(super) fn find(&mut self, id: Option<&str>, name: Option<&str>) -> Option<u32> {
        let key = name.map(folded_name);
        let known = id
            .and_then(|id| self.by_id.get(id))
            .or_else(|| {
                let at = self.by_name.get(key.as_deref()?)?;
                // Two companies of one name but different ids stay two.
                let other = self.list[*at as usize].id.as_deref();
                (id.is_none() || other.is_none() || other == id).then_some(at)
            })
            .copied();
        if id.is_none() && name.is_none() {
            return None;
        }
        let at = known.unwrap_or_else(|| {
            self.list.push(CompanyDraft::default());
            (self.list.len() - 1) as u32
        });
        let company = &mut self.list[at as usize];
        if company.name.is_none() {
            company.name = name.map(str::to_owned);
        }
        if let Some(id) = id {
            company.id.get_or_insert_with(|| id.to_owned());
            self.by_id.entry(id.to_owned()).or_insert(at);
        }
        if let Some(key) = key {
            self.by_name.entry(key).or_insert(at);
        }
        Some(at)
    }
}

#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) list: Vec<PersonDraft>,
    index: HashMap<String, u32>,
}

impl People {
    /// The seller of that name, e-mail address or id; made when new. A name that is an address
    /// counts as one.
    pub(super) fn find(
        &mut self,
        name: Option<&str>,
        email: Option<&str>,
        id: Option<&str>,
    ) -> Option<u32> {
        let (name, email) = match (name, email) {
            (Some(address), None) if address.contains('@') && !address.contains(' ') => {
                (None, Some(address))
            }
            pair => pair,
        };
        let keys: Vec<String> = [
            id.map(|t| format!("id:{t}")),
            email.map(|t| format!("email:{}", t.to_lowercase())),
            name.map(|t| format!("name:{}", folded_name(t))),
        ]
        .into_iter()
        .flatten()
        .collect();
        if keys.is_empty() {
            return None;
        }
        // A file of deals may hold the seller's id where it says owner.
        let also = name.map(|t| format!("id:{t}"));
        let known = keys
            .iter()
            .chain(&also)
            .find_map(|key| self.index.get(key))
            .copied();
        let at = known.unwrap_or_else(|| {
            self.list.push(PersonDraft::default());
            (self.list.len() - 1) as u32
        });
        let person = &mut self.list[at as usize];
        if person.name.is_none() && !(known.is_some() && person.id.as_deref() == name) {
            person.name = name.map(str::to_owned);
        }
        if person.email.is_none() {
            person.email = email.map(str::to_owned);
        }
        if person.id.is_none() {
            person.id = id.map(str::to_owned);
        }
        for key in keys {
            self.index.entry(key).or_insert(at);
        }
        Some(at)
    }
}

/// A name as people compare it: without regard to case and spacing.
fn folded_name(name: &str) -> String {
    name.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// A product's name as it joins: `GTXPro` is `GTX Pro`.
pub(super) fn product_key(name: &str) -> String {
    fold(name)
}
