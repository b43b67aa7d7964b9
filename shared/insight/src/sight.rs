//! Which rows of a book a viewer sees.

use model::{
    Activity, Book, CanonicalStage, Company, CompanyId, DealId, Outcome, Person, PersonId,
    Pipeline, StageLog, Stakeholder, Viewer, by_name, visible,
};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The rows of one book that one viewer sees: made once, asked often.
///
/// Every rule is [`visible`] or follows from it: a company is seen by who sees its owner or one of
/// its deals; contacts and activities as their deal; an activity of no deal, and what belongs to
/// no company, by those who see all.
///
/// ```
/// use insight::Sight;
/// use model::{Book, Deal, DealId, PersonId, TenantId, Viewer};
///
/// let tenant = TenantId::local();
/// let ana = PersonId::derive(&tenant, "crm", "ana");
/// let mine = Deal { owner: Some(ana), ..Deal::new(DealId::derive(&tenant, "crm", "1")) };
/// let other = Deal::new(DealId::derive(&tenant, "crm", "2"));
/// let book = Book { deals: vec![mine, other], ..Book::default() };
/// let sight = Sight::of(&book, &Viewer::of([ana]));
/// assert_eq!(sight.deals(&book).count(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Sight {
    viewer: Viewer,
    deals: HashSet<DealId>,
    companies: HashSet<CompanyId>,
}

impl Sight {
    /// What a viewer sees of a book.
    pub fn of(book: &Book, viewer: &Viewer) -> Self {
        let mut sight = Self {
            viewer: viewer.clone(),
            deals: HashSet::new(),
            companies: HashSet::new(),
        };
        if viewer.sees_all {
            return sight;
        }
        for deal in &book.deals {
            let opened = book.own.get(&deal.id).map(|own| &own.visible_to[..]);
            if visible(viewer, deal.owner, &deal.visible_to)
                || visible(viewer, None, opened.unwrap_or_default())
            {
                sight.deals.insert(deal.id);
                sight.companies.extend(deal.company);
            }
        }
        let own = book
            .companies
            .iter()
            .filter(|company| visible(viewer, company.owner, &[]));
        sight.companies.extend(own.map(|company| company.id));
        sight
    }

    /// Whether every row of the tenant is seen.
    pub fn sees_all(&self) -> bool {
        self.viewer.sees_all
    }

    /// Whether a deal of the book is seen.
    pub fn deal(&self, id: DealId) -> bool {
        self.viewer.sees_all || self.deals.contains(&id)
    }

    /// Whether a company of the book, and so its contracts, bills and payments, is seen.
    pub fn company(&self, id: CompanyId) -> bool {
        self.viewer.sees_all || self.companies.contains(&id)
    }

    /// Whether what may belong to a company is seen.
    pub fn billing(&self, company: Option<CompanyId>) -> bool {
        self.viewer.sees_all || company.is_some_and(|id| self.companies.contains(&id))
    }

    /// Whether a seller is seen.
    pub fn person(&self, id: PersonId) -> bool {
        self.viewer.sees_person(id)
    }

    /// Whether a contact is seen.
    pub fn stakeholder(&self, stakeholder: &Stakeholder) -> bool {
        self.deal(stakeholder.deal)
    }

    /// Whether an activity is seen.
    pub fn activity(&self, activity: &Activity) -> bool {
        self.viewer.sees_all || activity.deal.is_some_and(|id| self.deals.contains(&id))
    }

    /// The deals seen, as their places in the book.
    pub fn deals<'a>(&'a self, book: &'a Book) -> impl Iterator<Item = usize> + 'a {
        let seen = book.deals.iter().map(|deal| self.deal(deal.id));
        seen.enumerate()
            .filter_map(|(place, seen)| seen.then_some(place))
    }
}

/// The companies of a book that a viewer sees.
pub fn visible_companies<'a>(
    book: &'a Book,
    sight: &'a Sight,
) -> impl Iterator<Item = &'a Company> + 'a {
    let companies = book.companies.iter();
    companies.filter(|company| sight.company(company.id))
}

/// The sellers of a book that a viewer sees.
pub fn visible_people<'a>(
    book: &'a Book,
    sight: &'a Sight,
) -> impl Iterator<Item = &'a Person> + 'a {
    let people = book.people.iter();
    people.filter(|person| sight.person(person.id))
}

/// The contacts of a book that a viewer sees.
pub fn visible_stakeholders<'a>(
    book: &'a Book,
    sight: &'a Sight,
) -> impl Iterator<Item = &'a Stakeholder> + 'a {
    let stakeholders = book.stakeholders.iter();
    stakeholders.filter(|it| sight.stakeholder(it))
}

/// The activities of a book that a viewer sees.
pub fn visible_activities<'a>(
    book: &'a Book,
    sight: &'a Sight,
) -> impl Iterator<Item = &'a Activity> + 'a {
    let activities = book.activities.iter();
    activities.filter(|it| sight.activity(it))
}

/// The book as if only what is seen were in it: what is mined from it names no other row.
///
/// Pipelines stay, since they are settings; people stay where they are seen, and where they own or
/// share something that is seen.
pub fn restricted(book: &Book, sight: &Sight) -> Book {
    if sight.sees_all() {
        return book.clone();
    }
    let kept: Vec<usize> = sight.deals(book).collect();
    let deals: Vec<_> = kept
        .iter()
        .map(|&place| book.deals[place].clone())
        .collect();
    let owners: BTreeSet<PersonId> = deals.iter().filter_map(|deal| deal.owner).collect();
    let own = book.own.iter().filter(|(deal, _)| sight.deal(**deal));
    let billing = |company| sight.billing(company);
    Book {
        companies: visible_companies(book, sight).cloned().collect(),
        people: (book.people.iter())
            .filter(|person| sight.person(person.id) || owners.contains(&person.id))
            .cloned()
            .collect(),
        stakeholders: visible_stakeholders(book, sight).cloned().collect(),
        activities: visible_activities(book, sight).cloned().collect(),
        subscriptions: (book.subscriptions.iter())
            .filter(|it| billing(it.company))
            .cloned()
            .collect(),
        invoices: (book.invoices.iter())
            .filter(|it| billing(it.company))
            .cloned()
            .collect(),
        payments: (book.payments.iter())
            .filter(|it| billing(it.company))
            .cloned()
            .collect(),
        pipelines: book.pipelines.clone(),
        own: own.map(|(deal, own)| (*deal, own.clone())).collect(),
        clocks: book.clocks.clone(),
        log: restricted_log(book, &kept),
        as_of: book.as_of,
        deals,
    }
}

fn restricted_log(book: &Book, kept: &[usize]) -> StageLog {
    let (mut case, mut stage, mut at_us) = (Vec::new(), Vec::new(), Vec::new());
    for (number, &place) in (0..).zip(kept) {
        let visits = book.log.visits(place);
        case.extend(std::iter::repeat_n(number, visits.len()));
        stage.extend_from_slice(visits.stage);
        at_us.extend_from_slice(visits.at_us);
    }
    let names = kept
        .iter()
        .map(|&place| book.log.case_name(place).to_owned());
    let stages = book.log.stages().to_vec();
    let outcomes = stage_outcomes(book);
    let terminal: Vec<bool> = outcomes.iter().map(Option::is_some).collect();
    // Every column comes from a log, so it fits in one.
    StageLog::from_columns(&case, &stage, &at_us, names.collect(), stages, &terminal)
        .unwrap_or_default()
}

/// How each stage of the log ends a deal, by code: [`Book::outcome_of_stage`] for all of them in one
/// go, for a log may have tens of thousands.
pub(crate) fn stage_outcomes(book: &Book) -> Vec<Option<Outcome>> {
    outcomes_by(book, &book.pipelines)
}

/// The same if these were the book's pipelines.
pub(crate) fn outcomes_by(book: &Book, pipelines: &[Pipeline]) -> Vec<Option<Outcome>> {
    let mut declared: HashMap<&str, Option<CanonicalStage>> = HashMap::new();
    for stage in by_name(pipelines).into_iter().flat_map(|it| &it.stages) {
        let known = declared.entry(&stage.label).or_default();
        *known = known.or(stage.canonical);
    }
    let of_label = |(code, label): (u16, &String)| match declared.get(label.as_str()) {
        Some(canonical) => canonical.and_then(CanonicalStage::outcome),
        None => book.outcome_of_stage(code),
    };
    (0..).zip(book.log.stages()).map(of_label).collect()
}
