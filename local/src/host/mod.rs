//! The whole product in one process: every function beside the others, on an AWS in this process
//! or on the one that `AWS_ENDPOINT_URL` names.
//!
//! What Lambda does for a function is done here by three loops: HTTP requests go to the API's
//! router, messages of the queues to the functions behind them ([`pump`]), and each minute a tick
//! to `schedule`.

mod company;
mod pump;
pub(crate) mod sandbox;
mod sign_in;
mod web;

pub(crate) use company::{Credentials, Demo};
pub(crate) use sandbox::{Sandboxes, Vendors, world};
pub(crate) use sign_in::PATH as SIGN_IN;
pub(crate) use web::Web;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use embedded::Aws as Embedded;
use model::TenantId;
use store::{Aws, Names, Queue, Store};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::exit::{Exit, Failure};
use web::Asked;

/// How often expired rows are taken out, as DynamoDB does by itself.
const SWEEP: Duration = Duration::from_mins(1);
/// How long the functions may take to end what they began.
const GRACE: Duration = Duration::from_secs(20);

/// Where the services are.
#[derive(Debug, Clone)]
pub(crate) enum Services {
    /// In this process, with their data in a folder.
    Here(PathBuf),
    /// Where `AWS_ENDPOINT_URL` says.
    Elsewhere,
}

impl Services {
    /// Elsewhere if the environment names an address, else in this folder.
    pub(crate) fn of_environment(folder: &Path) -> Self {
        match std::env::var("AWS_ENDPOINT_URL") {
            Ok(url) if !url.is_empty() => Self::Elsewhere,
            _ => Self::Here(folder.join("aws")),
        }
    }
}

/// The product, running.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) store: Store,
    pub(crate) api: api::App,
    pub(crate) embedded: Option<Embedded>,
    /// Vendors to try a connection with.
    pub(crate) sandboxes: Option<Sandboxes>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    loops: JoinSet<()>,
}

/// How it is run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) services: Services,
    /// Where this machine keeps what is no AWS's.
    pub(crate) data: PathBuf,
    pub(crate) port: u16,
    pub(crate) limits: Vec<(identity::RateClass, identity::Limit)>,
    /// What the sandboxes are like, if there are to be any.
    pub(crate) sandbox: Option<Vendors>,
    /// The web app.
    pub(crate) web: Web,
}

impl Host {
    /// Starts everything.
    pub(crate) async fn start(settings: &Settings) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", settings.port))
            .await
            .map_err(|error| {
                Failure::new(
                    Exit::Conflict,
                    format!("cannot listen on port {}: {error}", settings.port),
                )
                .fix("choose another with --port, or stop what uses it")
            })?;
        let address = listener.local_addr().map_err(broken)?;
        let (aws, embedded) = open(&settings.services).await?;
        let store = Store::new(aws, Names::local())
            .create()
            .await
            .map_err(broken)?;
        // Nobody else works on this folder, so what an earlier run held when it ended is free.
        if let Some(embedded) = &embedded {
            embedded.give_back_messages().map_err(broken)?;
            for tenant in store.tenants().await.map_err(broken)? {
                let ctx = identity::TenantCtx::system(tenant, "host", "start");
                store.tenant(&ctx).break_leases().await.map_err(broken)?;
            }
        }
        let url = format!("http://{address}");
        let sandboxes = match settings.sandbox {
            Some(vendors) => {
                let folder = settings.data.join("sandboxes");
                Some(Sandboxes::start(vendors, &store, &url, settings.port, &folder).await?)
            }
            None => None,
        };
        let mut config = api::Config::new(edge::Function::new("api", None), Arc::new(edge::fetch));
        config.public_url.clone_from(&url);
        config.local = true;
        if let Some(sandboxes) = &sandboxes {
            config.sandboxes = sandboxes.addresses();
        }
        config.limits.extend(settings.limits.iter().copied());
        let api = api::App::new(store.clone(), config);
        let (stop, stopping) = watch::channel(false);
        let mut loops = JoinSet::new();
        let front = Front {
            store: store.clone(),
            url: url.clone(),
            web: settings.web.clone(),
            api: api::router(api.clone()),
            oauth: oauth::router(oauth::App {
                store: store.clone(),
                function: edge::Function::new("oauth", None),
                transport: pull::https(),
                local: true,
                public_url: url.clone(),
            }),
            webhook: webhook::router(webhook::App::new(
                store.clone(),
                webhook::Config::new(edge::Function::new("webhook", None), &url),
            )),
        };
        loops.spawn(serve(listener, front, stopping.clone()));
        // A function's work stays on one thread, as in Lambda.
        let here = tokio::runtime::Handle::current();
        for queue in Queue::ALL {
            loops.spawn(pump::pump(
                store.clone(),
                queue,
                url.clone(),
                stopping.clone(),
            ));
        }
        let (ticked, ticking) = (store.clone(), stopping.clone());
        loops.spawn_blocking(move || here.block_on(pump::tick(ticked, ticking)));
        if let Some(embedded) = embedded.clone() {
            loops.spawn(sweep(embedded, stopping));
        }
        Ok(Self {
            store,
            api,
            embedded,
            sandboxes,
            address,
            stop,
            loops,
        })
    }

    /// Where the API answers.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A link that signs a member in, if there is one with this address.
    pub(crate) async fn sign_in(
        &self,
        tenant: TenantId,
        email: &str,
    ) -> Result<Option<String>, Failure> {
        let member = sign_in::member_of(&self.store, tenant, email).await;
        let Some(member) = member.map_err(broken)? else {
            return Ok(None);
        };
        let link = sign_in::link(&self.store, &self.url(), (tenant, member)).await;
        Ok(Some(link.map_err(broken)?))
    }

    /// Ends everything: no new work, what was begun may end.
    pub(crate) async fn stop(mut self) {
        let _ = self.stop.send(true);
        let ended = async { while self.loops.join_next().await.is_some() {} };
        // What does not end in time is safe to cut: it is tried again at the next start.
        let _ = tokio::time::timeout(GRACE, ended).await;
    }
}

async fn open(services: &Services) -> Result<(Aws, Option<Embedded>), Failure> {
    let Services::Here(folder) = services else {
        return Ok((Aws::from_environment().await, None));
    };
    std::fs::create_dir_all(folder).map_err(broken)?;
    let embedded = Embedded::on_disk(folder).map_err(|error| {
        Failure::new(
            Exit::Failure,
            format!("cannot open the data in {}: {error}", folder.display()),
        )
        .fix("stop another `pie up` on the same folder, or begin anew with --reset")
    })?;
    let aws = Aws::behind(embedded.http_client(), embedded.endpoint_url(), true);
    Ok((aws, Some(embedded)))
}

/// An error of which the user knows no more than its text.
pub(crate) fn broken(error: impl std::error::Error + 'static) -> Failure {
    Failure::new(Exit::Failure, edge::telemetry::chain(&error))
        .fix("pie doctor looks for the reason")
}

/// The functions that answer HTTP, as API Gateway puts them side by side, and the web app, as a
/// bucket behind the same address is.
#[derive(Clone)]
struct Front {
    store: Store,
    url: String,
    web: Web,
    api: axum::Router,
    oauth: axum::Router,
    webhook: axum::Router,
}

impl Front {
    fn router(self) -> axum::Router {
        axum::Router::new().fallback(move |request: axum::extract::Request| {
            let path = request.uri().path();
            let web = Web::is_its(path).then(|| (self.web.clone(), Asked::of(&request)));
            let signs_in = path == SIGN_IN;
            let (store, url) = (self.store.clone(), self.url.clone());
            let router = if path.starts_with("/v1/oauth/") {
                self.oauth.clone()
            } else if path.starts_with("/v1/webhooks/") {
                self.webhook.clone()
            } else {
                self.api.clone()
            };
            async move {
                if signs_in {
                    return sign_in::answer(router, store, url, request).await;
                }
                if let Some((web, asked)) = web
                    && let Some(answer) = web.answer(&asked).await
                {
                    return answer;
                }
                match router.oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
        })
    }
}

async fn serve(listener: TcpListener, front: Front, mut stopping: watch::Receiver<bool>) {
    let stopped = async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    if let Err(error) = axum::serve(listener, front.router())
        .with_graceful_shutdown(stopped)
        .await
    {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "The HTTP server ended"
        );
    }
}

async fn sweep(embedded: Embedded, mut stopping: watch::Receiver<bool>) {
    while !pump::stopped_within(&mut stopping, SWEEP).await {
        embedded.sweep();
    }
}
