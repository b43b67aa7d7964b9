//! The company and how its deals came to be.

use crate::clock::Clock;
use crate::draws::Draws;
use crate::law::{Blocker, Context, Law, OPEN, QuarterEnd, STAGES, Step, skewed};
use crate::names::{self, INDUSTRIES};
use crate::story;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, date};
use std::collections::BTreeSet;
use std::fmt;

/// How much company to invent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 400 deals and 6 sellers: enough to learn from, quick to read.
    Small,
    /// 1,600 deals and 18 sellers.
    Medium,
    /// 10,000 deals and 75 sellers.
    Large,
}

impl Size {
    fn deals(self) -> usize {
        match self {
            Size::Small => 400,
            Size::Medium => 1_600,
            Size::Large => 10_000,
        }
    }

    fn sellers(self) -> usize {
        match self {
            Size::Small => 6,
            Size::Medium => 18,
            Size::Large => 75,
        }
    }
}

/// The invented company on one day.
#[derive(Clone, Debug)]
pub struct World {
    /// The seed it came from.
    pub seed: u64,
    /// The seller company's own name.
    pub name: String,
    /// The end of the last working day the files know of (UTC).
    pub as_of: DateTime,
    /// Sellers first, then managers, then the head of sales.
    pub owners: Vec<Owner>,
    /// Companies sold to.
    pub accounts: Vec<Account>,
    /// In the order they were created.
    pub deals: Vec<Deal>,
}

/// Somebody of the sales organisation.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Full name.
    pub name: String,
    /// Address at the company's own domain.
    pub email: String,
    /// Name of the team.
    pub team: String,
    /// E-mail of the manager; the head of sales has none.
    pub manager: Option<String>,
    /// `Account Executive`, `Sales Manager` or `Head of Sales`.
    pub role: &'static str,
    /// False for a seller who has left: the team file no longer knows them, their open deals still do.
    pub employed: bool,
    /// Hidden: odds of moving a deal on, against an average seller.
    pub skill: f64,
    left_at: Option<f64>,
    diligence: f64,
}

/// A company sold to.
#[derive(Clone, Debug)]
pub struct Account {
    /// Company name.
    pub name: String,
    /// Web domain, under `.example`.
    pub domain: String,
    /// Industry name.
    pub industry: &'static str,
    /// Head count.
    pub employees: u64,
    /// Yearly revenue in dollars.
    pub annual_revenue: u64,
    owner: usize,
    fit: f64,
}

/// One deal with everything that happened to it up to [`World::as_of`].
#[derive(Clone, Debug)]
pub struct Deal {
    /// Source id, such as `OP-0042`.
    pub id: String,
    /// Name a seller would give it.
    pub name: String,
    /// Index into [`World::accounts`].
    pub account: usize,
    /// Index into [`World::owners`].
    pub owner: usize,
    /// `New Business` or `Expansion`.
    pub pipeline: &'static str,
    /// Value in whole dollars.
    pub amount: u64,
    /// Where the lead came from.
    pub lead_source: &'static str,
    /// When it was entered; its first visit begins then.
    pub created: DateTime,
    /// Every stage it has been in, in order, a closing stage last.
    pub visits: Vec<Visit>,
    /// What the seller believes, or the closing day of a closed deal.
    pub expected_close: Date,
    /// When a lost deal's seller gave a reason: the reason.
    pub lost_reason: Option<&'static str>,
    /// Last change of any kind.
    pub updated: DateTime,
    /// People on the buyer's side.
    pub contacts: Vec<Contact>,
    /// In order of time.
    pub activities: Vec<Activity>,
    /// What only the inventor knows.
    pub truth: Truth,
}

impl Deal {
    /// Label of the stage the deal is in.
    pub fn stage(&self) -> &'static str {
        self.visits.last().map_or(STAGES[0], |visit| visit.stage)
    }

    /// Not yet won or lost.
    pub fn is_open(&self) -> bool {
        STAGES[..OPEN].contains(&self.stage())
    }

    /// When it was won or lost.
    pub fn closed(&self) -> Option<DateTime> {
        self.visits
            .last()
            .filter(|_| !self.is_open())
            .map(|visit| visit.entered)
    }
}

/// A stay in a stage.
#[derive(Clone, Debug)]
pub struct Visit {
    /// Label of the stage.
    pub stage: &'static str,
    /// When it began (UTC).
    pub entered: DateTime,
}

/// Somebody on the buyer's side of one deal.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Full name.
    pub name: String,
    /// Job title.
    pub title: &'static str,
    /// Address at the account's domain.
    pub email: String,
    /// Role as the files spell it, such as `economic_buyer`.
    pub role: &'static str,
    /// −1 to 1.
    pub sentiment: f64,
    /// 0 to 1.
    pub engagement: f64,
    /// When the contact was put on the deal.
    pub added: DateTime,
    /// Last time anybody spoke with them.
    pub last_contact: Option<DateTime>,
}

/// Something that was done on a deal.
#[derive(Clone, Debug)]
pub struct Activity {
    /// `email`, `call`, `meeting`, `demo`, `proposal`, `contract`, `objection`, `follow_up` or `internal`.
    pub kind: &'static str,
    /// When (UTC).
    pub at: DateTime,
    /// Names of those who took part.
    pub participants: Vec<String>,
    /// `positive`, `neutral`, `negative` or `unknown`.
    pub outcome: &'static str,
    /// One invented sentence.
    pub summary: String,
    /// What was agreed.
    pub next_steps: Option<&'static str>,
    /// What the buyer held against it.
    pub objection: Option<&'static str>,
    /// Whether this activity is the one that settled the objection.
    pub resolved: bool,
}

/// What the hidden process knows about a deal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// True chance of winning given all that is fixed about the deal, its people and its days in stage, but not whether
    /// it is dormant; 1 or 0 for a closed deal.
    pub p_win: f64,
    /// How the deal ends if one waits long enough.
    pub fate: Fate,
    /// It has a champion.
    pub champion: bool,
    /// It has a blocker nobody has answered.
    pub blocked: bool,
}

/// The end of a deal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Signed.
    Won,
    /// Closed without a contract.
    Lost,
    /// Never closed: it stays in some stage for good.
    Dormant,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fate::Won => "won",
            Fate::Lost => "lost",
            Fate::Dormant => "dormant",
        })
    }
}

/// The company with this seed and size, as of 30 September 2026 with 27 months behind it.
pub fn company(seed: u64, size: Size) -> World {
    company_as_of(seed, size, date(2026, 9, 30))
}

/// The company as of another day. Any date from the year 10 to 9000 will do; outside that the nearest of these is taken.
pub fn company_as_of(seed: u64, size: Size, as_of: Date) -> World {
    let as_of = as_of.clamp(date(10, 1, 1), date(9000, 1, 1));
    let clock = Clock::starting(as_of.saturating_sub(27.months()));
    let now = clock.morning_of(as_of.saturating_add(1.day()));
    let maker = Maker {
        seed,
        clock,
        now,
        quarters: quarter_ends(clock, as_of),
    };
    let mut owners = maker.owners(size);
    let accounts = maker.accounts(size, &owners);
    let deals = maker.deals(size, &mut owners, &accounts);
    World {
        seed,
        name: "Lanternfold Software".to_owned(),
        as_of: as_of.at(18, 0, 0, 0),
        owners,
        accounts,
        deals,
    }
}

/// Every quarter's end that can hurry a win between the clock's start and `as_of`.
fn quarter_ends(clock: Clock, as_of: Date) -> Vec<QuarterEnd> {
    let month = (as_of.month() - 1) / 3 * 3 + 1;
    let this = date(as_of.year(), month, 1);
    (-10..=1)
        .map(|quarter: i64| {
            QuarterEnd(clock.morning_of(this.saturating_add((3 * quarter).months())))
        })
        .collect()
}

struct Maker {
    seed: u64,
    clock: Clock,
    /// Working days from the clock's start to the end of the last day.
    now: f64,
    quarters: Vec<QuarterEnd>,
}

const SELLER_DOMAIN: &str = "lanternfold.example";
const TEAMS: [&str; 8] = [
    "North",
    "South",
    "East",
    "West",
    "Enterprise",
    "Mid-Market",
    "Growth",
    "Partners",
];

impl Maker {
    fn owners(&self, size: Size) -> Vec<Owner> {
        let sellers = size.sellers();
        let teams = sellers.div_ceil(8).max(2);
        let mut taken = BTreeSet::new();
        let mut draws = Draws::of(self.seed, "owner", 0);
        let mut hire = |team: usize, role: &'static str| {
            let name = loop {
                let name = names::person(&mut draws);
                if taken.insert(name.clone()) {
                    break name;
                }
            };
            Owner {
                email: names::email(&name, SELLER_DOMAIN),
                name,
                team: TEAMS[team % TEAMS.len()].to_owned(),
                manager: None,
                role,
                employed: true,
                skill: draws.between(0.65, 1.55),
                left_at: None,
                diligence: draws.between(0.6, 1.4),
            }
        };
        let mut owners: Vec<Owner> = (0..sellers)
            .map(|n| hire(n % teams, "Account Executive"))
            .collect();
        let managers: Vec<Owner> = (0..teams).map(|team| hire(team, "Sales Manager")).collect();
        let mut head = hire(0, "Head of Sales");
        "Sales".clone_into(&mut head.team);
        for (n, owner) in owners.iter_mut().enumerate() {
            owner.manager = Some(managers[n % teams].email.clone());
            if n % 8 == 3 {
                owner.employed = false;
                owner.left_at = Some(self.now * 0.72);
            }
        }
        owners.extend(managers.into_iter().map(|manager| Owner {
            manager: Some(head.email.clone()),
            ..manager
        }));
        owners.push(head);
        owners
    }

    fn accounts(&self, size: Size, owners: &[Owner]) -> Vec<Account> {
        let sellers = size.sellers().min(owners.len());
        let shares = INDUSTRIES.each_ref().map(|industry| industry.share);
        let mut taken = BTreeSet::new();
        (0..size.deals() * 3 / 5)
            .map(|n| {
                let mut draws = Draws::of(self.seed, "account", n);
                let industry = &INDUSTRIES[draws.weighted(&shares)];
                let (name, domain) = names::company(industry, &mut taken, &mut draws);
                // Products of uniforms give the few large and many small of a real market.
                let employees = 20.0 + 9_000.0 * draws.unit() * draws.unit() * draws.unit();
                Account {
                    name,
                    domain,
                    industry: industry.name,
                    employees: employees as u64,
                    annual_revenue: (employees * draws.between(90.0, 260.0)) as u64 * 1_000,
                    owner: draws.below(sellers),
                    fit: industry.fit,
                }
            })
            .collect()
    }

    fn deals(&self, size: Size, owners: &mut [Owner], accounts: &[Account]) -> Vec<Deal> {
        let count = size.deals();
        let creation = self.creation_times(count);
        let mut customers: Vec<(f64, usize)> = Vec::new();
        let mut deals = Vec::with_capacity(count);
        for (n, created) in creation.into_iter().enumerate() {
            let mut draws = Draws::of(self.seed, "deal", n);
            let known: Vec<usize> = customers
                .iter()
                .filter(|(won, _)| *won < created)
                .map(|(_, who)| *who)
                .collect();
            let expansion = !known.is_empty() && draws.chance(0.22);
            let account = if expansion {
                known[draws.below(known.len())]
            } else {
                draws.below(accounts.len())
            };
            let (deal, won) = self.deal(
                n,
                created,
                expansion,
                account,
                &accounts[account],
                owners,
                &mut draws,
            );
            if let Some(won) = won {
                customers.push((won, account));
            }
            deals.push(deal);
        }
        deals
    }

    /// Growing over the months, with quiet Augusts and Decembers, in order.
    fn creation_times(&self, count: usize) -> Vec<f64> {
        let weeks: Vec<f64> = (0..=(self.now / 5.0) as u32)
            .map(|week| {
                let start = f64::from(week) * 5.0;
                let quiet = matches!(self.clock.at(start).month(), 8 | 12);
                (1.0 + 0.6 * start / self.now) * if quiet { 0.6 } else { 1.0 }
            })
            .collect();
        let total: f64 = weeks.iter().sum();
        let mut draws = Draws::of(self.seed, "created", 0);
        let (mut week, mut before) = (0, 0.0);
        (0..count)
            .map(|n| {
                let place = (n as f64 + draws.unit()) / count as f64 * total;
                while week + 1 < weeks.len() && place > before + weeks[week] {
                    before += weeks[week];
                    week += 1;
                }
                let within = ((place - before) / weeks[week]).clamp(0.0, 0.999);
                (week as f64 * 5.0 + within * 5.0).min(self.now - 0.05)
            })
            .collect()
    }

    /// One deal, and the working day on which it was won.
    #[expect(
        clippy::too_many_arguments,
        reason = "called once; a struct would only rename the arguments"
    )]
    fn deal(
        &self,
        n: usize,
        created: f64,
        expansion: bool,
        account_index: usize,
        account: &Account,
        owners: &[Owner],
        draws: &mut Draws,
    ) -> (Deal, Option<f64>) {
        let owner = story::seller(account.owner, created, owners, draws);
        let size = skewed(draws.unit()) * (0.55 + (account.employees as f64 / 2_200.0).sqrt());
        let amount = story::round_price(size * if expansion { 11_000.0 } else { 26_000.0 });
        let law = Law {
            expansion,
            odds: account.fit * owners[owner].skill * (1.25 / (0.85 + 0.25 * size)).clamp(0.6, 1.3),
            slowness: (0.62 + 0.38 * size).clamp(0.7, 2.6),
        };
        let first = if expansion {
            2
        } else {
            [0, 1, 2][draws.weighted(&[0.45, 0.35, 0.20])]
        };

        let mut path = Vec::new();
        let (mut stage, mut at, mut context) = (first, created, Context::NEW);
        let mut step = Step::To(first);
        loop {
            if stage < OPEN {
                context = context.enter(stage, draws);
            }
            path.push(story::Stay {
                stage,
                entered: at,
                context,
            });
            if stage >= OPEN {
                break;
            }
            let (taken, until) = law.next(stage, context, at, &self.quarters, draws);
            step = taken;
            match step.stage() {
                Some(next) if until < self.now => (stage, at) = (next, until),
                _ => break,
            }
        }

        let p_win = match stage {
            6 => 1.0,
            7 => 0.0,
            _ => law.p_win(stage, context, at, self.now, &self.quarters, &law.values()),
        };
        let truth = Truth {
            p_win,
            fate: law.fate(step, context, &mut draws.clone()),
            champion: context.champion,
            blocked: context.blocker == Blocker::Unresolved,
        };
        let won = (stage == 6).then_some(at);
        let told = story::Told {
            seed: self.seed,
            number: n,
            clock: self.clock,
            now: self.now,
            account,
            owner: &owners[owner],
            diligence: owners[owner].diligence,
            path: &path,
            dormant: step == Step::Dormant,
            slowness: law.slowness,
        };
        let mut contacts = told.contacts();
        let activities = told.activities(&contacts);
        story::last_contacts(&mut contacts, &activities);
        let entered = self.clock.at(at);
        let deal = Deal {
            id: format!("OP-{:05}", n + 1),
            name: format!("{} – {}", account.name, told.product(expansion)),
            account: account_index,
            owner,
            pipeline: if expansion {
                "Expansion"
            } else {
                "New Business"
            },
            amount,
            lead_source: draws.pick(&["Website", "Referral", "Event", "Outbound", "Partner"]),
            created: self.clock.at(created),
            visits: path
                .iter()
                .map(|stay| Visit {
                    stage: STAGES[stay.stage],
                    entered: self.clock.at(stay.entered),
                })
                .collect(),
            expected_close: told.expected_close(),
            lost_reason: told.lost_reason(),
            updated: activities
                .last()
                .map_or(entered, |last| last.at.max(entered)),
            contacts,
            activities,
            truth,
        };
        (deal, won)
    }
}

impl Owner {
    /// Whether a deal created on this working day could still be given to them.
    pub(crate) fn takes_deals_on(&self, day: f64) -> bool {
        self.left_at.is_none_or(|left| day < left)
    }
}
