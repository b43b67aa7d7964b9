//! One person: who that is in the data, and what is kept of them.

use crate::FUNCTION;
use crate::file::{File, Form};
use crate::mentions;
use crate::words::Words;
use crate::work::{Error, Request, Work, refused};
use identity::{Directory, Member, MemberId};
use model::{Book, Entity, EntityKey, PersonId, StakeholderId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) const KIND: &str = "person.export";

/// Who somebody is in the data. Rows that share an address are one person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subject {
    /// Their addresses, in lower case.
    emails: BTreeSet<String>,
    /// Their names, as they are written.
    names: BTreeSet<String>,
    contacts: BTreeSet<StakeholderId>,
    owners: BTreeSet<PersonId>,
    pub(crate) members: BTreeSet<MemberId>,
}

impl Subject {
    /// Whoever is meant by an address or an id. An address that is in no row may still be in texts.
    pub(crate) fn of(request: &Request, book: &Book, directory: &Directory) -> Result<Self, Error> {
        let mut subject = Self::default();
        subject.emails.extend(request.email.as_deref().map(lower));
        let id = request.person.as_deref().unwrap_or_default();
        subject.contacts.extend(id.parse::<StakeholderId>().ok());
        subject.owners.extend(id.parse::<PersonId>().ok());
        // One row leads to another: an id to its address, the address to a member, the member to the
        // seller they are.
        loop {
            let before = subject.clone();
            subject.gather(book, directory);
            if subject == before {
                break;
            }
        }
        if subject.emails.is_empty() && subject.names.is_empty() {
            return Err(refused(
                "no_such_person",
                "nobody with this id is kept, or nothing that names them",
                "look them up among contacts and owners, or give their address",
            ));
        }
        Ok(subject)
    }

    fn gather(&mut self, book: &Book, directory: &Directory) {
        for it in &book.stakeholders {
            if self.contacts.contains(&it.id) || self.has(it.email.as_deref()) {
                self.contacts.insert(it.id);
                self.add(it.name.as_deref(), it.email.as_deref());
            }
        }
        for it in &book.people {
            if self.owners.contains(&it.id) || self.has(it.email.as_deref()) {
                self.owners.insert(it.id);
                self.add(it.name.as_deref(), it.email.as_deref());
            }
        }
        for it in directory.iter() {
            let is_seller = it.person.is_some_and(|id| self.owners.contains(&id));
            if is_seller || self.members.contains(&it.id) || self.has(Some(it.email.as_str())) {
                self.members.insert(it.id);
                self.owners.extend(it.person);
                self.add(Some(&it.name), Some(it.email.as_str()));
            }
        }
    }

    fn has(&self, email: Option<&str>) -> bool {
        email.is_some_and(|email| self.emails.contains(&lower(email)))
    }

    fn add(&mut self, name: Option<&str>, email: Option<&str>) {
        let filled = |text: &&str| !text.trim().is_empty();
        self.names
            .extend(name.filter(filled).map(|name| name.trim().to_owned()));
        self.emails.extend(email.filter(filled).map(lower));
    }

    /// Whether a row is the person.
    pub(crate) fn is(&self, key: &EntityKey) -> bool {
        match key {
            EntityKey::Stakeholder(_, id) => self.contacts.contains(id),
            EntityKey::Person(id) => self.owners.contains(id),
            _ => false,
        }
    }

    /// What names them in texts.
    pub(crate) fn words(&self) -> Words {
        Words::of(self.emails.iter().chain(&self.names).map(String::as_str))
    }

    /// Whether somebody who took part in something is this person: by address, or by whole name.
    pub(crate) fn took_part(&self, participant: &str, words: &Words) -> bool {
        let is_name = |name: &String| name.eq_ignore_ascii_case(participant.trim());
        words.are_in(participant) || self.names.iter().any(is_name)
    }

    /// What stands for them where nobody may be named: a digest, in the form of other ids.
    pub(crate) fn digest(&self, work: &Work) -> String {
        let all: Vec<&str> = self
            .emails
            .iter()
            .chain(&self.names)
            .map(String::as_str)
            .collect();
        PersonId::derive(&work.tenant.id(), FUNCTION, &all.join("\n")).to_string()
    }
}

fn lower(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Keeps all that is known of a person as one file.
pub(crate) async fn export(work: &mut Work) -> Result<Value, Error> {
    work.asker().await?.must_be_admin()?;
    let book = work.tenant.book().await?.book;
    let directory = work.tenant.directory().await?;
    let subject = Subject::of(&work.request, &book, &directory)?;
    let words = subject.words();

    let (mut are, mut took_part, mut named_in) = (Vec::new(), Vec::new(), Vec::new());
    for entity in book.entities() {
        let key = entity.key();
        let json = entity.to_json()?;
        let list = match &entity {
            _ if subject.is(&key) => &mut are,
            Entity::Activity(it)
                if it
                    .participants
                    .iter()
                    .any(|who| subject.took_part(who, &words)) =>
            {
                &mut took_part
            }
            Entity::Deal(it) if it.deal.owner.is_some_and(|id| subject.owners.contains(&id)) => {
                &mut took_part
            }
            _ if words.are_in(&json) => &mut named_in,
            _ => continue,
        };
        list.push(
            json!({ "key": key.to_string(), "value": serde_json::from_str::<Value>(&json)? }),
        );
    }
    work.go_on("searching rows", 1, Some(3)).await?;
    let members: Vec<&Member> = subject
        .members
        .iter()
        .filter_map(|id| directory.get(id))
        .collect();
    let documents = mentions::in_documents(work, &words).await?;
    work.go_on("searching files", 2, Some(3)).await?;
    let files = mentions::in_files(work, &words).await?;
    let rows = are.len()
        + took_part.len()
        + named_in.len()
        + members.len()
        + documents.len()
        + files.len();
    let all = json!({
        "made_at": work.tenant.now(),
        "members": members,
        "rows": are,
        "took_part_in": took_part,
        "named_in": named_in,
        "documents": documents,
        "files": files,
    });
    let form = Form {
        name: "person.json",
        content_type: "application/json",
        packed: false,
    };
    let mut file = File::begin(work, form).await?;
    file.write(work, &serde_json::to_vec_pretty(&all)?).await?;
    file.end(work, rows as u64).await
}
