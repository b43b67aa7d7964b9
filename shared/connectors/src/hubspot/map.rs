//! What HubSpot's records mean.

use super::done;
use super::objects::{COMPANIES, CONTACTS, DEALS, gone, is_whole, kind};
use crate::item::Item;
use crate::meaning::{self, Ends};
use connector::value::{
    Fields, ODD_DATE, ODD_RECORD, UNKNOWN_WORD, id, instant, is, list, number, scalar, text,
};
use connector::{Context, Hint, Known, Out, Record, Text, Value};
use jiff::tz::TimeZone;
use model::{
    Company, Deal, Entity, EntityKey, Issue, IssueCode, Person, Pipeline, Place, Severity, Stage,
    Stakeholder, Timestamp,
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Of a property HubSpot keeps about twenty values; what was before is cut off.
const KEPT: usize = 20;

/// The names of properties the account has added to a kind of object.
pub(super) fn custom_names<'a>(known: &'a Known, of: &str) -> impl Iterator<Item = &'a str> {
    let own = |it: &&Value| it.get("hubspotDefined") == Some(&Value::Bool(false));
    known
        .all(of)
        .iter()
        .filter(own)
        .filter_map(|it| text(it, "name"))
}

/// Owners of deals, those who left among them.
pub(super) fn owners(known: &Known) -> impl Iterator<Item = &Value> {
    let left = known.all("owners_archived");
    known.all("owners").iter().chain(left)
}

/// Pipelines with their stages, and the owners of deals.
pub(super) fn setting(known: &Known, cx: &Context, out: &mut Out) {
    for owner in owners(known) {
        let Some(own) = id(owner, "id") else { continue };
        let mut it = Item::new(("owners", &own), (owner, owner), cx, out);
        let name = ["firstName", "lastName"].map(|name| it.text(name));
        let teams = list(owner, "teams");
        let team = teams.iter().find(|team| is(team, "primary"));
        let team = team.or(teams.first());
        let person = Person {
            name: meaning::joined(name, " "),
            email: it.text("email"),
            team: team.and_then(|team| text(team, "name")).map(str::to_owned),
            ..Person::new(cx.person(&own))
        };
        it.stamp = it.timestamp("updatedAt");
        it.put(person);
    }
    for pipeline in known.all("pipelines") {
        let Some(own) = id(pipeline, "id") else {
            continue;
        };
        let mut stages: Vec<&Value> = list(pipeline, "stages").iter().collect();
        stages.sort_by_key(|stage| stage.get("displayOrder").and_then(Value::as_i64));
        let place = format!("hubspot/pipelines/{own}");
        let stage = |(order, stage)| {
            let mut fields = Fields::new(stage, place.as_str(), out);
            let label = fields.text("label").unwrap_or_default();
            let meant = meaning::stage([label.as_str()], ends(stage), cx);
            let told = ("label", "say it in the settings of stages");
            let stage = meaning::known(&label, meant, told, &mut fields);
            Stage {
                order,
                probability: fields.share("/metadata/probability", 1),
                ..stage
            }
        };
        let stages = (0..).zip(stages).map(stage).collect();
        let name = text(pipeline, "label").unwrap_or(&own).to_owned();
        let id = cx.pipeline(&own);
        out.put(Entity::Pipeline(Pipeline { id, name, stages }));
    }
}

/// A stage by its id, in this pipeline if it is there. Ids outlive every renaming.
fn stage<'a>(known: &'a Known, pipeline: Option<&str>, id: &str) -> Option<&'a Value> {
    let in_any = |ours: bool| {
        let pipelines = known.all("pipelines").iter();
        let fits = pipelines.filter(move |it| !ours || text(it, "id") == pipeline);
        let mut stages = fits.flat_map(|it| list(it, "stages"));
        stages.find(|stage| text(stage, "id") == Some(id))
    };
    in_any(true).or_else(|| in_any(false))
}

/// Won and lost are said by the stage's settings.
fn ends(stage: &Value) -> Ends {
    match number(stage, "/metadata/probability") {
        _ if !is(stage, "/metadata/isClosed") => Ends::Open,
        None => Ends::Unsaid,
        Some(chance) if chance * Decimal::TWO > Decimal::ONE => Ends::Won,
        Some(_) => Ends::Lost,
    }
}

/// A record that has an id, as it is to be read: as it came, or as it was then read whole.
pub(super) fn read<const K: usize>(record: &Record, cx: &Context, out: &mut Out) {
    let Some(id) = id(&record.main, "id") else {
        return odd_record(kind::<K>().many, out);
    };
    let whole = record.part("whole").first();
    // It has vanished in between: it is asked for once more.
    if whole.is_none() && record.has_part("whole") && !is_whole::<K>(record) {
        return out.hints.push(Hint::new(kind::<K>().many, id));
    }
    let main = whole.unwrap_or(&record.main);
    let mut it = item::<K>(&id, main, cx, out).of(record);
    match K {
        COMPANIES => company(&mut it),
        DEALS => deal(record, &mut it),
        CONTACTS => contact(record, &mut it),
        _ => done::activity::<K>(record, &mut it),
    }
}

/// An object with its properties.
fn item<'a, const K: usize>(
    id: &str,
    main: &'a Value,
    cx: &'a Context<'a>,
    out: &'a mut Out,
) -> Item<'a> {
    let properties = main.get("properties").unwrap_or(&Value::Null);
    let mut it = Item::new((kind::<K>().many, id), (main, properties), cx, out);
    let stamp = it.timestamp(kind::<K>().stamp);
    it.stamp = stamp.or_else(|| instant(main, "updatedAt"));
    it
}

fn odd_record(kind: &str, out: &mut Out) {
    let what = "this record has no id and was left out";
    let issue = Issue::new(ODD_RECORD, Severity::Error, what, "look at the raw record");
    let place = Place::file(format!("hubspot/{kind}"));
    out.issues.push(issue.at(place));
}

/// The time zone people enter days in.
fn zone(cx: &Context) -> TimeZone {
    let name = cx.known.text("account", "timeZone");
    let zone = name.and_then(|name| TimeZone::get(name).ok());
    zone.unwrap_or(TimeZone::UTC)
}

fn custom<const K: usize>(it: &Item) -> BTreeMap<String, String> {
    // Hundreds of them are found in one pass over the record, not one by one.
    let properties = it.main.get("properties").into_iter();
    let properties: BTreeMap<_, _> = properties.flat_map(Value::fields).collect();
    let value = |name: &str| Some((name.to_owned(), meaning::custom(properties.get(name)?)?));
    let names = custom_names(it.cx.known, kind::<K>().many);
    names.filter_map(value).collect()
}

/// The ids of those that live on in this one.
fn merged(it: &Item) -> Vec<String> {
    let ids = it.get("hs_merged_object_ids").and_then(scalar);
    let ids = ids.unwrap_or_default();
    let each = ids.split(';').map(str::trim);
    each.filter(|id| !id.is_empty())
        .map(str::to_owned)
        .collect()
}

fn company(it: &mut Item) {
    let currency = it.cx.known.text("account", "companyCurrency");
    let company = Company {
        domain: it.domain("domain").or_else(|| it.domain("website")),
        name: it.text("name"),
        industry: it.text("industry"),
        employees: it.count("numberofemployees"),
        annual_revenue: it.money("annualrevenue", currency),
        owner: it.person("hubspot_owner_id"),
        custom_fields: custom::<COMPANIES>(it),
        ..Company::new(it.cx.company(&it.id))
    };
    let key = |id: &str| EntityKey::Company(it.cx.company(id));
    let (losers, winner) = (merged(it), key(&it.id));
    let losers: Vec<_> = losers.iter().map(|id| key(id)).collect();
    it.put(company);
    it.merged(losers, &winner);
}

fn deal(record: &Record, it: &mut Item) {
    let key = it.cx.deal(&it.id);
    let created_at = it.timestamp("createdate");
    let created_at = created_at.or_else(|| instant(it.main, "createdAt"));
    let pipeline = it.text("pipeline");
    let stage_id = it.text("dealstage");
    let known = it.cx.known;
    let setting_of = |id: &str| stage(known, pipeline.as_deref(), id);
    let label_of = |id: &str| {
        let label = setting_of(id).and_then(|it| text(it, "label"));
        label.unwrap_or(id).to_owned()
    };
    let setting = stage_id.as_deref().and_then(setting_of);
    let label = stage_id.as_deref().map(label_of);
    if let (Some(id), None) = (&stage_id, setting) {
        let what = "the deal's stage is in no pipeline any more; its id stands for its label";
        odd_stage(UNKNOWN_WORD, what, id, it);
    }
    let is_closed = it.boolean("hs_is_closed");
    let is_closed = is_closed.or_else(|| Some(is(setting?, "/metadata/isClosed")));
    let is_closed = is_closed == Some(true);
    let is_won = it.boolean("hs_is_closed_won");
    let ends = match (is_closed, is_won) {
        (true, Some(true)) => Ends::Won,
        (true, Some(false)) => Ends::Lost,
        _ => setting.map_or(Ends::Unsaid, ends),
    };
    let means = label.as_deref();
    let means = means.and_then(|label| meaning::stage([label], ends, it.cx));

    let moves = history(created_at, label_of, it);
    let entered_at = it.timestamp("hs_v2_date_entered_current_stage");
    let since = if moves.is_empty() {
        created_at
    } else {
        entered_at.or(it.stamp)
    };
    let what = "the history of this deal ends in another stage than it is in";
    let odd = ("dealstage", Some((what, REMEDY)));
    let visits = meaning::visits_to(label.as_deref(), since, moves, odd, it);

    let closes_at = it.timestamp("closedate");
    let currency = it.text("deal_currency_code");
    let home = known.text("account", "companyCurrency");
    let currency = currency.as_deref().or(home);
    let probability = it.share("hs_deal_stage_probability", 1);
    let company = primary(associated(record, "companies"));
    let deal = Deal {
        name: it.text("dealname"),
        company: company.map(|company| it.cx.company(&company)),
        amount: it.money("amount", currency),
        pipeline: pipeline.as_deref().map(|pipeline| it.cx.pipeline(pipeline)),
        canonical_stage: means.map(|(canonical, _)| canonical),
        probability: probability.or_else(|| {
            Fields::new(setting?, "", &mut Out::default()).share("/metadata/probability", 1)
        }),
        expected_close: closes_at.map(|at| at.to_zoned(zone(it.cx)).date()),
        owner: it.person("hubspot_owner_id"),
        created_at,
        updated_at: it.stamp,
        closed_at: closes_at
            .or(meaning::last_move(&visits))
            .filter(|_| is_closed),
        lost_reason: it
            .text("closed_lost_reason")
            .filter(|_| is_closed && is_won != Some(true)),
        custom_fields: custom::<DEALS>(it),
        stage: label,
        ..Deal::new(key)
    };
    let losers = merged(it);
    let losers = losers.iter().map(|id| EntityKey::Deal(it.cx.deal(id)));
    let losers: Vec<_> = losers.collect();
    it.put_deal(deal, visits);
    it.merged(losers, &EntityKey::Deal(key));
    if record
        .main
        .pointer("/associations/companies/paging/next")
        .is_some()
    {
        let hint = Hint::new("deals", &*it.id);
        it.out.hints.push(hint);
    }
    if it.has_part("contacts") {
        stakeholders(record, it);
        it.out.whole.push(key);
    }
}

/// The stages the deal entered, as HubSpot has kept them.
fn history(
    created_at: Option<Timestamp>,
    label_of: impl Fn(&str) -> String,
    it: &mut Item,
) -> Vec<(Timestamp, String)> {
    let mut moves = Vec::new();
    let entries = list(it.main, "/propertiesWithHistory/dealstage");
    // The newest stands first, and of one instant the later.
    for entry in entries.iter().rev() {
        match (instant(entry, "timestamp"), id(entry, "value")) {
            (None, _) => {
                let what = "a move of this deal has no time and was left out";
                let at = id(entry, "timestamp").unwrap_or_default();
                odd_stage(ODD_DATE, what, &at, it);
            }
            // A stage that was taken from the deal leaves nothing.
            (_, None) => {}
            (Some(at), Some(stage)) => moves.push((at, label_of(&stage))),
        }
    }
    if entries.len() >= KEPT && moves.iter().map(|(at, _)| *at).min() > created_at {
        let what = "HubSpot has forgotten how this deal began: it keeps so many moves";
        odd_stage(ODD_RECORD, what, &entries.len().to_string(), it);
    }
    moves
}

const REMEDY: &str = "look at the deal's history in HubSpot";

fn odd_stage(code: IssueCode, what: &str, value: &str, it: &mut Item) {
    it.odd(code, "dealstage", what, REMEDY, value);
}

/// The other ends of a record's associations: listed beside it, or asked for.
fn associated<'a>(record: &'a Record, kind: &str) -> impl Iterator<Item = &'a Value> {
    let beside = list(&record.main, &format!("/associations/{kind}/results"));
    let asked = record.part(kind).iter().flat_map(|it| list(it, "to"));
    beside.iter().chain(asked)
}

/// The company that is marked as the first one, or else the one that is there longest.
fn primary<'a>(to: impl Iterator<Item = &'a Value>) -> Option<Text> {
    let of_type = |kind: &Value| {
        id(kind, "typeId").as_deref() == Some("5") || text(kind, "label") == Some("Primary")
    };
    let is_primary = |it: &Value| {
        text(it, "type") == Some("deal_to_company")
            || list(it, "associationTypes").iter().any(of_type)
    };
    let found = to.filter_map(|it| Some((!is_primary(it), by_age(other(it)?))));
    found.min().map(|(_, (_, id))| id)
}

/// The id at the other end of an association, which comes as a number or as a text.
fn other(to: &Value) -> Option<Text> {
    id(to, "id").or_else(|| id(to, "toObjectId"))
}

/// Ids are numbers that grow.
fn by_age(id: Text) -> (usize, Text) {
    (id.len(), id)
}

/// The contacts a deal's associations name, each with all its labels.
fn labels<'a>(to: impl Iterator<Item = &'a Value>) -> BTreeMap<Text, Vec<&'a str>> {
    let mut found: BTreeMap<Text, Vec<&str>> = BTreeMap::new();
    for to in to {
        let Some(contact) = other(to) else { continue };
        let types = list(to, "associationTypes").iter();
        let named = types.filter_map(|kind| text(kind, "label"));
        found.entry(contact).or_default().extend(named);
    }
    found
}

fn stakeholders(record: &Record, deal: &mut Item) {
    let to = record.part("contacts").iter().flat_map(|it| list(it, "to"));
    let name = deal.id.clone();
    for (contact, labels) in labels(to) {
        let people = &mut record.part("people").iter();
        let person = people.find(|it| id(it, "id").as_ref() == Some(&contact));
        let person = person.unwrap_or(&Value::Null);
        let mut it = item::<CONTACTS>(&contact, person, deal.cx, deal.out);
        stakeholder(&name, labels, &mut it);
    }
}

/// A contact on a deal. What the deal calls them counts more than what is said of them in general.
fn stakeholder(deal: &str, mut labels: Vec<&str>, it: &mut Item) {
    labels.sort_unstable();
    let general = it.text("hs_buying_role").unwrap_or_default();
    let mut roles = labels.into_iter().chain(general.split(';'));
    let key = it.cx.stakeholder(&format!("{deal}/{}", it.id));
    let name = ["firstname", "lastname"].map(|name| it.text(name));
    let stakeholder = Stakeholder {
        name: meaning::joined(name, " "),
        title: it.text("jobtitle"),
        email: it.text("email"),
        role: roles.find_map(meaning::role),
        last_contact: it.timestamp("notes_last_contacted"),
        ..Stakeholder::new(key, it.cx.deal(deal))
    };
    it.put(stakeholder);
}

/// The deals a record says it belongs to.
pub(super) fn deals_of(record: &Record) -> Vec<Text> {
    oldest_first(associated(record, "deals"))
}

/// The contacts a record says it belongs to.
pub(super) fn contacts_of(record: &Record) -> Vec<Text> {
    oldest_first(associated(record, "contacts"))
}

fn oldest_first<'a>(to: impl Iterator<Item = &'a Value>) -> Vec<Text> {
    let found: BTreeSet<_> = to.filter_map(other).map(by_age).collect();
    found.into_iter().map(|(_, id)| id).collect()
}

/// A contact, as it stands on each of its deals.
fn contact(record: &Record, it: &mut Item) {
    for deal in deals_of(record) {
        let of_deal = |it: &&Value| id(it, "/from/id").as_ref() == Some(&deal);
        let roles = record.part("contacts").iter().filter(of_deal);
        let mut labels = labels(roles.flat_map(|it| list(it, "to")));
        // Whoever has left the deal in between is not put back.
        let Some(labels) = labels.remove(it.id.as_str()) else {
            continue;
        };
        stakeholder(&deal, labels, it);
        let cx = it.cx;
        let key = |contact: &str| {
            EntityKey::Stakeholder(cx.deal(&deal), cx.stakeholder(&format!("{deal}/{contact}")))
        };
        let losers: Vec<_> = merged(it).iter().map(|id| key(id)).collect();
        let winner = key(&it.id);
        it.merged(losers, &winner);
    }
}

/// Something in the bin.
pub(super) fn archived<const K: usize>(record: &Record, cx: &Context, out: &mut Out) {
    match id(&record.main, "id") {
        Some(id) => gone::<K>(&id, instant(&record.main, "archivedAt"), cx, out),
        None => odd_record(kind::<K>().many, out),
    }
}
