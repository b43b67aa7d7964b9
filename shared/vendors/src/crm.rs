//! One neutral state behind the three CRMs: what is stored, what people do to it, and which stamps that moves.
//!
//! A vendor's module reads it and spells it in the vendor's words. Everything done to it is also kept in
//! [`Crm::changes`], from which webhooks, change logs and the lag of a search index are made.

use crate::chance::Chance;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

mod fill;
mod odd;

/// What a vendor's clock says; tests move it by hand.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A clock that stands still until somebody moves it.
#[derive(Clone, Debug)]
pub struct HandClock(Arc<Mutex<Timestamp>>);

impl HandClock {
    /// A clock that shows this.
    pub fn at(now: Timestamp) -> HandClock {
        HandClock(Arc::new(Mutex::new(now)))
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves it on by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.set(later(self.now(), seconds));
    }

    /// Makes it show this.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// It, as a vendor reads it.
    pub fn clock(&self) -> Clock {
        let hand = self.clone();
        Arc::new(move || hand.now())
    }
}

/// Writes ids as the vendor does: prefixed letters or whole numbers. `n` counts from 1 within its object.
pub type IdStyle = fn(object: Object, n: u64) -> String;

/// What there is in a CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// Somebody of the selling company.
    User,
    /// A way of selling, with its stages.
    Pipeline,
    /// A step of a pipeline.
    Stage,
    /// A company sold to.
    Company,
    /// A person of such a company.
    Contact,
    /// A deal.
    Deal,
    /// A contact's part in a deal.
    Role,
    /// A call, e-mail, meeting, task or note.
    Activity,
    /// One change of a deal's stage.
    Move,
}

/// Where a record is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// To be seen by everybody.
    Live,
    /// Put away; the vendor still shows it to those who ask.
    Archived {
        /// When.
        at: Timestamp,
    },
    /// In the bin.
    Deleted {
        /// When.
        at: Timestamp,
    },
    /// Gone for good.
    Purged {
        /// When.
        at: Timestamp,
    },
    /// Absorbed by another record of its kind.
    Merged {
        /// Id of the one that stays.
        into: String,
        /// When.
        at: Timestamp,
    },
}

impl State {
    /// To be seen by everybody.
    pub fn is_live(&self) -> bool {
        *self == State::Live
    }
}

/// Somebody of the selling company.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Id in the vendor's style.
    pub id: String,
    /// Full name.
    pub name: String,
    /// Work address.
    pub email: String,
    /// Name of the team.
    pub team: Option<String>,
    /// User id of the manager.
    pub manager: Option<String>,
    /// `Account Executive`, `Sales Manager` or `Head of Sales`.
    pub title: String,
    /// False for somebody who has left.
    pub active: bool,
    /// When they were added.
    pub created_at: Timestamp,
    /// Last change.
    pub modified_at: Timestamp,
}

/// A step of a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Id in the vendor's style.
    pub id: String,
    /// What people read.
    pub label: String,
    /// Place within the pipeline, from 0.
    pub order: u32,
    /// Chance of winning the vendor shows, in percent.
    pub probability: u8,
    /// Deals end here.
    pub is_closed: bool,
    /// Deals are won here.
    pub is_won: bool,
}

/// A way of selling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Id in the vendor's style.
    pub id: String,
    /// What people read.
    pub label: String,
    /// In their order.
    pub stages: Vec<Stage>,
}

/// A company sold to.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    /// Id in the vendor's style.
    pub id: String,
    /// Name; may be empty.
    pub name: String,
    /// Web domain.
    pub domain: Option<String>,
    /// Industry, in plain words.
    pub industry: Option<String>,
    /// Head count.
    pub employees: Option<u64>,
    /// Yearly revenue in [`Crm::currency`].
    pub annual_revenue: Option<Decimal>,
    /// User id of its seller.
    pub owner: Option<String>,
    /// By the name of the [`CustomField`].
    pub custom: BTreeMap<String, Value>,
    /// Where it is in its life.
    pub state: State,
    /// When it was entered.
    pub created_at: Timestamp,
    /// Last change.
    pub modified_at: Timestamp,
    /// Ids it absorbed.
    pub merged_from: Vec<String>,
}

/// A person of a company sold to.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// Id in the vendor's style.
    pub id: String,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Work address.
    pub email: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company id.
    pub company: Option<String>,
    /// By the name of the [`CustomField`].
    pub custom: BTreeMap<String, Value>,
    /// Where it is in its life.
    pub state: State,
    /// When it was entered.
    pub created_at: Timestamp,
    /// Last change.
    pub modified_at: Timestamp,
    /// Ids it absorbed.
    pub merged_from: Vec<String>,
}

/// One change of a deal's stage; the first is its creation.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// Id in the vendor's style.
    pub id: String,
    /// Id of the stage entered; it may since have been deleted.
    pub stage: String,
    /// When.
    pub at: Timestamp,
    /// User id of who did it.
    pub by: Option<String>,
    /// Amount of the deal from then on.
    pub amount: Option<Decimal>,
}

/// A contact's part in a deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Role {
    /// Id in the vendor's style.
    pub id: String,
    /// Contact id.
    pub contact: String,
    /// `Champion`, `Economic Buyer` and so on; none for a contact who is merely there.
    pub label: Option<String>,
    /// The deal's main contact.
    pub is_primary: bool,
    /// When they were put on the deal.
    pub created_at: Timestamp,
    /// Last change of the role itself.
    pub modified_at: Timestamp,
}

/// What a company of these sells, as name, code and price: the first has the number 1.
pub(crate) const CATALOGUE: [(&str, &str, i64); 3] = [
    ("Planning seat", "SEAT", 450),
    ("Routing calls", "CALLS", 1_200),
    ("Roll-out", "ROLL", 8_000),
];

/// A product on a deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its own number, which no other line of the account has.
    pub id: u64,
    /// Number of the product.
    pub product: u64,
    /// What the product is called.
    pub name: String,
    /// Price of one.
    pub price: Decimal,
    /// How many.
    pub quantity: Decimal,
    /// Whether it counts for the deal's value.
    pub enabled: bool,
    /// When it was put on the deal.
    pub created_at: Timestamp,
    /// Last change.
    pub modified_at: Timestamp,
}

/// A deal.
#[derive(Clone, Debug, PartialEq)]
pub struct Deal {
    /// Id in the vendor's style.
    pub id: String,
    /// Name a seller gave it.
    pub name: String,
    /// Company id.
    pub company: Option<String>,
    /// User id of its seller.
    pub owner: Option<String>,
    /// Pipeline id.
    pub pipeline: String,
    /// Stage id.
    pub stage: String,
    /// Value in [`Deal::currency`].
    pub amount: Option<Decimal>,
    /// ISO 4217 code.
    pub currency: String,
    /// Percent, where a seller overrode the stage's.
    pub probability: Option<u8>,
    /// What the seller believes.
    pub expected_close: Option<Date>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// Last change.
    pub modified_at: Timestamp,
    /// When it was won or lost.
    pub closed_at: Option<Timestamp>,
    /// Why it was lost.
    pub lost_reason: Option<String>,
    /// By the name of the [`CustomField`].
    pub custom: BTreeMap<String, Value>,
    /// Changes of stage, creation first.
    pub moves: Vec<Move>,
    /// Contacts on the deal.
    pub roles: Vec<Role>,
    /// Products on the deal, in their order.
    pub lines: Vec<Line>,
    /// Where it is in its life.
    pub state: State,
    /// Ids it absorbed.
    pub merged_from: Vec<String>,
}

/// What sort of activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActivityKind {
    /// On the telephone.
    Call,
    /// An e-mail.
    Email,
    /// In a room or on a screen.
    Meeting,
    /// Something to do.
    Task,
    /// Something written down.
    Note,
}

/// Something that was, or is to be, done.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Id in the vendor's style.
    pub id: String,
    /// What sort.
    pub kind: ActivityKind,
    /// Deal id.
    pub deal: Option<String>,
    /// Company id.
    pub company: Option<String>,
    /// Contact ids.
    pub contacts: Vec<String>,
    /// User id of who did it.
    pub owner: Option<String>,
    /// When it happened or is due.
    pub at: Timestamp,
    /// It has happened.
    pub done: bool,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// `positive`, `neutral` or `negative`.
    pub outcome: Option<String>,
    /// How long it took.
    pub duration_s: Option<u32>,
    /// Where it is in its life.
    pub state: State,
    /// When it was entered.
    pub created_at: Timestamp,
    /// Last change.
    pub modified_at: Timestamp,
}

/// What a custom field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text.
    Text,
    /// A number.
    Number,
    /// A civil date, as `YYYY-MM-DD`.
    Date,
    /// Yes or no.
    Flag,
    /// One of the options.
    Choice,
    /// Several of the options, as a list.
    Choices,
}

/// A field the company added itself; its values stand in the records' `custom`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomField {
    /// What it is a field of.
    pub object: Object,
    /// Name in small letters and underscores; a vendor may spell it otherwise.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it holds.
    pub kind: FieldKind,
    /// For the choices: what can be chosen.
    pub options: Vec<String>,
}

/// Something done to a record, in the order it was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// What sort of record.
    pub object: Object,
    /// Which.
    pub id: String,
    /// What was done.
    pub what: What,
    /// The record's `modified_at` before it; none for a new record.
    pub stamp_before: Option<Timestamp>,
}

/// What was done to a record.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// It was entered.
    Created,
    /// One field took another value; a save of several gives several.
    Field {
        /// Name of the struct's field or of the custom field.
        name: String,
        /// Value before.
        from: Option<String>,
        /// Value after.
        to: Option<String>,
    },
    /// Its stamp moved and nothing else.
    Touched,
    /// It was put away.
    Archived,
    /// It went into the bin.
    Deleted,
    /// It is gone for good.
    Purged,
    /// It came back.
    Restored,
    /// It was absorbed.
    Merged {
        /// Id of the one that stays.
        into: String,
    },
    /// On a deal: a contact was put on it.
    RoleAdded {
        /// Contact id.
        contact: String,
    },
    /// On a deal: a contact's label changed.
    RoleRelabelled {
        /// Contact id.
        contact: String,
    },
    /// On a deal: a contact was taken off it.
    RoleRemoved {
        /// Contact id.
        contact: String,
    },
    /// On a deal: a product was put on it, changed, or taken off it.
    Line {
        /// As it was; none for one that was put on.
        before: Option<Box<Line>>,
        /// As it is; none for one that was taken off.
        after: Option<Box<Line>>,
    },
}

/// Which stamps move with something done elsewhere; vendors differ, and a vendor's module sets it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four answers to four questions"
)]
pub struct Touch {
    /// A new or changed activity moves its deal's stamp.
    pub activity_moves_deal: bool,
    /// A contact put on, relabelled or taken off moves the deal's stamp.
    pub role_moves_deal: bool,
    /// Records given to the survivor of a merge get a new stamp.
    pub merge_moves_children: bool,
    /// Editing a pipeline gives every deal in it a new stamp.
    pub pipeline_moves_deals: bool,
}

/// A record that is odd on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oddity {
    /// What is odd.
    pub what: &'static str,
    /// What sort of record.
    pub object: Object,
    /// Which.
    pub id: String,
}

/// A deal to be entered; what is left out takes the first pipeline, its first stage and nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewDeal {
    /// Name.
    pub name: String,
    /// Company id.
    pub company: Option<String>,
    /// User id.
    pub owner: Option<String>,
    /// Pipeline id.
    pub pipeline: Option<String>,
    /// Stage id.
    pub stage: Option<String>,
    /// Value.
    pub amount: Option<Decimal>,
    /// What the seller believes.
    pub expected_close: Option<Date>,
}

/// An activity to be entered.
#[derive(Clone, Debug, PartialEq)]
pub struct NewActivity {
    /// What sort.
    pub kind: ActivityKind,
    /// Deal id; the company is the deal's.
    pub deal: Option<String>,
    /// Contact ids.
    pub contacts: Vec<String>,
    /// User id.
    pub owner: Option<String>,
    /// When it happened or is due.
    pub at: Timestamp,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// The whole of a CRM account.
#[derive(Clone)]
pub struct Crm {
    /// Sellers, managers and those who have left.
    pub users: BTreeMap<String, User>,
    /// In their order.
    pub pipelines: Vec<Pipeline>,
    /// Stages that were deleted; a deal's history may still name them.
    pub retired_stages: Vec<Stage>,
    /// By id; keys sort as text, which is not always the vendor's order.
    pub companies: BTreeMap<String, Company>,
    /// By id.
    pub contacts: BTreeMap<String, Contact>,
    /// By id.
    pub deals: BTreeMap<String, Deal>,
    /// By id.
    pub activities: BTreeMap<String, Activity>,
    /// Fields the company added.
    pub fields: Vec<CustomField>,
    /// The account's own currency.
    pub currency: String,
    /// The vendor's number for the account.
    pub account_id: String,
    /// By id: roles that were taken off their deals, and when; with a deal they go unnoted.
    pub removed_roles: BTreeMap<String, State>,
    /// Everything done since the account was filled, in order of time.
    pub changes: Vec<Change>,
    /// Records odd on purpose.
    pub odd: Vec<Oddity>,
    /// Which stamps move with something done elsewhere.
    pub touch: Touch,
    clock: Clock,
    ids: IdStyle,
    counts: BTreeMap<Object, u64>,
    /// Products that were ever put on deals.
    lines: u64,
}

impl std::fmt::Debug for Crm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crm")
            .field("account_id", &self.account_id)
            .field("deals", &self.deals.len())
            .field("changes", &self.changes.len())
            .finish_non_exhaustive()
    }
}

/// What a record of any sort has.
trait Record: Clone {
    const OBJECT: Object;
    fn stamp(&mut self) -> &mut Timestamp;
    fn state(&mut self) -> &mut State;
    /// The fields whose change is worth telling.
    fn fields(&self) -> Vec<(String, Option<String>)>;
    fn all(crm: &mut Crm) -> &mut BTreeMap<String, Self>;
}

impl Crm {
    /// An account with nobody and nothing in it.
    pub fn empty(ids: IdStyle, clock: Clock) -> Crm {
        Crm {
            users: BTreeMap::new(),
            pipelines: Vec::new(),
            retired_stages: Vec::new(),
            companies: BTreeMap::new(),
            contacts: BTreeMap::new(),
            deals: BTreeMap::new(),
            activities: BTreeMap::new(),
            fields: Vec::new(),
            currency: "USD".to_owned(),
            account_id: "4411223".to_owned(),
            removed_roles: BTreeMap::new(),
            changes: Vec::new(),
            odd: Vec::new(),
            touch: Touch::default(),
            clock,
            ids,
            counts: BTreeMap::new(),
            lines: 0,
        }
    }

    /// The invented company as a CRM holds it, with about a dozen records odd on purpose ([`Crm::odd`]).
    ///
    /// Stamps are the world's own, not the clock's.
    pub fn from_world(world: &demo::World, ids: IdStyle, clock: Clock) -> Crm {
        let mut crm = Crm::empty(ids, clock);
        fill::from_world(&mut crm, world);
        odd::plant(&mut crm, world);
        crm
    }

    /// Many plain deals, for load: a company to five deals, one or two contacts and three changes of stage each.
    ///
    /// Stamps lie within the two years before what the clock says.
    pub fn scaled(deals: usize, ids: IdStyle, clock: Clock) -> Crm {
        let mut crm = Crm::empty(ids, clock);
        fill::scaled(&mut crm, deals);
        crm
    }

    /// What the account's clock says.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The stage with this id, deleted ones included.
    pub fn stage(&self, id: &str) -> Option<&Stage> {
        self.pipelines
            .iter()
            .flat_map(|pipeline| &pipeline.stages)
            .chain(&self.retired_stages)
            .find(|stage| stage.id == id)
    }

    /// Deals that anybody can see.
    pub fn live_deals(&self) -> impl Iterator<Item = &Deal> {
        self.deals.values().filter(|deal| deal.state.is_live())
    }

    /// The id of a record odd in this way.
    pub fn oddity(&self, what: &str) -> Option<&str> {
        self.odd
            .iter()
            .find(|odd| odd.what == what)
            .map(|odd| odd.id.as_str())
    }

    /// Enters a deal and gives its id.
    pub fn create_deal(&mut self, new: NewDeal) -> String {
        let now = self.now();
        let pipeline = new
            .pipeline
            .or_else(|| self.pipelines.first().map(|pipeline| pipeline.id.clone()))
            .unwrap_or_default();
        let stage = new
            .stage
            .or_else(|| {
                let pipeline = self.pipelines.iter().find(|known| known.id == pipeline)?;
                pipeline.stages.first().map(|stage| stage.id.clone())
            })
            .unwrap_or_default();
        let deal = Deal {
            id: self.next_id(Object::Deal),
            name: new.name,
            company: new.company,
            owner: new.owner.clone(),
            pipeline,
            stage: stage.clone(),
            amount: new.amount,
            currency: self.currency.clone(),
            probability: None,
            expected_close: new.expected_close,
            created_at: now,
            modified_at: now,
            closed_at: self
                .stage(&stage)
                .is_some_and(|stage| stage.is_closed)
                .then_some(now),
            lost_reason: None,
            custom: BTreeMap::new(),
            moves: vec![Move {
                id: self.next_id(Object::Move),
                stage,
                at: now,
                by: new.owner,
                amount: new.amount,
            }],
            roles: Vec::new(),
            lines: Vec::new(),
            state: State::Live,
            merged_from: Vec::new(),
        };
        self.entered(deal.id.clone(), deal)
    }

    /// Enters a company and gives its id.
    pub fn create_company(&mut self, name: &str, domain: Option<&str>) -> String {
        let now = self.now();
        let company = Company {
            id: self.next_id(Object::Company),
            name: name.to_owned(),
            domain: domain.map(str::to_owned),
            industry: None,
            employees: None,
            annual_revenue: None,
            owner: None,
            custom: BTreeMap::new(),
            state: State::Live,
            created_at: now,
            modified_at: now,
            merged_from: Vec::new(),
        };
        self.entered(company.id.clone(), company)
    }

    /// Enters a contact and gives its id.
    pub fn create_contact(
        &mut self,
        first_name: &str,
        last_name: &str,
        email: Option<&str>,
        company: Option<&str>,
    ) -> String {
        let now = self.now();
        let contact = Contact {
            id: self.next_id(Object::Contact),
            first_name: Some(first_name.to_owned()),
            last_name: Some(last_name.to_owned()),
            email: email.map(str::to_owned),
            title: None,
            company: company.map(str::to_owned),
            custom: BTreeMap::new(),
            state: State::Live,
            created_at: now,
            modified_at: now,
            merged_from: Vec::new(),
        };
        self.entered(contact.id.clone(), contact)
    }

    /// Enters an activity and gives its id; it is done unless it lies ahead.
    pub fn add_activity(&mut self, new: NewActivity) -> String {
        let now = self.now();
        let company = new
            .deal
            .as_ref()
            .and_then(|id| self.deals.get(id)?.company.clone());
        let deal = new.deal.clone();
        let activity = Activity {
            id: self.next_id(Object::Activity),
            kind: new.kind,
            deal: new.deal,
            company,
            contacts: new.contacts,
            owner: new.owner,
            at: new.at,
            done: new.at <= now,
            subject: new.subject,
            body: new.body,
            outcome: None,
            duration_s: None,
            state: State::Live,
            created_at: now,
            modified_at: now,
        };
        let id = self.entered(activity.id.clone(), activity);
        self.touch_deal(deal.as_deref(), self.touch.activity_moves_deal);
        id
    }

    /// Saves a deal as `edit` leaves it; a change of stage adds to its moves. False when there is no live deal so
    /// called.
    pub fn edit_deal(&mut self, id: &str, edit: impl FnOnce(&mut Deal)) -> bool {
        let now = self.now();
        let Some(before) = self.deals.get(id).map(|deal| deal.stage.clone()) else {
            return false;
        };
        let move_id = self.next_id(Object::Move);
        let closed: Vec<String> = self
            .pipelines
            .iter()
            .flat_map(|pipeline| &pipeline.stages)
            .filter(|stage| stage.is_closed)
            .map(|stage| stage.id.clone())
            .collect();
        self.save(id, |deal: &mut Deal| {
            edit(deal);
            if deal.stage != before {
                deal.moves.push(Move {
                    id: move_id,
                    stage: deal.stage.clone(),
                    at: now,
                    by: deal.owner.clone(),
                    amount: deal.amount,
                });
                deal.closed_at = closed.contains(&deal.stage).then_some(now);
            }
        })
    }

    /// Moves a deal to another stage; a stage of another pipeline takes the deal there.
    pub fn move_deal(&mut self, id: &str, stage: &str) -> bool {
        let pipeline = self
            .pipelines
            .iter()
            .find(|pipeline| pipeline.stages.iter().any(|known| known.id == stage))
            .map(|pipeline| pipeline.id.clone());
        self.edit_deal(id, |deal| {
            stage.clone_into(&mut deal.stage);
            if let Some(pipeline) = pipeline {
                deal.pipeline = pipeline;
            }
        })
    }

    /// Gives a deal another amount.
    pub fn set_amount(&mut self, id: &str, amount: Option<Decimal>) -> bool {
        self.edit_deal(id, |deal| deal.amount = amount)
    }

    /// Saves a contact as `edit` leaves it.
    pub fn edit_contact(&mut self, id: &str, edit: impl FnOnce(&mut Contact)) -> bool {
        self.save(id, edit)
    }

    /// Saves a company as `edit` leaves it.
    pub fn edit_company(&mut self, id: &str, edit: impl FnOnce(&mut Company)) -> bool {
        self.save(id, edit)
    }

    /// Saves a user as `edit` leaves it; set `active` to false for somebody who leaves.
    pub fn edit_user(&mut self, id: &str, edit: impl FnOnce(&mut User)) -> bool {
        let now = self.now();
        let Some(user) = self.users.get_mut(id) else {
            return false;
        };
        let before = user.modified_at;
        edit(user);
        user.modified_at = now;
        self.changed(Object::User, id, Some(before), What::Touched);
        true
    }

    /// Saves an activity as `edit` leaves it.
    pub fn edit_activity(&mut self, id: &str, edit: impl FnOnce(&mut Activity)) -> bool {
        let saved = self.save(id, edit);
        let deal = self
            .activities
            .get(id)
            .and_then(|activity| activity.deal.clone());
        self.touch_deal(deal.as_deref(), saved && self.touch.activity_moves_deal);
        saved
    }

    /// Puts a contact on a deal and gives the role's id; none when there is no such live deal.
    pub fn add_role(&mut self, deal: &str, contact: &str, label: Option<&str>) -> Option<String> {
        let now = self.now();
        let id = self.next_id(Object::Role);
        let found = self
            .deals
            .get_mut(deal)
            .filter(|deal| deal.state.is_live())?;
        found.roles.push(Role {
            id: id.clone(),
            contact: contact.to_owned(),
            label: label.map(str::to_owned),
            is_primary: found.roles.is_empty(),
            created_at: now,
            modified_at: now,
        });
        let contact = contact.to_owned();
        self.role_changed(deal, What::RoleAdded { contact });
        Some(id)
    }

    /// Takes a contact off a deal.
    pub fn remove_role(&mut self, deal: &str, contact: &str) -> bool {
        let now = self.now();
        let Some(found) = self.deals.get_mut(deal) else {
            return false;
        };
        if !take_off(found, contact, now, &mut self.removed_roles) {
            return false;
        }
        let contact = contact.to_owned();
        self.role_changed(deal, What::RoleRemoved { contact });
        true
    }

    /// Gives a contact on a deal another label.
    pub fn relabel_role(&mut self, deal: &str, contact: &str, label: Option<&str>) -> bool {
        let now = self.now();
        let role = self
            .deals
            .get_mut(deal)
            .and_then(|deal| deal.roles.iter_mut().find(|role| role.contact == contact));
        let Some(role) = role else { return false };
        role.label = label.map(str::to_owned);
        role.modified_at = now;
        let contact = contact.to_owned();
        self.role_changed(deal, What::RoleRelabelled { contact });
        true
    }

    /// Puts a product of the catalogue on a deal and gives the line's number; none when there is no such product.
    pub fn add_line(&mut self, deal: &str, product: u64, quantity: u32) -> Option<u64> {
        let now = self.now();
        let at = usize::try_from(product).ok()?.checked_sub(1)?;
        let (name, _, price) = CATALOGUE.get(at)?;
        self.lines += 1;
        let id = self.lines;
        let line = Line {
            id,
            product,
            name: (*name).to_owned(),
            price: Decimal::from(*price),
            quantity: quantity.into(),
            enabled: true,
            created_at: now,
            modified_at: now,
        };
        self.edit_lines(deal, |lines| lines.push(line))
            .then_some(id)
    }

    /// Saves the products of a deal as `edit` leaves them. The deal is worth what they cost then, and only a change
    /// of that moves its own stamp.
    pub fn edit_lines(&mut self, deal: &str, edit: impl FnOnce(&mut Vec<Line>)) -> bool {
        let now = self.now();
        let found = self.deals.get_mut(deal);
        let Some(found) = found.filter(|deal| deal.state.is_live()) else {
            return false;
        };
        let before = found.lines.clone();
        edit(&mut found.lines);
        let (stamp, amount) = (found.modified_at, found.amount);
        let mut changed = Vec::new();
        for line in &mut found.lines {
            let was = before.iter().find(|was| was.id == line.id);
            if was != Some(&*line) {
                line.modified_at = now;
                changed.push((was.cloned(), Some(line.clone())));
            }
        }
        let is_left = |was: &&Line| found.lines.iter().all(|line| line.id != was.id);
        changed.extend(
            before
                .iter()
                .filter(is_left)
                .map(|was| (Some(was.clone()), None)),
        );
        let counted = found.lines.iter().filter(|line| line.enabled);
        let worth: Decimal = counted.map(|line| line.price * line.quantity).sum();
        for (before, after) in changed {
            let (before, after) = (before.map(Box::new), after.map(Box::new));
            self.changed(
                Object::Deal,
                deal,
                Some(stamp),
                What::Line { before, after },
            );
        }
        if amount != Some(worth) {
            self.set_amount(deal, Some(worth));
        }
        true
    }

    /// Gives a stage another label, as an administrator does.
    pub fn rename_stage(&mut self, stage: &str, label: &str) -> bool {
        let found = self
            .pipelines
            .iter_mut()
            .find(|pipeline| pipeline.stages.iter().any(|known| known.id == stage));
        let Some(pipeline) = found else { return false };
        let pipeline_id = pipeline.id.clone();
        for known in &mut pipeline.stages {
            if known.id == stage {
                label.clone_into(&mut known.label);
            }
        }
        if self.touch.pipeline_moves_deals {
            let deals: Vec<String> = self
                .live_deals()
                .filter(|deal| deal.pipeline == pipeline_id)
                .map(|deal| deal.id.clone())
                .collect();
            for deal in &deals {
                self.touch_deal(Some(deal), true);
            }
        }
        true
    }

    /// Puts a record away.
    pub fn archive(&mut self, object: Object, id: &str) -> bool {
        let at = self.now();
        self.live_to(object, id, State::Archived { at }, What::Archived)
    }

    /// Puts a record into the bin.
    pub fn delete(&mut self, object: Object, id: &str) -> bool {
        let at = self.now();
        self.live_to(object, id, State::Deleted { at }, What::Deleted)
    }

    /// Takes a record out of existence, from wherever it is.
    pub fn purge(&mut self, object: Object, id: &str) -> bool {
        let at = self.now();
        self.set_state(object, id, State::Purged { at }, What::Purged, |state| {
            !matches!(state, State::Purged { .. } | State::Merged { .. })
        })
    }

    /// Brings an archived or deleted record back.
    pub fn restore(&mut self, object: Object, id: &str) -> bool {
        self.set_state(object, id, State::Live, What::Restored, |state| {
            matches!(state, State::Archived { .. } | State::Deleted { .. })
        })
    }

    /// Merges two companies: deals, contacts and activities go over to the winner.
    pub fn merge_companies(&mut self, loser: &str, winner: &str) -> bool {
        if !self.merge::<Company>(loser, winner, |winner, loser| {
            winner.merged_from.extend(loser.merged_from.iter().cloned());
            winner.merged_from.push(loser.id.clone());
            winner.domain = winner.domain.take().or_else(|| loser.domain.clone());
        }) {
            return false;
        }
        let (now, moved) = (self.now(), self.touch.merge_moves_children);
        let over = |company: &mut Option<String>, stamp: &mut Timestamp| {
            if company.as_deref() == Some(loser) {
                *company = Some(winner.to_owned());
                if moved {
                    *stamp = now;
                }
            }
        };
        for deal in self.deals.values_mut() {
            over(&mut deal.company, &mut deal.modified_at);
        }
        for contact in self.contacts.values_mut() {
            over(&mut contact.company, &mut contact.modified_at);
        }
        for activity in self.activities.values_mut() {
            over(&mut activity.company, &mut activity.modified_at);
        }
        true
    }

    /// Merges two contacts: roles and activities go over to the winner.
    pub fn merge_contacts(&mut self, loser: &str, winner: &str) -> bool {
        if !self.merge::<Contact>(loser, winner, |winner, loser| {
            winner.merged_from.extend(loser.merged_from.iter().cloned());
            winner.merged_from.push(loser.id.clone());
            winner.email = winner.email.take().or_else(|| loser.email.clone());
        }) {
            return false;
        }
        let (now, moved) = (self.now(), self.touch.merge_moves_children);
        for deal in self.deals.values_mut() {
            let already = deal.roles.iter().any(|role| role.contact == winner);
            if already {
                take_off(deal, loser, now, &mut self.removed_roles);
            }
            for role in &mut deal.roles {
                if role.contact == loser {
                    winner.clone_into(&mut role.contact);
                    if moved {
                        role.modified_at = now;
                    }
                }
            }
        }
        for activity in self.activities.values_mut() {
            if activity.contacts.iter().any(|contact| contact == loser) {
                activity
                    .contacts
                    .retain(|contact| contact != loser && contact != winner);
                activity.contacts.push(winner.to_owned());
                if moved {
                    activity.modified_at = now;
                }
            }
        }
        true
    }

    /// Merges two deals: contacts and activities go over to the winner, which keeps its own values.
    pub fn merge_deals(&mut self, loser: &str, winner: &str) -> bool {
        if !self.merge::<Deal>(loser, winner, |winner, loser| {
            winner.merged_from.extend(loser.merged_from.iter().cloned());
            winner.merged_from.push(loser.id.clone());
            for role in &loser.roles {
                if winner
                    .roles
                    .iter()
                    .all(|known| known.contact != role.contact)
                {
                    winner.roles.push(Role {
                        is_primary: winner.roles.is_empty(),
                        ..role.clone()
                    });
                }
            }
        }) {
            return false;
        }
        // A role that has moved is with the winner alone: it is not gone with the loser.
        let held = self.deals.get(winner).map(|deal| &deal.roles);
        let held: BTreeSet<String> = held.into_iter().flatten().map(|it| it.id.clone()).collect();
        if let Some(deal) = self.deals.get_mut(loser) {
            deal.roles.retain(|role| !held.contains(&role.id));
        }
        let (now, moved) = (self.now(), self.touch.merge_moves_children);
        for activity in self.activities.values_mut() {
            if activity.deal.as_deref() == Some(loser) {
                activity.deal = Some(winner.to_owned());
                if moved {
                    activity.modified_at = now;
                }
            }
        }
        true
    }

    /// Adds a custom field; a second of the same name changes nothing.
    pub fn add_field(&mut self, object: Object, name: &str, label: &str, kind: FieldKind) {
        let known = |field: &CustomField| field.object == object && field.name == name;
        if !self.fields.iter().any(known) {
            self.fields.push(CustomField {
                object,
                name: name.to_owned(),
                label: label.to_owned(),
                kind,
                options: Vec::new(),
            });
        }
    }

    /// Fills a custom field of a deal, company or contact.
    pub fn fill(&mut self, object: Object, id: &str, name: &str, value: Value) -> bool {
        let name = name.to_owned();
        match object {
            Object::Deal => self.edit_deal(id, |deal| {
                deal.custom.insert(name, value);
            }),
            Object::Company => self.edit_company(id, |company| {
                company.custom.insert(name, value);
            }),
            Object::Contact => self.edit_contact(id, |contact| {
                contact.custom.insert(name, value);
            }),
            _ => false,
        }
    }

    /// Does one of the things people do all day to some open deal, and gives its id; none in an account without deals.
    ///
    /// `step` numbers the deed: the same step on the same account does the same.
    pub fn live_on(&mut self, step: u64) -> Option<String> {
        let mut chance = Chance::of(step, "life");
        let open: Vec<String> = self
            .live_deals()
            .filter(|deal| {
                self.stage(&deal.stage)
                    .is_some_and(|stage| !stage.is_closed)
            })
            .map(|deal| deal.id.clone())
            .collect();
        let id = chance.pick(&open)?.clone();
        let deal = self.deals.get(&id)?.clone();
        let now = self.now();
        match chance.below(5) {
            0 => {
                let pipeline = self
                    .pipelines
                    .iter()
                    .find(|pipeline| pipeline.id == deal.pipeline)?;
                let order = self.stage(&deal.stage)?.order;
                let next = pipeline.stages.iter().find(|stage| stage.order > order)?;
                let next = next.id.clone();
                self.move_deal(&id, &next);
            }
            1 => {
                let amount = deal.amount.unwrap_or(Decimal::ONE_THOUSAND) * Decimal::new(105, 2);
                self.set_amount(&id, Some(amount.round_dp(2)));
            }
            2 => {
                let later = deal
                    .expected_close
                    .map(|date| date.saturating_add(jiff::Span::new().days(14)));
                self.edit_deal(&id, |deal| deal.expected_close = later);
            }
            _ => {
                let kinds = [ActivityKind::Call, ActivityKind::Email, ActivityKind::Note];
                self.add_activity(NewActivity {
                    kind: *chance.pick(&kinds)?,
                    deal: Some(id.clone()),
                    contacts: deal
                        .roles
                        .first()
                        .map(|role| role.contact.clone())
                        .into_iter()
                        .collect(),
                    owner: deal.owner,
                    at: now,
                    subject: "Followed up".to_owned(),
                    body: "Talked about the next step.".to_owned(),
                });
            }
        }
        Some(id)
    }

    fn next_id(&mut self, object: Object) -> String {
        let count = self.counts.entry(object).or_default();
        *count += 1;
        (self.ids)(object, *count)
    }

    fn changed(&mut self, object: Object, id: &str, stamp_before: Option<Timestamp>, what: What) {
        self.changes.push(Change {
            at: self.now(),
            object,
            id: id.to_owned(),
            what,
            stamp_before,
        });
    }

    fn entered<R: Record>(&mut self, id: String, record: R) -> String {
        R::all(self).insert(id.clone(), record);
        self.changed(R::OBJECT, &id, None, What::Created);
        id
    }

    fn save<R: Record>(&mut self, id: &str, edit: impl FnOnce(&mut R)) -> bool {
        let now = self.now();
        let Some(record) = R::all(self).get_mut(id) else {
            return false;
        };
        if !record.state().is_live() {
            return false;
        }
        let stamp_before = *record.stamp();
        let before: BTreeMap<String, Option<String>> = record.fields().into_iter().collect();
        edit(record);
        *record.stamp() = now;
        let after = record.fields();
        let mut touched = true;
        for (name, to) in after {
            let from = before.get(&name).cloned().flatten();
            if from != to {
                touched = false;
                let what = What::Field { name, from, to };
                self.changed(R::OBJECT, id, Some(stamp_before), what);
            }
        }
        if touched {
            self.changed(R::OBJECT, id, Some(stamp_before), What::Touched);
        }
        true
    }

    fn touch_deal(&mut self, id: Option<&str>, moves: bool) {
        if let (Some(id), true) = (id, moves) {
            self.save(id, |_: &mut Deal| ());
        }
    }

    fn role_changed(&mut self, deal: &str, what: What) {
        let (now, moves) = (self.now(), self.touch.role_moves_deal);
        if let Some(found) = self.deals.get_mut(deal) {
            let before = found.modified_at;
            if moves {
                found.modified_at = now;
            }
            self.changed(Object::Deal, deal, Some(before), what);
        }
    }

    fn live_to(&mut self, object: Object, id: &str, to: State, what: What) -> bool {
        self.set_state(object, id, to, what, State::is_live)
    }

    fn set_state(
        &mut self,
        object: Object,
        id: &str,
        to: State,
        what: What,
        from: impl Fn(&State) -> bool,
    ) -> bool {
        let now = self.now();
        let (state, stamp) = match object {
            Object::Deal => match self.deals.get_mut(id) {
                Some(deal) => (&mut deal.state, &mut deal.modified_at),
                None => return false,
            },
            Object::Company => match self.companies.get_mut(id) {
                Some(company) => (&mut company.state, &mut company.modified_at),
                None => return false,
            },
            Object::Contact => match self.contacts.get_mut(id) {
                Some(contact) => (&mut contact.state, &mut contact.modified_at),
                None => return false,
            },
            Object::Activity => match self.activities.get_mut(id) {
                Some(activity) => (&mut activity.state, &mut activity.modified_at),
                None => return false,
            },
            _ => return false,
        };
        if !from(state) {
            return false;
        }
        let before = *stamp;
        *state = to;
        *stamp = now;
        self.changed(object, id, Some(before), what);
        true
    }

    fn merge<R: Record>(
        &mut self,
        loser: &str,
        winner: &str,
        absorb: impl FnOnce(&mut R, &R),
    ) -> bool {
        let at = self.now();
        let into = winner.to_owned();
        let mut absorbed = R::all(self).get(loser).cloned();
        let stays = R::all(self)
            .get_mut(winner)
            .is_some_and(|kept| kept.state().is_live());
        let Some(lost) = absorbed.as_mut().filter(|_| stays && loser != winner) else {
            return false;
        };
        let merged = State::Merged {
            into: into.clone(),
            at,
        };
        if !self.live_to(R::OBJECT, loser, merged, What::Merged { into }) {
            return false;
        }
        self.save(winner, |kept: &mut R| absorb(kept, lost))
    }
}

/// Takes a contact's roles off a deal and notes them; says whether there were any.
fn take_off(
    deal: &mut Deal,
    contact: &str,
    at: Timestamp,
    removed: &mut BTreeMap<String, State>,
) -> bool {
    let before = removed.len();
    let theirs = deal.roles.extract_if(.., |role| role.contact == contact);
    removed.extend(theirs.map(|role| (role.id, State::Purged { at })));
    removed.len() > before
}

fn shown<T: std::fmt::Display>(value: Option<&T>) -> Option<String> {
    value.map(ToString::to_string)
}

fn custom(fields: &BTreeMap<String, Value>) -> impl Iterator<Item = (String, Option<String>)> {
    fields.iter().map(|(name, value)| {
        let value = match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        (name.clone(), value)
    })
}

impl Record for Deal {
    const OBJECT: Object = Object::Deal;
    fn stamp(&mut self) -> &mut Timestamp {
        &mut self.modified_at
    }
    fn state(&mut self) -> &mut State {
        &mut self.state
    }
    fn fields(&self) -> Vec<(String, Option<String>)> {
        [
            ("name", Some(self.name.clone())),
            ("company", self.company.clone()),
            ("owner", self.owner.clone()),
            ("pipeline", Some(self.pipeline.clone())),
            ("stage", Some(self.stage.clone())),
            ("amount", shown(self.amount.as_ref())),
            ("currency", Some(self.currency.clone())),
            ("probability", shown(self.probability.as_ref())),
            ("expected_close", shown(self.expected_close.as_ref())),
            ("lost_reason", self.lost_reason.clone()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(custom(&self.custom))
        .collect()
    }
    fn all(crm: &mut Crm) -> &mut BTreeMap<String, Deal> {
        &mut crm.deals
    }
}

impl Record for Company {
    const OBJECT: Object = Object::Company;
    fn stamp(&mut self) -> &mut Timestamp {
        &mut self.modified_at
    }
    fn state(&mut self) -> &mut State {
        &mut self.state
    }
    fn fields(&self) -> Vec<(String, Option<String>)> {
        [
            ("name", Some(self.name.clone())),
            ("domain", self.domain.clone()),
            ("industry", self.industry.clone()),
            ("employees", shown(self.employees.as_ref())),
            ("annual_revenue", shown(self.annual_revenue.as_ref())),
            ("owner", self.owner.clone()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(custom(&self.custom))
        .collect()
    }
    fn all(crm: &mut Crm) -> &mut BTreeMap<String, Company> {
        &mut crm.companies
    }
}

impl Record for Contact {
    const OBJECT: Object = Object::Contact;
    fn stamp(&mut self) -> &mut Timestamp {
        &mut self.modified_at
    }
    fn state(&mut self) -> &mut State {
        &mut self.state
    }
    fn fields(&self) -> Vec<(String, Option<String>)> {
        [
            ("first_name", self.first_name.clone()),
            ("last_name", self.last_name.clone()),
            ("email", self.email.clone()),
            ("title", self.title.clone()),
            ("company", self.company.clone()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(custom(&self.custom))
        .collect()
    }
    fn all(crm: &mut Crm) -> &mut BTreeMap<String, Contact> {
        &mut crm.contacts
    }
}

impl Record for Activity {
    const OBJECT: Object = Object::Activity;
    fn stamp(&mut self) -> &mut Timestamp {
        &mut self.modified_at
    }
    fn state(&mut self) -> &mut State {
        &mut self.state
    }
    fn fields(&self) -> Vec<(String, Option<String>)> {
        [
            ("subject", Some(self.subject.clone())),
            ("body", Some(self.body.clone())),
            ("at", Some(self.at.to_string())),
            ("done", Some(self.done.to_string())),
            ("outcome", self.outcome.clone()),
            ("deal", self.deal.clone()),
            ("owner", self.owner.clone()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
    fn all(crm: &mut Crm) -> &mut BTreeMap<String, Activity> {
        &mut crm.activities
    }
}

/// The world's times are UTC without saying so.
fn utc(at: DateTime) -> Timestamp {
    at.to_zoned(TimeZone::UTC)
        .map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// So many seconds later.
fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(at)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use demo::Size;

    fn plain(object: Object, n: u64) -> String {
        format!("{}{n:06}", format!("{object:?}").to_lowercase())
    }

    fn small() -> (Crm, HandClock) {
        let hand = HandClock::at("2026-10-01T08:00:00Z".parse().unwrap());
        let world = demo::company(7, Size::Small);
        (Crm::from_world(&world, plain, hand.clock()), hand)
    }

    #[test]
    fn the_account_holds_the_whole_world_and_its_oddities() {
        let (crm, _) = small();
        assert_eq!(crm.deals.len(), 400);
        assert_eq!(crm.companies.len(), 240);
        assert_eq!(crm.pipelines.len(), 2);
        assert!(crm.changes.is_empty());
        assert_eq!(crm.odd.len(), 18, "{:?}", crm.odd);
        for deal in crm.deals.values() {
            assert!(crm.stage(&deal.stage).is_some());
            assert!(
                deal.moves
                    .iter()
                    .all(|step| crm.stage(&step.stage).is_some())
            );
            assert!(deal.moves.is_sorted_by_key(|step| step.at));
            assert_eq!(deal.moves.last().unwrap().stage, deal.stage);
            assert!(
                deal.roles
                    .iter()
                    .all(|role| crm.contacts.contains_key(&role.contact))
            );
        }
        assert_eq!(small().0.deals, crm.deals);
    }

    #[test]
    fn an_edit_moves_the_stamp_and_tells_the_field() {
        let (mut crm, hand) = small();
        let id = crm.deals.keys().next().unwrap().clone();
        let before = crm.deals[&id].clone();
        hand.advance(60);
        assert!(crm.edit_deal(&id, |deal| deal.amount = Some(Decimal::TEN)));
        let after = &crm.deals[&id];
        assert_eq!(after.modified_at, hand.now());
        assert_eq!(after.moves, before.moves);
        let change = crm.changes.last().unwrap();
        assert_eq!(change.stamp_before, Some(before.modified_at));
        assert_eq!(
            change.what,
            What::Field {
                name: "amount".to_owned(),
                from: before.amount.map(|amount| amount.to_string()),
                to: Some("10".to_owned()),
            }
        );
        let won = crm.pipelines[0].stages[6].id.clone();
        assert!(crm.move_deal(&id, &won));
        let deal = &crm.deals[&id];
        assert_eq!(deal.moves.len(), before.moves.len() + 1);
        assert_eq!(deal.closed_at, Some(hand.now()));
        assert!(!crm.edit_deal("nobody", |_| ()));
    }

    #[test]
    fn roles_move_the_deal_only_where_the_vendor_says_so() {
        let (mut crm, hand) = small();
        let id = crm.deals.keys().next().unwrap().clone();
        let contact = crm.contacts.keys().last().unwrap().clone();
        let before = crm.deals[&id].modified_at;
        hand.advance(60);
        crm.add_role(&id, &contact, Some("Champion")).unwrap();
        assert_eq!(crm.deals[&id].modified_at, before);
        crm.touch.role_moves_deal = true;
        assert!(crm.relabel_role(&id, &contact, Some("Blocker")));
        assert_eq!(crm.deals[&id].modified_at, hand.now());
        assert!(crm.remove_role(&id, &contact));
        assert!(!crm.remove_role(&id, &contact));
    }

    #[test]
    fn records_go_and_come_back_but_not_from_everywhere() {
        let (mut crm, _) = small();
        let id = crm.deals.keys().next().unwrap().clone();
        assert!(crm.archive(Object::Deal, &id));
        assert!(!crm.archive(Object::Deal, &id));
        assert!(!crm.set_amount(&id, None));
        assert!(crm.restore(Object::Deal, &id));
        assert!(crm.delete(Object::Deal, &id));
        assert!(crm.purge(Object::Deal, &id));
        assert!(!crm.restore(Object::Deal, &id));
        assert!(!crm.delete(Object::Deal, "nobody"));
    }

    #[test]
    fn a_merge_takes_everything_over() {
        let (mut crm, _) = small();
        let with_deals = |crm: &Crm, company: &str| {
            let of = |deal: &&Deal| deal.company.as_deref() == Some(company);
            crm.deals.values().filter(of).count()
        };
        let loser = crm
            .deals
            .values()
            .find_map(|deal| deal.company.clone())
            .unwrap();
        let winner = crm
            .companies
            .keys()
            .rfind(|id| **id != loser)
            .unwrap()
            .clone();
        let both = with_deals(&crm, &loser) + with_deals(&crm, &winner);
        assert!(crm.merge_companies(&loser, &winner));
        assert_eq!(with_deals(&crm, &winner), both);
        assert_eq!(with_deals(&crm, &loser), 0);
        assert_eq!(
            crm.companies[&winner].merged_from,
            std::slice::from_ref(&loser)
        );
        assert!(!crm.merge_companies(&loser, &winner));
        assert!(!crm.merge_companies(&winner, &winner));
        let third = crm.companies.keys().next().unwrap().clone();
        assert!(crm.delete(Object::Company, &winner));
        assert!(!crm.merge_companies(&third, &winner));
        assert!(crm.companies[&third].state.is_live());

        let deal = crm
            .deals
            .values()
            .find(|deal| deal.roles.len() > 1)
            .unwrap();
        let id = deal.id.clone();
        let (first, second) = (deal.roles[0].contact.clone(), deal.roles[1].contact.clone());
        let people = deal.roles.len();
        assert!(crm.merge_contacts(&first, &second));
        assert_eq!(crm.deals[&id].roles.len(), people - 1);
        assert!(
            crm.activities
                .values()
                .all(|done| !done.contacts.contains(&first))
        );
    }

    #[test]
    fn life_goes_on_and_many_deals_are_quick() {
        let (mut crm, hand) = small();
        for step in 0..50 {
            hand.advance(30);
            assert!(crm.live_on(step).is_some());
        }
        assert!(crm.changes.len() >= 50);
        let many = Crm::scaled(12_000, plain, hand.clock());
        assert_eq!(many.deals.len(), 12_000);
        assert!(
            many.deals
                .values()
                .all(|deal| deal.modified_at <= hand.now())
        );
    }
}
