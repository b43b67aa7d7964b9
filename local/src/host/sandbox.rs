//! Vendors on this machine, to try a connection with: they know the demo company as a CRM or a
//! billing system would.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use store::Store;
use vendors::hubspot::Webhooks;
use vendors::server::{Options, Ports, Sandbox};
use vendors::{hubspot, pipedrive, salesforce, stripe};

use super::{Demo, broken};
use crate::exit::Failure;

/// How often vendors post what they have to tell.
pub(crate) const POST: Duration = Duration::from_secs(2);

/// What the vendors of `pie up` are to be like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vendors {
    /// The company they know.
    pub(crate) demo: Demo,
    /// How often somebody at each of them does something, if anybody does.
    pub(crate) life: Option<Duration>,
}

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

/// The vendors of this machine go by its clock.
pub(crate) fn clock() -> vendors::crm::Clock {
    Arc::new(Timestamp::now)
}

impl Sandboxes {
    /// Starts them, tells them where people come back to, and writes down what we are registered
    /// as at them.
    pub(super) async fn start(
        vendors: Vendors,
        store: &Store,
        url: &str,
        port: u16,
        folder: &Path,
    ) -> Result<Self, Failure> {
        let Vendors { demo, life } = vendors;
        let first = if port == 0 { 0 } else { port.saturating_add(1) };
        let options = Options {
            ports: ports(first),
            rate_limits: true,
            seed: demo.seed,
            ..Options::default()
        };
        let world = world(demo);
        let mut started = Sandbox::start(&world, clock(), options).await;
        if started.is_err() {
            // Somebody else has one of the ports: any other will do until the next start.
            let options = Options {
                ports: Ports::default(),
                ..options
            };
            started = Sandbox::start(&world, clock(), options).await;
        }
        let sandbox = started.map_err(broken)?;
        sandbox.remember(folder).map_err(broken)?;
        for (source, ..) in REGISTERED {
            sandbox.register(&format!("{url}/v1/oauth/{source}/callback"));
        }
        // The app's webhooks, which at HubSpot nobody sets up in an account.
        sandbox.hubspot.subscribe(Some(Webhooks {
            target_url: format!("{url}/v1/webhooks/hubspot"),
            generic: true,
            duplicates: false,
            reordered: false,
        }));
        if let Some(life) = life {
            sandbox.live(life);
        }
        sandbox.post(POST).map_err(broken)?;
        register(store).await?;
        Ok(Self { sandbox })
    }

    /// Where each vendor answers.
    pub(crate) fn addresses(&self) -> BTreeMap<String, String> {
        let all = addresses(&self.sandbox).into_iter();
        all.map(|(source, url)| (source.to_owned(), url)).collect()
    }
}

/// Our registrations at the sandboxes, beside those at the sources themselves.
async fn register(store: &Store) -> Result<(), Failure> {
    let kept = store.source_apps().await.map_err(broken)?;
    let mut apps: Value = kept
        .as_ref()
        .and_then(|text| serde_json::from_str(text.expose_secret()).ok())
        .unwrap_or_else(|| json!({}));
    for (source, id, secret) in REGISTERED {
        apps[format!("sandbox:{source}")] = json!({"client_id": id, "client_secret": secret});
    }
    let text = SecretString::from(apps.to_string());
    store.put_source_apps(&text).await.map_err(broken)
}

/// What an app is registered as at the vendors: source, id and secret.
pub(crate) const REGISTERED: [(&str, &str, &str); 3] = [
    (
        "salesforce",
        salesforce::CLIENT_ID,
        salesforce::CLIENT_SECRET,
    ),
    ("hubspot", hubspot::CLIENT_ID, hubspot::CLIENT_SECRET),
    ("pipedrive", pipedrive::CLIENT_ID, pipedrive::CLIENT_SECRET),
];

/// The key that lets one in at a vendor, where there is one.
pub(crate) fn key(source: &str) -> Option<&'static str> {
    match source {
        "hubspot" => Some(hubspot::SERVICE_KEY),
        "pipedrive" => Some(pipedrive::API_TOKEN),
        "stripe" => Some(stripe::RESTRICTED_KEY),
        _ => None,
    }
}

/// Where each vendor answers.
pub(crate) fn addresses(sandbox: &Sandbox) -> [(&'static str, String); 4] {
    let at = sandbox.addresses;
    let all = [
        ("salesforce", at.salesforce),
        ("hubspot", at.hubspot),
        ("pipedrive", at.pipedrive),
        ("stripe", at.stripe),
    ];
    all.map(|(source, at)| (source, format!("http://{at}")))
}
