//! The columns: what lists, facets and totals need of every deal, in one piece of memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::tz::TimeZone;
use model::{
    ActivityKind, Book, CanonicalStage, CompanyId, Currency, Date, Deal, DealId, ForecastCategory,
    Outcome, PersonId, Pipeline, RateTable, Timestamp,
};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::dict::{Dict, Entry, NOTHING};

/// No instant.
pub(crate) const NEVER: i64 = i64::MIN;

/// How much of a name is sorted by.
const SORTED: usize = 64;

/// Columns whose values are few enough to be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The stage by the source's label.
    Stage,
    /// What the stage means.
    CanonicalStage,
    /// The pipeline.
    Pipeline,
    /// Who sells.
    Owner,
    /// Who would buy.
    Company,
    /// Open, won or lost.
    Outcome,
    /// The currency of the amount.
    Currency,
    /// How the seller counts it.
    ForecastCategory,
    /// The month it is expected to close in.
    CloseMonth,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Stage,
        Self::CanonicalStage,
        Self::Pipeline,
        Self::Owner,
        Self::Company,
        Self::Outcome,
        Self::Currency,
        Self::ForecastCategory,
        Self::CloseMonth,
    ];

    /// Its name in filters and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::CanonicalStage => "canonical_stage",
            Self::Pipeline => "pipeline",
            Self::Owner => "owner",
            Self::Company => "company",
            Self::Outcome => "outcome",
            Self::Currency => "currency",
            Self::ForecastCategory => "forecast_category",
            Self::CloseMonth => "close_month",
        }
    }
}

/// What amounts are added up in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reporting {
    /// The currency; `None` for the most frequent one of the book.
    pub currency: Option<Currency>,
    /// Rates for amounts in other currencies. Without one, an amount counts where the deal carries
    /// its value in that currency.
    pub rates: Option<RateTable>,
}

/// A deal's custom fields by code: (field, value).
type Custom = Box<[(u32, u32)]>;

/// What is kept of one deal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) codes: [u32; Column::ALL.len()],
    /// Whom it was opened to: a place in [`DealTable::grants`].
    pub(crate) grants: u32,
    /// The beginning of its name, so that most comparisons need no text.
    pub(crate) name: u64,
    /// In the currency reported in; not a number where there is none.
    pub(crate) amount: f64,
    /// The chance the source gives; not a number where it gives none.
    pub(crate) probability: f64,
    /// The chance the model gives.
    pub(crate) p_win: f64,
    /// Days since 1970.
    pub(crate) close_day: i64,
    pub(crate) created_us: i64,
    pub(crate) updated_us: i64,
    pub(crate) closed_us: i64,
    /// When it entered the stage it is in.
    pub(crate) entered_us: i64,
    /// When there was contact last.
    pub(crate) contact_us: i64,
    /// When the next meeting or call is due that is in the calendar already.
    pub(crate) ahead_us: i64,
    /// By when the next step is to be done, in days since 1970.
    pub(crate) due_day: i64,
    /// Whether somebody wrote down what is to be done next.
    pub(crate) planned: bool,
    /// The amount as the source has it.
    pub(crate) stated: Decimal,
    /// The amount in the currency reported in.
    pub(crate) reported: Decimal,
}

impl Row {
    pub(crate) fn code(&self, column: Column) -> u32 {
        self.codes[column as usize]
    }

    pub(crate) fn has_amount(&self) -> bool {
        self.code(Column::Currency) != NOTHING
    }

    /// Amount times chance, the model's where it has one.
    pub(crate) fn weighted(&self) -> f64 {
        self.amount * self.chance()
    }

    pub(crate) fn chance(&self) -> f64 {
        if self.p_win.is_nan() {
            self.probability
        } else {
            self.p_win
        }
    }
}

/// A tenant's deals in columns, made from a book and kept up as it changes.
///
/// Rows are sorted by id. [`list`](Self::list) answers from here alone, in a pass over the rows.
#[derive(Clone, Debug)]
pub struct DealTable {
    reporting: Reporting,
    pub(crate) currency: Option<Currency>,
    as_of: Timestamp,
    pub(crate) ids: Vec<DealId>,
    /// Where each row's deal is in the book.
    pub(crate) places: Vec<usize>,
    pub(crate) rows: Vec<Row>,
    /// Name, company, owner, stage and ids of each deal, in lower case, one a line.
    pub(crate) texts: Vec<Box<str>>,
    /// Each deal's custom fields by code: (field, value).
    pub(crate) custom: Vec<Custom>,
    pub(crate) dicts: [Dict; Column::ALL.len()],
    pub(crate) fields: Dict,
    pub(crate) values: Dict,
    pub(crate) grants: Vec<Vec<PersonId>>,
    pub(crate) people: Vec<Option<PersonId>>,
    grant_codes: HashMap<Vec<PersonId>, u32>,
    known_people: HashSet<PersonId>,
    pipelines: Vec<Pipeline>,
    /// Deals with something dated after the book's now, which the next update must look at again.
    later: BTreeSet<DealId>,
}

/// What is looked up in a book for every row.
struct Lookup<'a> {
    book: &'a Book,
    people: HashMap<PersonId, &'a str>,
    companies: HashMap<CompanyId, &'a str>,
    stage_order: HashMap<&'a str, u16>,
    outcomes: HashMap<u16, Option<Outcome>>,
    contacts: HashMap<DealId, Contacts>,
}

/// What a deal's activities say.
#[derive(Clone, Copy, Debug)]
struct Contacts {
    last_us: i64,
    ahead_us: i64,
    /// The last one ended with something to do.
    planned: bool,
}

impl DealTable {
    /// The columns of a book.
    pub fn build(book: &Book, reporting: Reporting) -> Self {
        let mut table = Self {
            currency: reporting.currency.or_else(|| main_currency(book)),
            reporting,
            as_of: book.as_of,
            ids: Vec::new(),
            places: Vec::new(),
            rows: Vec::new(),
            texts: Vec::new(),
            custom: Vec::new(),
            dicts: Default::default(),
            fields: Dict::default(),
            values: Dict::default(),
            grants: vec![Vec::new()],
            people: vec![None],
            grant_codes: [(Vec::new(), 0)].into(),
            known_people: book.people.iter().map(|it| it.id).collect(),
            pipelines: book.pipelines.clone(),
            later: BTreeSet::new(),
        };
        let mut lookup = Lookup::of(book);
        lookup.find_contacts(&mut table.later, |_| true);
        table.merge(&mut lookup, &BTreeSet::new());
        table.settle();
        table
    }

    /// Follows a book that has changed; `changed` are the deals touched, as
    /// [`Book::apply`](model::Book::apply) gives them, in any order.
    ///
    /// The table is then as if it had been built from the book. Names of people and companies are
    /// looked at again; other pipelines, another main currency or an earlier now build it anew.
    pub fn update<'a>(&mut self, book: &Book, changed: impl IntoIterator<Item = &'a DealId>) {
        let currency = self.reporting.currency.or_else(|| main_currency(book));
        if self.pipelines != book.pipelines || self.currency != currency || self.as_of > book.as_of
        {
            let chances = self.p_wins();
            *self = Self::build(book, self.reporting.clone());
            self.set_chances(|id| chances.get(&id).copied());
            return;
        }
        let mut changed: BTreeSet<DealId> = changed.into_iter().copied().collect();
        self.known_people = book.people.iter().map(|it| it.id).collect();
        let mut lookup = Lookup::of(book);
        let (owners, companies) = self.rename(&lookup);
        if !owners.is_empty() || !companies.is_empty() {
            let renamed = self.rows.iter().zip(&self.ids).filter(|(row, _)| {
                owners.contains(&row.code(Column::Owner))
                    || companies.contains(&row.code(Column::Company))
            });
            changed.extend(renamed.map(|(_, id)| *id));
        }
        if self.as_of != book.as_of {
            changed.append(&mut self.later);
            self.as_of = book.as_of;
        }
        self.later.retain(|id| !changed.contains(id));
        // Most activities belong to other deals, which two bytes of the id tell at once.
        let mut endings = vec![false; 1 << 16];
        let ending = |id: &DealId| {
            let bytes = id.as_bytes();
            usize::from(bytes[14]) << 8 | usize::from(bytes[15])
        };
        for id in &changed {
            endings[ending(id)] = true;
        }
        lookup.find_contacts(&mut self.later, |id| {
            endings[ending(id)] && changed.contains(id)
        });
        self.merge(&mut lookup, &changed);
        self.settle();
    }

    /// Tells each deal's chance to be won as a model sees it. New deals have none until told again.
    pub fn set_chances(&mut self, p_win: impl Fn(DealId) -> Option<f64>) {
        for (row, id) in self.rows.iter_mut().zip(&self.ids) {
            row.p_win = p_win(*id).unwrap_or(f64::NAN);
        }
    }

    /// How many deals there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no deal.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The currency amounts are added up in; `None` when no deal has an amount.
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// The book's now.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The custom fields that deals have.
    pub fn custom_fields(&self) -> impl Iterator<Item = &str> {
        self.fields.entries().map(|(_, entry)| entry.value.as_str())
    }

    /// Whether an owner is among the people of the book.
    pub(crate) fn knows(&self, owner: PersonId) -> bool {
        self.known_people.contains(&owner)
    }

    pub(crate) fn dict(&self, column: Column) -> &Dict {
        &self.dicts[column as usize]
    }

    /// The name a row is sorted by.
    pub(crate) fn sort_name(&self, row: usize) -> &str {
        let text = &*self.texts[row];
        let line = text.split('\n').next().unwrap_or_default();
        let end = line
            .char_indices()
            .nth(SORTED)
            .map_or(line.len(), |(at, _)| at);
        &line[..end]
    }

    fn p_wins(&self) -> HashMap<DealId, f64> {
        let told = self.ids.iter().zip(&self.rows);
        told.filter(|(_, row)| !row.p_win.is_nan())
            .map(|(id, row)| (*id, row.p_win))
            .collect()
    }

    fn settle(&mut self) {
        self.dicts.iter_mut().for_each(Dict::settle);
    }

    /// Takes over new names; gives the owners and companies that have one.
    fn rename(&mut self, lookup: &Lookup<'_>) -> (BTreeSet<u32>, BTreeSet<u32>) {
        let owners = self.dicts[Column::Owner as usize].rename(|key| {
            let id = PersonId::from_bytes(key.try_into().ok()?);
            lookup.people.get(&id).copied()
        });
        let companies = self.dicts[Column::Company as usize].rename(|key| {
            let id = CompanyId::from_bytes(key.try_into().ok()?);
            lookup.companies.get(&id).copied()
        });
        (owners, companies)
    }

    /// Makes the rows those of the book: changed and new ones are derived, the others kept.
    fn merge(&mut self, lookup: &mut Lookup<'_>, changed: &BTreeSet<DealId>) {
        let deals = &lookup.book.deals;
        let mut places: Vec<usize> = (0..deals.len()).collect();
        if !deals.is_sorted_by_key(|deal| deal.id) {
            places.sort_by_key(|&place| deals[place].id);
        }
        let ids: Vec<DealId> = places.iter().map(|&place| deals[place].id).collect();
        if ids == self.ids {
            self.places = places;
            for id in changed {
                if let Ok(row) = self.ids.binary_search(id) {
                    let p_win = self.rows[row].p_win;
                    let (new, text, custom) = self.derive(lookup, self.places[row]);
                    self.rows[row] = Row { p_win, ..new };
                    self.texts[row] = text;
                    self.custom[row] = custom;
                }
            }
            return;
        }
        let old_ids = std::mem::replace(&mut self.ids, ids);
        let old_rows = std::mem::take(&mut self.rows);
        let mut old_texts = std::mem::take(&mut self.texts);
        let mut old_custom = std::mem::take(&mut self.custom);
        let (mut rows, mut texts, mut custom) = (
            Vec::with_capacity(places.len()),
            Vec::with_capacity(places.len()),
            Vec::with_capacity(places.len()),
        );
        let mut old = 0;
        for (row, &place) in places.iter().enumerate() {
            let id = self.ids[row];
            while old_ids.get(old).is_some_and(|known| *known < id) {
                old += 1;
            }
            let known = old_ids.get(old) == Some(&id);
            if known && !changed.contains(&id) {
                rows.push(old_rows[old]);
                texts.push(std::mem::take(&mut old_texts[old]));
                custom.push(std::mem::take(&mut old_custom[old]));
            } else {
                let (new, text, fields) = self.derive(lookup, place);
                let p_win = if known { old_rows[old].p_win } else { f64::NAN };
                rows.push(Row { p_win, ..new });
                texts.push(text);
                custom.push(fields);
            }
        }
        self.later.retain(|id| self.ids.binary_search(id).is_ok());
        (self.rows, self.texts, self.custom, self.places) = (rows, texts, custom, places);
    }

    fn derive(&mut self, lookup: &mut Lookup<'_>, place: usize) -> (Row, Box<str>, Custom) {
        let book = lookup.book;
        let deal = &book.deals[place];
        let own = book.own.get(&deal.id);
        let now_us = book.as_of.as_microsecond();
        let visits = book.log.visits(place);
        let known = visits.at_us.partition_point(|&at| at <= now_us);
        if known < visits.len() {
            self.later.insert(deal.id);
        }
        let last = known
            .checked_sub(1)
            .map(|i| (visits.stage[i], visits.at_us[i]));
        let outcome = lookup.outcome(deal, last.map(|(stage, _)| stage));
        let stage = deal.stage.as_deref().or_else(|| {
            let (code, _) = last?;
            book.log.stages().get(usize::from(code)).map(String::as_str)
        });
        let canonical = deal.canonical_stage;
        let day = deal.expected_close;

        let mut codes = [NOTHING; Column::ALL.len()];
        let dicts = &mut self.dicts;
        let mut put = |column: Column, key: &[u8], entry: &dyn Fn() -> Entry| {
            codes[column as usize] = dicts[column as usize].code(key, entry);
        };
        if let Some(label) = stage {
            put(Column::Stage, label.as_bytes(), &|| lookup.stage(label));
        }
        if let Some(canonical) = canonical {
            let name = canonical.as_str();
            put(Column::CanonicalStage, name.as_bytes(), &|| {
                let place = CanonicalStage::ALL.iter().position(|it| *it == canonical);
                Entry::placed(name.to_owned(), name.to_owned(), place.unwrap_or_default())
            });
        }
        if let Some(id) = deal.pipeline {
            put(Column::Pipeline, id.as_bytes(), &|| {
                let pipeline = book.pipelines.iter().find(|it| it.id == id);
                let name = pipeline.map_or_else(|| id.to_string(), |it| it.name.clone());
                Entry::named(id.to_string(), name)
            });
        }
        if let Some(id) = deal.owner {
            put(Column::Owner, id.as_bytes(), &|| lookup.owner(id));
        }
        if let Some(id) = deal.company {
            put(Column::Company, id.as_bytes(), &|| lookup.company(id));
        }
        let (word, rank) = match outcome {
            None => ("open", 0),
            Some(Outcome::Won) => ("won", 1),
            Some(Outcome::Lost) => ("lost", 2),
        };
        put(Column::Outcome, word.as_bytes(), &|| {
            Entry::placed(word.to_owned(), word.to_owned(), rank)
        });
        if let Some(money) = &deal.amount {
            let code = money.currency.as_str();
            put(Column::Currency, code.as_bytes(), &|| {
                Entry::named(code.to_owned(), code.to_owned())
            });
        }
        if let Some(category) = own.and_then(|own| own.forecast_category) {
            let (name, rank) = category_name(category);
            put(Column::ForecastCategory, name.as_bytes(), &|| {
                Entry::placed(name.to_owned(), name.to_owned(), rank)
            });
        }
        if let Some(day) = day {
            let month = format!("{:04}-{:02}", day.year(), day.month());
            put(Column::CloseMonth, month.as_bytes(), &|| {
                let at = (i32::from(day.year()) + 10_000) * 12 + i32::from(day.month());
                Entry::placed(month.clone(), month.clone(), at as usize)
            });
        }
        let owner = codes[Column::Owner as usize] as usize;
        if self.people.len() <= owner {
            self.people.push(deal.owner);
        }

        let reported = self.reported(deal);
        let us = |at: Option<Timestamp>| at.map_or(NEVER, Timestamp::as_microsecond);
        let text = self.text(lookup, place, codes);
        let contacts = lookup.contacts.get(&deal.id);
        let row = Row {
            codes,
            grants: self.grant(deal, own.map(|own| &own.visible_to[..])),
            name: beginning(&text),
            amount: reported.and_then(|it| it.to_f64()).unwrap_or(f64::NAN),
            probability: deal.probability.unwrap_or(f64::NAN),
            p_win: f64::NAN,
            close_day: day.map_or(NEVER, day_number),
            created_us: us(deal.created_at.or_else(|| first_visit(visits.at_us))),
            updated_us: us(deal.updated_at),
            closed_us: match (outcome, last) {
                (None, _) => NEVER,
                (Some(_), Some((_, at))) if deal.closed_at.is_none() => at,
                _ => us(deal.closed_at),
            },
            entered_us: last.map_or(NEVER, |(_, at)| at),
            contact_us: contacts.map_or(NEVER, |it| it.last_us),
            ahead_us: contacts.map_or(NEVER, |it| it.ahead_us),
            due_day: own
                .and_then(|own| own.next_step_due)
                .map_or(NEVER, day_number),
            planned: contacts.is_some_and(|it| it.planned)
                || own.is_some_and(|own| own.next_step.is_some()),
            stated: deal.amount.map_or(Decimal::ZERO, |money| money.amount),
            reported: reported.unwrap_or_default(),
        };
        let fields = deal.custom_fields.iter();
        let custom = fields
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(field, value)| {
                let entry = |text: &String| Entry::named(text.clone(), text.clone());
                (
                    self.fields.code(field.as_bytes(), || entry(field)),
                    self.values.code(value.as_bytes(), || entry(value)),
                )
            });
        (row, text, custom.collect())
    }

    /// A deal's amount in the currency reported in.
    fn reported(&self, deal: &Deal) -> Option<Decimal> {
        let (money, to) = (deal.amount.as_ref()?, self.currency?);
        convert(money, to, self.reporting.rates.as_ref()).or_else(|| {
            let converted = deal.amount_usd.as_ref()?;
            (converted.money.currency == to).then_some(converted.money.amount)
        })
    }

    fn grant(&mut self, deal: &Deal, own: Option<&[PersonId]>) -> u32 {
        let mut people = deal.visible_to.clone();
        people.extend_from_slice(own.unwrap_or_default());
        people.sort_unstable();
        people.dedup();
        if let Some(&code) = self.grant_codes.get(&people) {
            return code;
        }
        let code = self.grants.len() as u32;
        self.grants.push(people.clone());
        self.grant_codes.insert(people, code);
        code
    }

    fn text(&self, lookup: &Lookup<'_>, place: usize, codes: [u32; Column::ALL.len()]) -> Box<str> {
        let deal = &lookup.book.deals[place];
        let mut text = String::new();
        let mut line = |words: &str| {
            text.extend(
                words
                    .chars()
                    .flat_map(char::to_lowercase)
                    .map(|c| if c == '\n' { ' ' } else { c }),
            );
            text.push('\n');
        };
        line(deal.name.as_deref().unwrap_or_default().trim());
        for column in [Column::Company, Column::Owner, Column::Stage] {
            let code = codes[column as usize];
            line(&self.dicts[column as usize].entry(code).label);
        }
        line(lookup.book.log.case_name(place));
        for id in deal.external_ids.values() {
            line(id);
        }
        line(&deal.id.to_string());
        text.into()
    }
}

impl<'a> Lookup<'a> {
    fn of(book: &'a Book) -> Self {
        let people = (book.people.iter())
            .filter_map(|it| Some((it.id, it.name.as_deref().or(it.email.as_deref())?)));
        let companies = (book.companies.iter())
            .filter_map(|it| Some((it.id, it.name.as_deref().or(it.domain.as_deref())?)));
        let mut stage_order: HashMap<&str, u16> = HashMap::new();
        for stage in book.pipelines.iter().flat_map(|it| &it.stages) {
            let order = stage_order.entry(&stage.label).or_insert(stage.order);
            *order = stage.order.min(*order);
        }
        Self {
            people: people.collect(),
            companies: companies.collect(),
            stage_order,
            outcomes: HashMap::new(),
            contacts: HashMap::new(),
            book,
        }
    }

    /// When each of the wanted deals was last in contact: what was done among ourselves is none.
    fn find_contacts(&mut self, later: &mut BTreeSet<DealId>, wanted: impl Fn(&DealId) -> bool) {
        let now = self.book.as_of;
        for activity in &self.book.activities {
            let Some(deal) = activity.deal else { continue };
            if activity.kind == ActivityKind::Internal || !wanted(&deal) {
                continue;
            }
            let of = self.contacts.entry(deal).or_insert(Contacts {
                last_us: NEVER,
                ahead_us: NEVER,
                planned: false,
            });
            let at_us = activity.at.as_microsecond();
            if activity.at > now {
                later.insert(deal);
                if of.ahead_us == NEVER || at_us < of.ahead_us {
                    of.ahead_us = at_us;
                }
            } else if at_us >= of.last_us {
                let same = at_us == of.last_us;
                of.planned = !activity.next_steps.is_empty() || same && of.planned;
                of.last_us = at_us;
            }
        }
    }

    /// How a deal ended: as its history says, or else its stage.
    fn outcome(&mut self, deal: &Deal, last: Option<u16>) -> Option<Outcome> {
        match last {
            Some(code) => {
                *(self.outcomes.entry(code)).or_insert_with(|| self.book.outcome_of_stage(code))
            }
            None => deal.canonical_stage?.outcome(),
        }
    }

    fn owner(&self, id: PersonId) -> Entry {
        let name = self.people.get(&id);
        let name = name.map_or_else(|| id.to_string(), |name| (*name).to_owned());
        Entry::named(id.to_string(), name)
    }

    fn company(&self, id: CompanyId) -> Entry {
        let name = self.companies.get(&id);
        let name = name.map_or_else(|| id.to_string(), |name| (*name).to_owned());
        Entry::named(id.to_string(), name)
    }

    /// Declared stages in their order, then the others by name.
    fn stage(&self, label: &str) -> Entry {
        let place = self
            .stage_order
            .get(label)
            .map_or(99_999, |it| usize::from(*it));
        Entry::placed(label.to_owned(), label.to_owned(), place)
    }
}

/// An amount in another currency, exactly; `None` without a rate.
pub(crate) fn convert(
    money: &model::Money,
    to: Currency,
    rates: Option<&RateTable>,
) -> Option<Decimal> {
    if money.currency == to {
        return Some(money.amount);
    }
    Some(rates?.convert(money, to).ok()?.money.amount)
}

/// Days since 1970-01-01.
pub(crate) fn day_number(day: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    i64::from((day - epoch).get_days())
}

/// The first instant of a day, in microseconds since 1970.
pub(crate) fn day_us(day: Date) -> i64 {
    day_number(day).saturating_mul(86_400_000_000)
}

/// The day of an instant, in UTC.
pub(crate) fn day_of(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

fn first_visit(at_us: &[i64]) -> Option<Timestamp> {
    Timestamp::from_microsecond(*at_us.first()?).ok()
}

/// The first eight bytes of the first line, so that numbers compare as the names do.
pub(crate) fn beginning(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let name = text.split('\n').next().unwrap_or_default();
    for (byte, of) in bytes.iter_mut().zip(name.bytes()) {
        *byte = of;
    }
    u64::from_be_bytes(bytes)
}

fn category_name(category: ForecastCategory) -> (&'static str, usize) {
    match category {
        ForecastCategory::Commit => ("commit", 0),
        ForecastCategory::BestCase => ("best_case", 1),
        ForecastCategory::Pipeline => ("pipeline", 2),
        ForecastCategory::Omitted => ("omitted", 3),
    }
}

/// The currency of most amounts; of several the first by its letters.
fn main_currency(book: &Book) -> Option<Currency> {
    let mut counts: BTreeMap<Currency, usize> = BTreeMap::new();
    for money in book.deals.iter().filter_map(|deal| deal.amount.as_ref()) {
        *counts.entry(money.currency).or_default() += 1;
    }
    let most = counts
        .into_iter()
        .max_by_key(|(currency, count)| (*count, std::cmp::Reverse(*currency)));
    most.map(|(currency, _)| currency)
}
