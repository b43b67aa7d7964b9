//! From a row to a draft: what each shape makes of its cells.

use jiff::Timestamp;
use model::{ActivityKind, ActivityOutcome, HistoryError, Objection};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::drafts::{
    ActivityDraft, CaseDraft, DealDraft, DealRef, Drafts, Instant, Product, Spot, StakeholderDraft,
    Sum, product_key,
};
use super::import::Options;
use super::issues::{Issues, Level};
use super::mapping::{self, Shape, Target};
use super::profile::{Profile, Style};
use super::read::{Record, list};
use super::value::{self, Moment, NoDate, NoNumber};
use super::words;

/// What came of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It gave something.
    Used,
    /// It should have given something and could not; an issue says why.
    Unusable,
    /// It is none of the rows that were asked for; a note says so.
    LeftOut,
}

impl From<bool> for Fate {
    fn from(used: bool) -> Self {
        if used { Self::Used } else { Self::Unusable }
    }
}

/// Rows of one table.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) read: u64,
    pub(super) used: u64,
    pub(super) left_out: u64,
    pub(super) odd: u64,
}

impl Counts {
    pub(super) fn add(&mut self, fate: Fate, odd: bool) {
        if fate == Fate::LeftOut {
            self.left_out += 1;
            return;
        }
        self.read += 1;
        self.used += u64::from(fate == Fate::Used);
        self.odd += u64::from(odd);
    }
}

/// Takes the rows of one table in.
pub(super) struct Taker<'o> {
    pub(super) profile: Profile,
    pub(super) counts: Counts,
    file: u32,
    options: &'o Options,
    /// The column of each field, in the order of the columns.
    fields: Vec<(Target, usize)>,
    event: EventColumns,
}

/// The columns an event needs, looked up once: there may be millions of events.
#[derive(Debug, Clone, Copy, Default)]
struct EventColumns {
    deal: Option<usize>,
    stage: Option<usize>,
    time: Option<usize>,
    amount: Option<usize>,
    lifecycle: Option<usize>,
    /// Other things are said about the deal.
    more: bool,
}

/// An event as its row has it.
pub(super) struct Event<'r> {
    pub(super) deal: &'r str,
    pub(super) stage: &'r str,
    pub(super) at: Timestamp,
}

impl<'o> Taker<'o> {
    pub(super) fn new(profile: Profile, file: u32, options: &'o Options) -> Self {
        let mut taker = Self {
            profile,
            counts: Counts::default(),
            file,
            options,
            fields: Vec::new(),
            event: EventColumns::default(),
        };
        taker.index();
        taker
    }

    /// Takes in columns that the first look did not meet.
    pub(super) fn widen(&mut self, columns: &[String]) {
        let Some(added) = columns
            .get(self.profile.columns.len()..)
            .filter(|a| !a.is_empty())
        else {
            return;
        };
        for column in added {
            let target = mapping::place(&self.profile.mapping, column, &self.options.overrides);
            self.profile
                .mapping
                .columns
                .0
                .push((column.clone(), target.clone()));
            self.profile.columns.push(Style {
                target: Some(target),
                dates: self.options.dates,
                decimal: self.options.decimal.or(Some(value::DecimalMark::Point)),
                ..Style::default()
            });
        }
        self.index();
    }

    fn index(&mut self) {
        let styles = self.profile.columns.iter().enumerate();
        self.fields = styles
            .filter_map(|(n, s)| Some((s.target.clone()?, n)))
            .collect();
        self.event = EventColumns {
            deal: self.column(&Target::DealId),
            stage: self.column(&Target::Stage),
            time: self.column(&Target::Time),
            amount: self.column(&Target::Amount),
            lifecycle: self
                .column(&Target::Lifecycle)
                .filter(|_| self.profile.ends_only),
            more: self.fields.iter().any(|(target, _)| {
                !matches!(
                    target,
                    Target::DealId
                        | Target::Stage
                        | Target::Time
                        | Target::Lifecycle
                        | Target::Ignore
                )
            }),
        };
    }

    fn column(&self, target: &Target) -> Option<usize> {
        self.fields
            .iter()
            .find(|(t, _)| t == target)
            .map(|(_, n)| *n)
    }

    fn heading(&self, column: usize) -> &str {
        self.profile
            .mapping
            .columns
            .0
            .get(column)
            .map_or("", |(name, _)| name)
    }

    fn spot(&self, record: &Record) -> Spot {
        Spot {
            file: self.file,
            row: record.row,
        }
    }

    /// Takes one row in.
    pub(super) fn take(&self, record: &Record, drafts: &mut Drafts, issues: &mut Issues) -> Fate {
        if self.profile.mapping.shape == Shape::Unknown {
            return Fate::Unusable;
        }
        if is_footer(record, issues) {
            return Fate::LeftOut;
        }
        match self.profile.mapping.shape {
            Shape::StageEvents => self.take_event(record, drafts, issues),
            Shape::Activities => self.take_activity(record, drafts, issues),
            Shape::Deals => self.take_deal(record, drafts, issues).into(),
            Shape::Contacts => self.take_contact(record, drafts, issues).into(),
            Shape::Accounts => self.take_account(record, drafts, issues).into(),
            Shape::Team => self.take_seller(record, drafts, issues).into(),
            Shape::Products => self.take_product(record, drafts, issues).into(),
            Shape::Unknown => Fate::Unusable,
        }
    }

    /// Says which columns found no place.
    pub(super) fn finish(&self, issues: &mut Issues) {
        let kept = matches!(
            self.profile.mapping.shape,
            Shape::Deals | Shape::StageEvents | Shape::Accounts | Shape::Products
        );
        let left: Vec<&str> = self
            .fields
            .iter()
            .filter(|(target, n)| {
                let filled = self.profile.columns[*n].example.is_some();
                filled && (*target == Target::Ignore || (*target == Target::Custom && !kept))
            })
            .map(|(_, n)| self.heading(*n))
            .collect();
        if self.profile.mapping.shape != Shape::Unknown && !left.is_empty() {
            issues.raise("columns_left", Level::Note, 0, None, None, || {
                (
                    format!("not kept: {}", left.join(", ")),
                    "to keep one with its deal, say --map \"Column=custom\"".into(),
                )
            });
        }
    }

    // ------------------------------------------------------------ cells

    /// The text of a field, unless it stands for nothing.
    fn text<'r>(&self, record: &'r Record, target: &Target) -> Option<&'r str> {
        record
            .get(self.column(target)?)
            .filter(|t| !value::is_null(t))
    }

    fn owned(&self, record: &Record, target: &Target) -> Option<String> {
        self.text(record, target).map(str::to_owned)
    }

    fn moment(
        &self,
        record: &Record,
        column: Option<usize>,
        issues: &mut Issues,
    ) -> Option<Moment> {
        let column = column?;
        let text = record.get(column).filter(|t| !value::is_null(t))?;
        let style = self.profile.columns.get(column)?;
        match value::moment(text, style.dates) {
            Ok(found) => {
                // 1971 to 2100: outside, a sale is hard to believe.
                if !(31_536_000_000_000..4_102_444_800_000_000).contains(&found.local_us) {
                    issues.raise(
                        "odd_year",
                        Level::Warning,
                        record.row,
                        Some(self.heading(column)),
                        Some(text),
                        || {
                            (
                                "the year is hard to believe; it was read as it stands".into(),
                                "check the year".into(),
                            )
                        },
                    );
                }
                Some(found)
            }
            Err(why) => {
                let (code, what, remedy) = match why {
                    NoDate::Ambiguous => (
                        "ambiguous_dates",
                        "day and month could be either way round",
                        "say --dates dmy or --dates mdy",
                    ),
                    NoDate::Impossible => (
                        "impossible_date",
                        "there is no such day or time",
                        "correct it; if day and month are swapped, say --dates dmy or --dates mdy",
                    ),
                    NoDate::OutOfReach => (
                        "year_out_of_reach",
                        "only the years 1 to 9998 can be held; the cell was taken as empty",
                        "leave the cell empty where there is no date yet",
                    ),
                    NoDate::Unlike => (
                        "not_a_date",
                        "this is not written like a date",
                        "write dates as 2026-12-31; if this column holds none, say --map \"Column=custom\"",
                    ),
                };
                issues.raise(
                    code,
                    Level::Error,
                    record.row,
                    Some(self.heading(column)),
                    Some(text),
                    || (what.into(), remedy.into()),
                );
                None
            }
        }
    }

    fn instant(&self, record: &Record, target: &Target, issues: &mut Issues) -> Option<Instant> {
        let found = self.moment(record, self.column(target), issues)?;
        Some(self.place(found))
    }

    fn place(&self, found: Moment) -> Instant {
        Instant {
            at_us: found.instant_us(self.options.utc_offset_s.unwrap_or(0)),
            day_only: found.date_only,
        }
    }

    fn number(
        &self,
        record: &Record,
        target: &Target,
        issues: &mut Issues,
    ) -> Option<value::Number> {
        self.number_in(record, self.column(target)?, issues)
    }

    fn number_in(
        &self,
        record: &Record,
        column: usize,
        issues: &mut Issues,
    ) -> Option<value::Number> {
        let text = record.get(column).filter(|t| !value::is_null(t))?;
        let style = self.profile.columns.get(column)?;
        match value::number(text, style.decimal) {
            Ok(found) => Some(found),
            Err(why) => {
                let (code, what, remedy) = match why {
                    NoNumber::Ambiguous => (
                        "ambiguous_numbers",
                        "the mark could part thousands or decimals",
                        "say --decimal point or --decimal comma",
                    ),
                    NoNumber::TooLong => (
                        "number_too_long",
                        "the number has more digits than can be held exactly",
                        "correct it, or keep it as text: --map \"Column=custom\"",
                    ),
                    NoNumber::Unlike => (
                        "not_a_number",
                        "this is not written like a number",
                        "correct it, or leave the cell empty where there is none",
                    ),
                };
                issues.raise(
                    code,
                    Level::Error,
                    record.row,
                    Some(self.heading(column)),
                    Some(text),
                    || (what.into(), remedy.into()),
                );
                None
            }
        }
    }

    fn sum(&self, record: &Record, target: &Target, issues: &mut Issues) -> Option<Sum> {
        let column = self.column(target)?;
        let found = self.number_in(record, column, issues)?;
        if found.value.is_sign_negative() && !found.value.is_zero() {
            issues.raise(
                "negative_amount",
                Level::Warning,
                record.row,
                Some(self.heading(column)),
                record.get(column),
                || {
                    (
                        "the amount is below zero; it was kept".into(),
                        "check the sign".into(),
                    )
                },
            );
        }
        let currency = found
            .currency
            .or_else(|| {
                self.text(record, &Target::Currency)
                    .map(str::to_ascii_uppercase)
            })
            .or_else(|| self.profile.columns.get(column)?.currency.clone());
        Some(Sum {
            amount: found.value,
            currency,
        })
    }

    /// A number within bounds; `from` is −1 or 0.
    fn bounded(
        &self,
        record: &Record,
        target: &Target,
        from: f64,
        issues: &mut Issues,
    ) -> Option<f64> {
        let column = self.column(target)?;
        let found = self.number_in(record, column, issues)?;
        let mut number = found.value.to_f64()?;
        if found.percent
            || (*target == Target::Probability && !self.profile.columns[column].fraction)
        {
            number /= 100.0;
        }
        if (from..=1.0).contains(&number) {
            return Some(number);
        }
        issues.raise(
            "out_of_range",
            Level::Error,
            record.row,
            Some(self.heading(column)),
            record.get(column),
            || {
                (
                    format!("the value must lie between {from} and 1, or 0 and 100 %"),
                    "correct it; it was left out".into(),
                )
            },
        );
        None
    }

    /// Under their own names, without the wrapping some tools put around them.
    fn custom(&self, record: &Record, into: &mut std::collections::BTreeMap<String, String>) {
        for (target, column) in &self.fields {
            if *target != Target::Custom {
                continue;
            }
            if let Some(text) = record.get(*column).filter(|t| !t.is_empty()) {
                let heading = self.heading(*column);
                let name = ["custom_fields.", "properties.", "fields.", "case:"]
                    .iter()
                    .find_map(|start| heading.strip_prefix(start))
                    .unwrap_or(heading);
                into.insert(name.to_owned(), text.to_owned());
            }
        }
    }

    /// An id for a row that has none: the same row gives the same one.
    fn row_id(&self, record: &Record) -> String {
        // FNV-1a over headings and cells, each with its length before it.
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut eat = |bytes: &[u8]| {
            for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for (n, (column, _)) in self.profile.mapping.columns.0.iter().enumerate() {
            if let Some(text) = record.get(n).filter(|t| !t.is_empty()) {
                eat(column.as_bytes());
                eat(text.as_bytes());
            }
        }
        format!("row-{hash:016x}")
    }

    /// A usable id of a deal, or the reason there is none.
    fn deal_id<'r>(&self, record: &'r Record, issues: &mut Issues) -> Result<Option<&'r str>, ()> {
        let Some(id) = self.text(record, &Target::DealId) else {
            return Ok(None);
        };
        if value::is_damaged_id(id) {
            let heading = self.column(&Target::DealId).map(|n| self.heading(n));
            issues.raise("damaged_id", Level::Error, record.row, heading, Some(id), || {
                (
                    "a spreadsheet has rounded this id; its digits are lost, and the row was not used".into(),
                    "export again, and open the file with the column set to text".into(),
                )
            });
            return Err(());
        }
        Ok(Some(id))
    }

    // ------------------------------------------------------------ stage events

    /// The deal, stage and time of an event row.
    pub(super) fn event<'r>(
        &self,
        record: &'r Record,
        issues: &mut Issues,
    ) -> Result<Event<'r>, Fate> {
        let cell = |column: Option<usize>| record.get(column?).filter(|t| !value::is_null(t));
        if let Some(kind) = cell(self.event.lifecycle)
            && !kind.eq_ignore_ascii_case("complete")
        {
            issues.raise(
                "not_an_end",
                Level::Note,
                record.row,
                None,
                Some(kind),
                || {
                    (
                        "the event log tells starts and ends apart; only ends count as moves"
                            .into(),
                        "nothing to do".into(),
                    )
                },
            );
            return Err(Fate::LeftOut);
        }
        let Some(deal) = cell(self.event.deal) else {
            unusable(
                record,
                "nothing says which deal moved",
                "fill in the deal's id",
                issues,
            );
            return Err(Fate::Unusable);
        };
        if value::is_damaged_id(deal) {
            self.deal_id(record, issues).ok();
            return Err(Fate::Unusable);
        }
        let Some(stage) = cell(self.event.stage) else {
            unusable(
                record,
                "nothing says which stage was entered",
                "fill in the stage",
                issues,
            );
            return Err(Fate::Unusable);
        };
        if cell(self.event.time).is_none() {
            unusable(record, "nothing says when", "fill in the time", issues);
            return Err(Fate::Unusable);
        }
        let moment = self.moment(record, self.event.time, issues);
        let at_us = self.place(moment.ok_or(Fate::Unusable)?).at_us;
        let at = Timestamp::from_microsecond(at_us).map_err(|_| Fate::Unusable)?;
        if self.options.before.is_some_and(|before| at >= before) {
            issues.raise("after_origin", Level::Note, record.row, None, None, || {
                (
                    "the event lies at or after the origin and was left out".into(),
                    "nothing to do".into(),
                )
            });
            return Err(Fate::LeftOut);
        }
        if self.options.now.is_some_and(|now| at > now) {
            let heading = self.event.time.map(|n| self.heading(n));
            let shown = cell(self.event.time);
            issues.raise(
                "future_date",
                Level::Warning,
                record.row,
                heading,
                shown,
                || {
                    (
                        "the event lies in the future; it was kept".into(),
                        "check the year and the order of day and month".into(),
                    )
                },
            );
        }
        Ok(Event { deal, stage, at })
    }

    pub(super) fn has_amounts(&self) -> bool {
        self.event.amount.is_some()
    }

    /// The amount an event row gives, for callers that want nothing else.
    pub(super) fn event_amount(&self, record: &Record, issues: &mut Issues) -> Option<f64> {
        let column = self.event.amount?;
        self.number_in(record, column, issues)?.value.to_f64()
    }

    fn take_event(&self, record: &Record, drafts: &mut Drafts, issues: &mut Issues) -> Fate {
        let event = match self.event(record, issues) {
            Ok(event) => event,
            Err(fate) => return fate,
        };
        // A history report may name its deals where a list of deals has their ids.
        let by_name = drafts.by_name.get(event.deal).cloned().flatten();
        let id = by_name.as_deref().unwrap_or(event.deal);
        if drafts
            .repeats
            .repeated((id, event.stage, event.at), self.file)
        {
            raise_repeated(record, issues);
            return Fate::Used;
        }
        let pushed = drafts
            .case(id)
            .and_then(|case| drafts.log.push(id, event.stage, event.at).map(|()| case));
        let case = match pushed {
            Ok(case) => case,
            Err(e) => {
                history_full(record, &event, &e, issues);
                return Fate::Unusable;
            }
        };
        drafts.moved[case] = true;
        if drafts.cases[case].is_none() {
            drafts.cases[case] = Some(Box::new(CaseDraft {
                spot: self.spot(record),
                amount_at_us: i64::MIN,
                first_us: i64::MAX,
                ..CaseDraft::default()
            }));
        }
        if self.event.more {
            self.describe_case(record, case, event.at.as_microsecond(), drafts, issues);
        }
        Fate::Used
    }

    /// What an event row says of its deal beside the move. The latest row has the last word.
    fn describe_case(
        &self,
        record: &Record,
        case: usize,
        at_us: i64,
        drafts: &mut Drafts,
        issues: &mut Issues,
    ) {
        let company = drafts
            .companies
            .find(None, self.text(record, &Target::Company));
        let owner = drafts
            .people
            .find(self.text(record, &Target::Owner), None, None);
        let left = self
            .text(record, &Target::FromStage)
            .and_then(|label| drafts.log.stage(label).ok());
        let amount = self.sum(record, &Target::Amount, issues);
        let Some(draft) = drafts.cases[case].as_mut() else {
            return;
        };
        if at_us < draft.first_us {
            (draft.first_us, draft.left) = (at_us, left);
        }
        let latest = at_us >= draft.amount_at_us;
        if amount.is_some() && (latest || draft.amount.is_none()) {
            draft.amount = amount;
        }
        if latest {
            draft.amount_at_us = at_us;
            draft.company = company.or(draft.company);
            draft.owner = owner.or(draft.owner);
            draft.name = self.owned(record, &Target::DealName).or(draft.name.take());
            draft.pipeline = self
                .owned(record, &Target::Pipeline)
                .or(draft.pipeline.take());
            self.custom(record, &mut draft.custom);
        }
    }

    // ------------------------------------------------------------ deals

    fn take_deal(&self, record: &Record, drafts: &mut Drafts, issues: &mut Issues) -> bool {
        let Ok(id) = self.deal_id(record, issues) else {
            return false;
        };
        let name = self.owned(record, &Target::DealName);
        let others = self.fields.iter().any(|(target, _)| {
            !matches!(target, Target::DealId | Target::Ignore | Target::Custom)
                && self.text(record, target).is_some()
        });
        if !others {
            return unusable(
                record,
                "the row says nothing about a deal",
                "fill in its stage, amount or dates, or delete the row",
                issues,
            );
        }
        let id = id.map_or_else(
            || {
                issues.raise(
                    "no_id",
                    Level::Note,
                    record.row,
                    None,
                    name.as_deref(),
                    || {
                        (
                            "the deal has no id; one was made from the row's content".into(),
                            "add an id column: without it, a changed row is a new deal".into(),
                        )
                    },
                );
                self.row_id(record)
            },
            str::to_owned,
        );
        let draft = self.draft(record, id.clone(), name, drafts, issues);
        let case = match drafts.case(&id) {
            Ok(case) => case,
            Err(e) => return unusable(record, &format!("{e}"), "split the file", issues),
        };
        if let Some(old) = &drafts.deals[case] {
            let newer = match (old.updated_at, draft.updated_at) {
                (Some(a), Some(b)) => b >= a,
                _ => true,
            };
            let first = old.spot.row;
            issues.raise(
                "duplicate_id",
                Level::Warning,
                record.row,
                None,
                Some(&id),
                || {
                    (
                        format!(
                            "this id stood before, in row {first}; the {} row counts",
                            if newer { "later" } else { "earlier, newer" }
                        ),
                        "remove the row that is out of date".into(),
                    )
                },
            );
            if !newer {
                return true;
            }
        }
        if let Some(name) = &draft.name {
            drafts
                .by_name
                .entry(name.clone())
                .and_modify(|known| {
                    if known.as_deref() != Some(&id) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some(id.clone()));
        }
        drafts.deals[case] = Some(Box::new(draft));
        true
    }

    fn draft(
        &self,
        record: &Record,
        id: String,
        name: Option<String>,
        drafts: &mut Drafts,
        issues: &mut Issues,
    ) -> DealDraft {
        let company = drafts.companies.find(
            self.text(record, &Target::CompanyId),
            self.text(record, &Target::Company),
        );
        let owner = drafts.people.find(
            self.text(record, &Target::Owner),
            self.text(record, &Target::OwnerEmail),
            None,
        );
        let flag = |target: &Target| self.text(record, target).and_then(value::flag);
        let mut draft = DealDraft {
            id,
            spot: self.spot(record),
            name,
            company,
            owner,
            amount: self.sum(record, &Target::Amount, issues),
            pipeline: self.owned(record, &Target::Pipeline),
            stage: self.owned(record, &Target::Stage),
            status: self.owned(record, &Target::Status),
            is_won: flag(&Target::IsWon),
            is_closed: flag(&Target::IsClosed),
            probability: self.bounded(record, &Target::Probability, 0.0, issues),
            expected_close: self
                .moment(record, self.column(&Target::ExpectedClose), issues)
                .and_then(Moment::date),
            close_date: self
                .moment(record, self.column(&Target::CloseDate), issues)
                .and_then(|m| Some((m.date()?, self.place(m)))),
            closed_at: self.instant(record, &Target::ClosedAt, issues),
            won_at: self.instant(record, &Target::WonAt, issues),
            lost_at: self.instant(record, &Target::LostAt, issues),
            created_at: self.instant(record, &Target::CreatedAt, issues),
            updated_at: self.instant(record, &Target::UpdatedAt, issues),
            stage_entered_at: self.instant(record, &Target::StageEnteredAt, issues),
            lost_reason: self.owned(record, &Target::LostReason),
            product: self.owned(record, &Target::Product),
            ..DealDraft::default()
        };
        for (target, column) in &self.fields {
            if let Target::Entered(label) = target
                && let Some(found) = self.moment(record, Some(*column), issues)
            {
                draft.entered.push((label.clone(), self.place(found)));
            }
        }
        self.custom(record, &mut draft.custom);
        if let (Some(product), Some(column)) = (&draft.product, self.column(&Target::Product)) {
            draft
                .custom
                .insert(self.heading(column).to_owned(), product.clone());
        }
        draft
    }

    // ------------------------------------------------------------ the rest

    fn deal_ref(&self, record: &Record, issues: &mut Issues) -> Result<Option<DealRef>, ()> {
        let id = self.deal_id(record, issues)?;
        Ok(id
            .map(|id| DealRef::Id(id.to_owned()))
            .or_else(|| self.owned(record, &Target::DealName).map(DealRef::Name)))
    }

    fn take_activity(&self, record: &Record, drafts: &mut Drafts, issues: &mut Issues) -> Fate {
        let Some(when) = self.instant(record, &Target::Time, issues) else {
            return unusable(
                record,
                "nothing says when this happened",
                "fill in the time",
                issues,
            )
            .into();
        };
        if self
            .options
            .before
            .is_some_and(|before| when.at_us >= before.as_microsecond())
        {
            issues.raise("after_origin", Level::Note, record.row, None, None, || {
                (
                    "the activity lies at or after the origin and was left out".into(),
                    "nothing to do".into(),
                )
            });
            return Fate::LeftOut;
        }
        let kind = self.text(record, &Target::Kind).and_then(|text| {
            let known = words::activity_kind(text);
            if known.is_none() {
                let heading = self.column(&Target::Kind).map(|n| self.heading(n));
                issues.raise("unknown_kind", Level::Warning, record.row, heading, Some(text), || {
                    (
                        "this kind of activity is not known; it was kept as internal".into(),
                        "use email, call, meeting, demo, proposal, contract, objection, follow_up or internal".into(),
                    )
                });
            }
            known
        });
        let outcome = self.text(record, &Target::Outcome).and_then(|text| {
            let known = words::outcome(text);
            if known.is_none() {
                let heading = self.column(&Target::Outcome).map(|n| self.heading(n));
                issues.raise(
                    "unknown_outcome",
                    Level::Note,
                    record.row,
                    heading,
                    Some(text),
                    || {
                        (
                            "this outcome is not known; it was read as unknown".into(),
                            "use positive, neutral, negative or unknown".into(),
                        )
                    },
                );
            }
            known
        });
        let Ok(deal) = self.deal_ref(record, issues) else {
            return Fate::Unusable;
        };
        let parts = |target: &Target| self.text(record, target).map(list).unwrap_or_default();
        let id = self
            .owned(record, &Target::ActivityId)
            .unwrap_or_else(|| self.row_id(record));
        let draft = ActivityDraft {
            spot: self.spot(record),
            deal,
            kind: kind.unwrap_or(ActivityKind::Internal),
            at_us: when.at_us,
            participants: parts(&Target::Participants),
            outcome: outcome.unwrap_or(ActivityOutcome::Unknown),
            summary: self.owned(record, &Target::Summary),
            next_steps: parts(&Target::NextSteps),
            objections: self
                .text(record, &Target::Objections)
                .map(objections)
                .unwrap_or_default(),
            raw_content: self.owned(record, &Target::RawContent),
            id: id.clone(),
        };
        if let Some(&at) = drafts.activity_index.get(&id) {
            let first = drafts.activities[at].spot.row;
            issues.raise(
                "duplicate_id",
                Level::Warning,
                record.row,
                None,
                Some(&id),
                || {
                    (
                        format!("this activity stood before, in row {first}; the later row counts"),
                        "remove the row that is out of date".into(),
                    )
                },
            );
            drafts.activities[at] = draft;
        } else {
            drafts.activity_index.insert(id, drafts.activities.len());
            drafts.activities.push(draft);
        }
        Fate::Used
    }

    fn take_contact(&self, record: &Record, drafts: &mut Drafts, issues: &mut Issues) -> bool {
        let Ok(deal) = self.deal_ref(record, issues) else {
            return false;
        };
        let company = drafts
            .companies
            .find(None, self.text(record, &Target::Company));
        let Some(deal) = deal.or(company.map(DealRef::Company)) else {
            return unusable(
                record,
                "nothing says which deal the person is on",
                "add a column with the deal's id or name",
                issues,
            );
        };
        let role = self.text(record, &Target::Role).and_then(|text| {
            let known = words::role(text);
            if known.is_none() {
                let heading = self.column(&Target::Role).map(|n| self.heading(n));
                issues.raise("unknown_role", Level::Note, record.row, heading, Some(text), || {
                    (
                        "this role is not known; the person was kept without one".into(),
                        "use champion, blocker, economic_buyer, technical_buyer, influencer, end_user, legal or procurement"
                            .into(),
                    )
                });
            }
            known
        });
        let parts = [
            self.text(record, &Target::FirstName),
            self.text(record, &Target::LastName),
        ];
        let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let name = self
            .owned(record, &Target::Name)
            .or_else(|| Some(joined).filter(|n| !n.is_empty()));
        let email = self.owned(record, &Target::Email);
        if name.is_none() && email.is_none() && role.is_none() {
            return unusable(
                record,
                "the row names nobody",
                "fill in a name or an e-mail address",
                issues,
            );
        }
        drafts.stakeholders.push(StakeholderDraft {
            spot: self.spot(record),
            id: self.owned(record, &Target::PersonId),
            deal,
            name,
            title: self.owned(record, &Target::Title),
            email,
            role,
            sentiment: self.bounded(record, &Target::Sentiment, -1.0, issues),
            engagement: self.bounded(record, &Target::Engagement, 0.0, issues),
            last_contact: self.instant(record, &Target::LastContact, issues),
            added_at: self.instant(record, &Target::AddedAt, issues),
            style: self.owned(record, &Target::CommunicationStyle),
        });
        true
    }

    fn take_account(&self, record: &Record, drafts: &mut Drafts, issues: &mut Issues) -> bool {
        let name = self.text(record, &Target::Company);
        let Some(at) = drafts
            .companies
            .find(self.text(record, &Target::CompanyId), name)
        else {
            return unusable(
                record,
                "the company has no name and no id",
                "fill one in",
                issues,
            );
        };
        let owner = drafts
            .people
            .find(self.text(record, &Target::Owner), None, None);
        let employees = self
            .number(record, &Target::Employees, issues)
            .and_then(|n| n.value.to_u64());
        let revenue = self.sum(record, &Target::Revenue, issues);
        let company = &mut drafts.companies.list[at as usize];
        if company.listed {
            issues.raise(
                "duplicate_id",
                Level::Warning,
                record.row,
                None,
                name,
                || {
                    (
                        "this company stood before; the later row counts where it says something"
                            .into(),
                        "remove the row that is out of date".into(),
                    )
                },
            );
        }
        company.listed = true;
        company.domain = self
            .owned(record, &Target::Domain)
            .or(company.domain.take());
        company.industry = self
            .owned(record, &Target::Industry)
            .or(company.industry.take());
        company.employees = employees.or(company.employees);
        company.revenue = revenue.or(company.revenue.take());
        company.owner = owner.or(company.owner);
        self.custom(record, &mut company.custom);
        true
    }

    fn take_seller(&self, record: &Record, drafts: &mut Drafts, issues: &mut Issues) -> bool {
        let name = self.text(record, &Target::Name);
        let found = drafts.people.find(
            name,
            self.text(record, &Target::Email),
            self.text(record, &Target::PersonId),
        );
        let Some(at) = found else {
            return unusable(record, "the row names nobody", "fill in a name", issues);
        };
        let manager = drafts
            .people
            .find(self.text(record, &Target::Manager), None, None);
        let person = &mut drafts.people.list[at as usize];
        if person.listed {
            issues.raise(
                "duplicate_id",
                Level::Warning,
                record.row,
                None,
                name,
                || {
                    (
                        "this person stood before; the later row counts where it says something"
                            .into(),
                        "remove the row that is out of date".into(),
                    )
                },
            );
        }
        person.listed = true;
        person.manager = manager.filter(|m| *m != at).or(person.manager);
        person.team = self.owned(record, &Target::Team).or(person.team.take());
        person.role = self.owned(record, &Target::Role).or(person.role.take());
        true
    }

    fn take_product(&self, record: &Record, drafts: &mut Drafts, issues: &mut Issues) -> bool {
        let Some(name) = self.owned(record, &Target::Product) else {
            return unusable(record, "the product has no name", "fill one in", issues);
        };
        let mut product = Product {
            price: self.number(record, &Target::Price, issues).map(|n| n.value),
            name,
            ..Product::default()
        };
        self.custom(record, &mut product.custom);
        let key = product_key(&product.name);
        if let Some(&at) = drafts.product_index.get(&key) {
            issues.raise(
                "duplicate_id",
                Level::Warning,
                record.row,
                None,
                Some(&product.name),
                || {
                    (
                        "this product stood before; the later row counts".into(),
                        "remove the row that is out of date".into(),
                    )
                },
            );
            drafts.products[at] = product;
        } else {
            drafts.product_index.insert(key, drafts.products.len());
            drafts.products.push(product);
        }
        true
    }
}

/// Objections as JSON writes them, or a list of texts, each still open.
fn objections(text: &str) -> Vec<Objection> {
    serde_json::from_str(text).unwrap_or_else(|_| {
        list(text)
            .into_iter()
            .map(|objection| Objection {
                objection,
                resolved: false,
                resolution: None,
            })
            .collect()
    })
}

/// The value of a price as people write it, without zeros that say nothing.
pub(super) fn shown(number: Decimal) -> String {
    number.normalize().to_string()
}

/// Totals and remarks below the data.
pub(super) fn is_footer(record: &Record, issues: &mut Issues) -> bool {
    const STARTS: [&str; 10] = [
        "grand total",
        "total",
        "subtotal",
        "sub-total",
        "sum",
        "gesamt",
        "confidential information",
        "copyright",
        "generated by",
        "report generated",
    ];
    // Footers are short of cells: a row with most cells filled is data.
    let mut filled = (0..record.len())
        .filter_map(|n| record.get(n))
        .filter(|t| !t.is_empty());
    let Some(first) = filled.next() else {
        return false;
    };
    let looks = |start: &&str| {
        first.len() >= start.len()
            && first.is_char_boundary(start.len())
            && first[..start.len()].eq_ignore_ascii_case(start)
            && !first[start.len()..].starts_with(|c: char| c.is_alphanumeric())
    };
    if !first.starts_with(|c: char| c.is_ascii_alphabetic()) || !STARTS.iter().any(looks) {
        return false;
    }
    if !filled.all(|text| {
        text.bytes().any(|b| b.is_ascii_digit())
            && value::number(text, None) != Err(NoNumber::Unlike)
    }) {
        return false;
    }
    issues.raise("footer", Level::Note, record.row, None, Some(first), || {
        (
            "a total or remark below the data was passed over".into(),
            "nothing to do".into(),
        )
    });
    true
}

fn unusable(record: &Record, what: &str, remedy: &str, issues: &mut Issues) -> bool {
    issues.raise("unusable_row", Level::Error, record.row, None, None, || {
        (format!("{what}, so the row was not used"), remedy.into())
    });
    false
}

pub(super) fn raise_repeated(record: &Record, issues: &mut Issues) {
    issues.raise(
        "repeated_event",
        Level::Warning,
        record.row,
        None,
        None,
        || {
            (
                "the same move at the same time stands in another file; it counts once".into(),
                "nothing to do if the files overlap; else give only one of them".into(),
            )
        },
    );
}

pub(super) fn history_full(
    record: &Record,
    event: &Event<'_>,
    error: &HistoryError,
    issues: &mut Issues,
) {
    issues.raise(
        "history_full",
        Level::Error,
        record.row,
        None,
        Some(event.stage),
        || {
            (
                format!("the move cannot be held: {error}"),
                "check that the stage column is the right one: --map \"Column=stage\"".into(),
            )
        },
    );
}
