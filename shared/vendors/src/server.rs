//! The fake vendors over sockets of this machine: all four with one company, webhooks posted, and somebody at work.

use crate::Settings;
use crate::billing::Billing;
use crate::crm::{Clock, Crm};
use crate::faults::Faults;
use crate::hubspot::{self, HubSpot};
use crate::pipedrive::{self, Pipedrive};
use crate::salesforce::{self, Salesforce};
use crate::stripe::{self, Stripe};
use axum::Router;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// What a vendor waits for the answer to a webhook.
const PATIENCE: Duration = Duration::from_secs(5);

/// Serves a router on loopback, at this port or, for 0, at any; the task ends with the process or when aborted.
pub async fn serve(router: Router, port: u16) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(async move {
        // It ends only when it is aborted.
        let _ = axum::serve(listener, router).await;
    });
    Ok((address, task))
}

/// How the four vendors are started.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Options {
    /// Where they listen; 0 is any free port.
    pub ports: Ports,
    /// Whether calls are counted and refused when there are too many.
    pub rate_limits: bool,
    /// How long a change stays invisible to search, in seconds.
    pub index_lag_s: u32,
    /// The part of the requests that goes wrong, from 0 to 1.
    pub fault_rate: f64,
    /// What tokens, faults and shuffles are drawn from.
    pub seed: u64,
}

/// A port for each vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Salesforce.
    pub salesforce: u16,
    /// `HubSpot`.
    pub hubspot: u16,
    /// Pipedrive.
    pub pipedrive: u16,
    /// Stripe.
    pub stripe: u16,
}

/// Where each vendor is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Salesforce.
    pub salesforce: SocketAddr,
    /// `HubSpot`.
    pub hubspot: SocketAddr,
    /// Pipedrive.
    pub pipedrive: SocketAddr,
    /// Stripe.
    pub stripe: SocketAddr,
}

/// Four vendors that know the same company; they stop when this is dropped.
pub struct Sandbox {
    /// Salesforce.
    pub salesforce: Arc<Salesforce>,
    /// `HubSpot`.
    pub hubspot: Arc<HubSpot>,
    /// Pipedrive.
    pub pipedrive: Arc<Pipedrive>,
    /// Stripe, where the won deals of the company are customers.
    pub stripe: Arc<Stripe>,
    /// Where they are.
    pub addresses: Addresses,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let tasks = self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner);
        for task in tasks {
            task.abort();
        }
    }
}

impl Sandbox {
    /// Fills the four vendors from one world and serves them.
    pub async fn start(world: &demo::World, clock: Clock, options: Options) -> io::Result<Sandbox> {
        let settings = || {
            let mut settings = Settings::new(Arc::clone(&clock));
            settings.rate_limits = options.rate_limits;
            settings.index_lag_s = options.index_lag_s;
            settings.seed = options.seed;
            settings
        };
        let crm = |id| Crm::from_world(world, id, Arc::clone(&clock));
        let salesforce = Salesforce::new(crm(salesforce::id), settings());
        let hubspot = HubSpot::new(crm(hubspot::id), settings());
        let pipedrive = Pipedrive::new(crm(pipedrive::id), settings());
        let accounts: HashMap<String, String> = salesforce
            .crm()
            .companies
            .values()
            .filter_map(|company| Some((company.domain.clone()?, company.id.clone())))
            .collect();
        let of_account = |account: &demo::Account| accounts.get(&account.domain).cloned();
        let books = Billing::from_world(world, &of_account, Arc::clone(&clock));
        let stripe = Stripe::new(books, settings());

        let mut tasks = Vec::new();
        let mut served = async |router: Router, port: u16| {
            let faults = Faults::seeded(options.seed, options.fault_rate);
            let (address, task) = serve(faults.wrap(router), port).await?;
            tasks.push(task);
            io::Result::Ok(address)
        };
        let ports = options.ports;
        let addresses = Addresses {
            salesforce: served(salesforce.router(), ports.salesforce).await?,
            hubspot: served(hubspot.router(), ports.hubspot).await?,
            pipedrive: served(pipedrive.router(), ports.pipedrive).await?,
            stripe: served(stripe.router(), ports.stripe).await?,
        };
        Ok(Sandbox {
            salesforce,
            hubspot,
            pipedrive,
            stripe,
            addresses,
            tasks: Mutex::new(tasks),
        })
    }

    /// Lets the three CRMs send their codes to this address.
    pub fn register(&self, redirect_uri: &str) {
        self.salesforce.oauth().register(redirect_uri);
        self.hubspot.oauth().register(redirect_uri);
        self.pipedrive.oauth().register(redirect_uri);
    }

    /// Goes on from what the three CRMs granted before, as it is kept in this folder, and keeps it there from now on:
    /// whoever connected need not consent again after a restart.
    pub fn remember(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let file = |name: &str| folder.join(format!("{name}.json"));
        self.salesforce.oauth().remember(&file("salesforce"))?;
        self.hubspot.oauth().remember(&file("hubspot"))?;
        self.pipedrive.oauth().remember(&file("pipedrive"))
    }

    /// Has somebody at each vendor do something every so often, until the sandbox is dropped.
    pub fn live(&self, every: Duration) {
        let (salesforce, hubspot) = (Arc::clone(&self.salesforce), Arc::clone(&self.hubspot));
        let (pipedrive, stripe) = (Arc::clone(&self.pipedrive), Arc::clone(&self.stripe));
        self.keep(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(every);
            for step in 0.. {
                ticks.tick().await;
                salesforce.crm().live_on(step);
                hubspot.crm().live_on(step);
                pipedrive.crm().live_on(step);
                let mut books = stripe.billing();
                books.catch_up();
                books.live_on(step);
            }
        }));
    }

    /// Posts what webhooks there are to those who asked for them, every so often, until the sandbox is dropped.
    pub fn post(&self, every: Duration) -> Result<(), reqwest::Error> {
        let client = client()?;
        let hubspot = Arc::clone(&self.hubspot);
        let (pipedrive, stripe) = (Arc::clone(&self.pipedrive), Arc::clone(&self.stripe));
        self.keep(tokio::spawn(async move {
            let mut ticks = tokio::time::interval(every);
            loop {
                ticks.tick().await;
                post_due(&client, &*hubspot).await;
                post_due(&client, &*pipedrive).await;
                post_due(&client, &*stripe).await;
            }
        }));
        Ok(())
    }

    fn keep(&self, task: JoinHandle<()>) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.push(task);
    }
}

/// What posts webhooks with it: patient for five seconds, and led nowhere else by a redirect.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// A vendor that tells of changes by itself.
pub trait Posts {
    /// A request to post.
    type Delivery: AsPost;

    /// What is to be posted now.
    fn due(&self) -> Vec<Self::Delivery>;

    /// Takes back what did not get there, to try it again later.
    fn not_taken(&self, delivery: Self::Delivery);
}

/// What there is to know about a request to post it.
pub trait AsPost {
    /// Address, headers and body.
    fn parts(&self) -> (&str, &[(&'static str, String)], &Bytes);
}

/// Posts what is due once; gives how many requests were taken, and how many not.
pub async fn post_due<V: Posts>(client: &reqwest::Client, vendor: &V) -> (u32, u32) {
    let (mut taken, mut refused) = (0, 0);
    for delivery in vendor.due() {
        let (url, headers, body) = delivery.parts();
        let headers: HeaderMap = headers
            .iter()
            .filter_map(|(name, value)| {
                Some((
                    HeaderName::from_static(name),
                    HeaderValue::from_str(value).ok()?,
                ))
            })
            .collect();
        let answer = client
            .post(url)
            .headers(headers)
            .body(body.clone())
            .send()
            .await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            taken += 1;
        } else {
            refused += 1;
            vendor.not_taken(delivery);
        }
    }
    (taken, refused)
}

impl Posts for HubSpot {
    type Delivery = hubspot::Delivery;
    fn due(&self) -> Vec<hubspot::Delivery> {
        self.deliveries()
    }
    fn not_taken(&self, delivery: hubspot::Delivery) {
        self.failed(delivery);
    }
}

impl Posts for Pipedrive {
    type Delivery = pipedrive::Delivery;
    fn due(&self) -> Vec<pipedrive::Delivery> {
        self.deliveries()
    }
    fn not_taken(&self, delivery: pipedrive::Delivery) {
        self.failed(delivery);
    }
}

impl Posts for Stripe {
    type Delivery = stripe::Delivery;
    fn due(&self) -> Vec<stripe::Delivery> {
        self.deliveries()
    }
    fn not_taken(&self, delivery: stripe::Delivery) {
        self.failed(delivery);
    }
}

impl AsPost for hubspot::Delivery {
    fn parts(&self) -> (&str, &[(&'static str, String)], &Bytes) {
        (&self.url, &self.headers, &self.body)
    }
}

impl AsPost for pipedrive::Delivery {
    fn parts(&self) -> (&str, &[(&'static str, String)], &Bytes) {
        (&self.url, &self.headers, &self.body)
    }
}

impl AsPost for stripe::Delivery {
    fn parts(&self) -> (&str, &[(&'static str, String)], &Bytes) {
        (&self.url, &self.headers, &self.body)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may")]
mod tests {
    use super::*;
    use crate::crm::HandClock;
    use crate::faults::Fault;
    use crate::hubspot::{CLIENT_SECRET, SERVICE_KEY, Webhooks, signature_v3};
    use axum::routing::{get, post};
    use http::StatusCode;
    use serde_json::Value;
    use std::sync::atomic::{AtomicU32, Ordering};

    async fn started() -> (Sandbox, HandClock) {
        let hand = HandClock::at("2026-10-01T08:00:00Z".parse().unwrap());
        let world = demo::company(7, demo::Size::Small);
        let sandbox = Sandbox::start(&world, hand.clock(), Options::default());
        (sandbox.await.unwrap(), hand)
    }

    #[tokio::test]
    async fn four_vendors_answer_from_their_own_ports() {
        let (sandbox, _) = started().await;
        let addresses = sandbox.addresses;
        let client = client().unwrap();
        let list = client
            .get(format!(
                "http://{}/crm/objects/2026-09/deals",
                addresses.hubspot
            ))
            .bearer_auth(SERVICE_KEY)
            .send()
            .await
            .unwrap();
        assert_eq!(list.status(), 200);
        for (address, path) in [
            (
                addresses.salesforce,
                "/services/data/v62.0/query?q=SELECT+Id+FROM+Opportunity",
            ),
            (addresses.hubspot, "/crm/objects/2026-09/deals"),
            (addresses.pipedrive, "/api/v2/deals"),
            (addresses.stripe, "/v1/invoices"),
        ] {
            let answer = client.get(format!("http://{address}{path}")).send().await;
            assert_eq!(answer.unwrap().status(), 401, "{path}");
        }
    }

    #[tokio::test]
    async fn life_moves_records_at_every_vendor() {
        let (sandbox, hand) = started().await;
        hand.advance(60);
        let before = sandbox.hubspot.crm().changes.len();
        let events = sandbox.stripe.billing().next_sequence();
        sandbox.live(Duration::from_millis(2));
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(sandbox.hubspot.crm().changes.len() > before + 5);
        assert!(!sandbox.salesforce.crm().changes.is_empty());
        assert!(!sandbox.pipedrive.crm().changes.is_empty());
        assert!(sandbox.stripe.billing().next_sequence() > events + 5);
    }

    #[tokio::test]
    async fn a_webhook_is_posted_signed_and_again_when_it_was_refused() {
        let (sandbox, hand) = started().await;
        let calls = Arc::new(AtomicU32::new(0));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (count, kept) = (Arc::clone(&calls), Arc::clone(&seen));
        let target = Router::new().route(
            "/hook",
            post(async move |headers: HeaderMap, body: Bytes| {
                if count.fetch_add(1, Ordering::Relaxed) == 0 {
                    return StatusCode::SERVICE_UNAVAILABLE;
                }
                kept.lock().unwrap().push((headers, body));
                StatusCode::NO_CONTENT
            }),
        );
        let (address, _task) = serve(target, 0).await.unwrap();
        let url = format!("http://{address}/hook");
        sandbox.hubspot.subscribe(Some(Webhooks {
            target_url: url.clone(),
            generic: false,
            duplicates: false,
            reordered: false,
        }));
        let id = sandbox.hubspot.crm().deals.keys().next().unwrap().clone();
        sandbox.hubspot.crm().set_amount(&id, None);
        let client = client().unwrap();
        assert_eq!(post_due(&client, &*sandbox.hubspot).await, (0, 1));
        assert_eq!(post_due(&client, &*sandbox.hubspot).await, (0, 0));
        hand.advance(3_600);
        assert_eq!(post_due(&client, &*sandbox.hubspot).await, (1, 0));
        let seen = seen.lock().unwrap();
        let (headers, body) = &seen[0];
        let text = |name: &str| headers[name].to_str().unwrap();
        assert_eq!(
            text("x-hubspot-signature-v3"),
            signature_v3(
                CLIENT_SECRET,
                "POST",
                &url,
                body,
                text("x-hubspot-request-timestamp")
            )
        );
        let events: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(events[0]["attemptNumber"], 1);
        assert_eq!(events[0]["objectId"].to_string(), id);
    }

    #[tokio::test]
    async fn faults_reach_a_client_over_the_socket() {
        let router = Router::new().route("/", get(async || "[1,2,3]"));
        let faults = Faults::script(vec![Fault::Reset, Fault::Timeout, Fault::Slow, Fault::None]);
        let (address, _task) = serve(faults.wrap(router), 0).await.unwrap();
        let client = reqwest::Client::builder()
            .timeout(Duration::from_millis(300))
            .build()
            .unwrap();
        let mut told = Vec::new();
        for _ in 0..4 {
            let ask = async || {
                client
                    .get(format!("http://{address}/"))
                    .send()
                    .await?
                    .text()
                    .await
            };
            told.push(ask().await.ok());
        }
        assert_eq!(told, [None, None, None, Some("[1,2,3]".to_owned())]);
    }
}
