//! Vendors on this machine, to try a connection with: they know the demo company as a CRM or a
//! billing system would.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use store::Store;
use vendors::server::{Options, Ports, Sandbox};
use vendors::{hubspot, pipedrive, salesforce, stripe};

use super::{Demo, broken};
use crate::exit::Failure;

/// How often somebody at a vendor does something.
const LIFE: Duration = Duration::from_secs(20);
/// How often vendors post what they have to tell.
const POST: Duration = Duration::from_secs(2);

/// The four vendors, running.
#[derive(Debug)]
pub(crate) struct Sandboxes {
    sandbox: Sandbox,
}

/// The company the vendors know.
pub(crate) fn world(demo: Demo) -> demo::World {
    demo::company_as_of(demo.seed, demo.size, demo.as_of)
}

/// Ports next to the API's, so that connections find their vendors again after a restart.
pub(crate) fn ports(first: u16) -> Ports {
    let at = |n: u16| first.checked_add(n).unwrap_or(0);
    if first == 0 {
        return Ports::default();
    }
    Ports {
        salesforce: at(0),
        hubspot: at(1),
        pipedrive: at(2),
        stripe: at(3),
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the vendors of this machine go by its clock"
)]
pub(crate) fn clock() -> vendors::crm::Clock {
    Arc::new(Timestamp::now)
}

impl Sandboxes {
    /// Starts them, tells them where people come back to, and writes down what we are registered
    /// as at them.
    pub(super) async fn start(
        demo: Demo,
        store: &Store,
        url: &str,
        port: u16,
    ) -> Result<Self, Failure> {
        let first = if port == 0 { 0 } else { port.saturating_add(1) };
        let options = Options {
            ports: ports(first),
            rate_limits: true,
            seed: demo.seed,
            ..Options::default()
        };
        let world = world(demo);
        let sandbox = match Sandbox::start(&world, clock(), options).await {
            Ok(sandbox) => sandbox,
            // Somebody else has one of the ports: any other will do until the next start.
            Err(_) => {
                let options = Options {
                    ports: Ports::default(),
                    ..options
                };
                let started = Sandbox::start(&world, clock(), options).await;
                started.map_err(broken)?
            }
        };
        for source in ["salesforce", "hubspot", "pipedrive"] {
            sandbox.register(&format!("{url}/v1/oauth/{source}/callback"));
        }
        sandbox.live(LIFE);
        sandbox.post(POST).map_err(broken)?;
        register(store).await?;
        Ok(Self { sandbox })
    }

    /// Where each vendor answers.
    pub(crate) fn addresses(&self) -> BTreeMap<String, String> {
        let at = self.sandbox.addresses;
        let all = [
            ("salesforce", at.salesforce),
            ("hubspot", at.hubspot),
            ("pipedrive", at.pipedrive),
            ("stripe", at.stripe),
        ];
        all.into_iter()
            .map(|(source, at)| (source.to_owned(), format!("http://{at}")))
            .collect()
    }
}

/// Our registrations at the sandboxes, beside those at the sources themselves.
async fn register(store: &Store) -> Result<(), Failure> {
    let kept = store.source_apps().await.map_err(broken)?;
    let mut apps: Value = kept
        .as_ref()
        .and_then(|text| serde_json::from_str(text.expose_secret()).ok())
        .unwrap_or_else(|| json!({}));
    for (source, id, secret) in [
        ("salesforce", salesforce::CLIENT_ID, salesforce::CLIENT_SECRET),
        ("hubspot", hubspot::CLIENT_ID, hubspot::CLIENT_SECRET),
        ("pipedrive", pipedrive::CLIENT_ID, pipedrive::CLIENT_SECRET),
    ] {
        apps[format!("sandbox:{source}")] = json!({"client_id": id, "client_secret": secret});
    }
    let text = SecretString::from(apps.to_string());
    store.put_source_apps(&text).await.map_err(broken)
}

/// What lets one in where there is no consent to give.
pub(crate) fn keys() -> [(&'static str, &'static str); 3] {
    [
        ("hubspot", hubspot::SERVICE_KEY),
        ("pipedrive", pipedrive::API_TOKEN),
        ("stripe", stripe::RESTRICTED_KEY),
    ]
}
