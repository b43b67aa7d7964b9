//! Where each row lies. `docs/data.md` lists the shapes and what reading them costs.

use model::{DealId, EntityKey, TenantId};

/// The address of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

/// The 26 digits of an id, without its prefix.
fn digits(id: &impl ToString) -> String {
    let text = id.to_string();
    match text.split_once('_') {
        Some((_, digits)) => digits.to_owned(),
        None => text,
    }
}

/// A digest, as it stands in a key.
pub(crate) fn hex(digest: &[u8; 32]) -> String {
    use std::fmt::Write;
    digest
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A partition of a tenant: `T#<26 digits>#<name>`. Ids are of one length, so that no tenant's
/// prefix is the beginning of another's.
pub(crate) fn partition(tenant: TenantId, name: &str) -> String {
    format!("T#{}#{name}", digits(&tenant))
}

/// A row of one of a tenant's partitions.
pub(crate) fn row(tenant: TenantId, name: &str, sk: impl Into<String>) -> Key {
    Key {
        pk: partition(tenant, name),
        sk: sk.into(),
    }
}

/// A row that belongs to no tenant: it holds ids and no data of people.
pub(crate) fn global(name: &str, sk: impl Into<String>) -> Key {
    Key {
        pk: format!("S#{name}"),
        sk: sk.into(),
    }
}

/// The collection of a deal: the deal and all that belongs to it.
pub(crate) fn deal_partition(tenant: TenantId, deal: DealId) -> String {
    partition(tenant, &format!("D#{}", digits(&deal)))
}

pub(crate) fn entity(tenant: TenantId, key: &EntityKey) -> Key {
    let (deal, sk) = match key {
        EntityKey::Deal(deal) => (Some(*deal), "A".to_owned()),
        EntityKey::Own(deal) => (Some(*deal), "O".to_owned()),
        EntityKey::Stakeholder(deal, id) => (Some(*deal), format!("S#{}", digits(id))),
        EntityKey::Activity(deal, id) => (*deal, format!("X#{}", digits(id))),
        EntityKey::Company(id) => (None, format!("C#{}", digits(id))),
        EntityKey::Person(id) => (None, format!("P#{}", digits(id))),
        EntityKey::Pipeline(id) => (None, format!("L#{}", digits(id))),
        EntityKey::Subscription(id) => (None, format!("U#{}", digits(id))),
        EntityKey::Invoice(id) => (None, format!("I#{}", digits(id))),
        EntityKey::Payment(id) => (None, format!("Y#{}", digits(id))),
        EntityKey::Clock(source) => (None, format!("K#{source}")),
    };
    let pk = match deal {
        Some(deal) => deal_partition(tenant, deal),
        None => partition(tenant, "E"),
    };
    Key { pk, sk }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_a_tenant_begin_with_its_whole_id() {
        let tenant = TenantId::from_bytes([7; 16]);
        let key = row(tenant, "J", "job_1");
        assert!(key.pk.starts_with("T#"));
        assert_eq!(key.pk.split('#').nth(1).map(str::len), Some(26));
        let deal = DealId::from_bytes([1; 16]);
        let own = entity(tenant, &EntityKey::Own(deal));
        assert_eq!(own.pk, entity(tenant, &EntityKey::Deal(deal)).pk);
        assert_eq!(own.sk, "O");
    }
}
