//! The wiring: which store, which sender, which engine; how it starts and how it drains.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use claimwire_actions::{Ports, members, system_random};
use claimwire_connectors::VENDORS;
use claimwire_engine::{Clock as _, Duties, Engine, Limits, SystemClock, SystemRng};
use claimwire_http::{ApiState, RateLimit, Render};
use claimwire_listener::tls::Tls;
use claimwire_listener::{self as listener, Bound, Listener};
use claimwire_mailer::Mailer;
use claimwire_portal::PortalState;
use claimwire_sender::{HttpSender, SenderSettings};
use claimwire_store::{LastBacklog, Store};
use claimwire_wire::driver::Drivers;
use tokio::task::JoinHandle;

use crate::open_files::OpenFiles;
use crate::photos::ClaimPhotos;
use crate::roles::{self, Role};
use crate::settings::ServeSettings;
use crate::store::{self, ServerStore};
use crate::traces::Exporter;
use crate::{
    backlog, certificates, dialects, egress, image_sweep, images, mail, measures, output, process,
    reseal, state_files, traces,
};

/// Connections at one time that metrics can be read by.
const METRICS_CONNECTIONS: usize = 8;

/// A server that runs.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it shows its metrics, if not there.
    pub metrics_address: Option<SocketAddr>,
    listener: Listener,
    metrics_listener: Option<Listener>,
    watching: Option<JoinHandle<()>>,
    engine: Engine,
    resealing: Option<JoinHandle<()>>,
    sweeping: Option<JoinHandle<()>>,
    counting: JoinHandle<()>,
    mailer: Option<Mailer>,
    exporter: Option<Exporter>,
    store: Arc<dyn ServerStore>,
}

impl Server {
    /// Opens the data directory, starts to deliver what waits in it, then listens. Nothing is made before all
    /// settings have been looked at; the admin key of a first start is made and printed last, so that no start
    /// that fails keeps a key that nobody has seen.
    pub async fn start(settings: &ServeSettings) -> anyhow::Result<Self> {
        let open_files = OpenFiles::raise();
        store::check(settings)?;
        roles::check(&settings.roles, store::is_embedded(settings))?;
        let does = |role| settings.roles.contains(&role);
        let data_dir = &settings.data_dir;
        state_files::make_data_dir(data_dir)?;
        // Before the store, which names them.
        if let Some(dir) = &settings.dialects {
            dialects::set(dir)?;
        }
        let admin_key = state_files::admin_key(data_dir, settings.admin_key.as_deref())?;
        let sender = Arc::new(HttpSender::new(sender_settings(settings, open_files)?)?);
        let images = images::open(&settings.images, data_dir).await?;
        let tls = settings.tls_files()?.map(Tls::open).transpose()?;
        let bound = Bound::to(&settings.listen, "--listen", "api").await?;
        let metrics_bound = match &settings.metrics_listen {
            Some(address) => Some(Bound::to(address, "--metrics-listen", "metrics").await?),
            None => None,
        };
        let public_url = public_url(settings, bound.address);
        let mail = mail::settings(settings, &public_url)?;
        // Before the store and the engine: what they count is counted from their start.
        let prometheus = measures::start()?;
        let (traces, exporter) = traces::start(settings)?;
        let (store, older_given) = store::open(settings).await?;
        let clock = Arc::new(SystemClock::new());
        let retention = Duration::from_secs(86_400 * u64::from(settings.retention_days));
        let limits = Limits {
            retention,
            duties: Duties {
                deliver: does(Role::Deliver),
                housekeeping: does(Role::Housekeeping),
            },
            ..Limits::default()
        };
        let limits = Limits {
            in_flight: limits.in_flight.min(open_files.attempts()),
            ..limits
        };
        let resealing = match does(Role::Housekeeping) {
            true => reseal::start(store.clone(), older_given).await?,
            false => None,
        };
        let own_mail = mail.as_ref().map(mail::own);
        let mails = own_mail.is_some();
        let mailer = mail.filter(|_| does(Role::Housekeeping));
        let mailer = mailer.map(|mail| {
            let (store, clock): (Arc<dyn Store>, _) = (store.clone(), clock.clone());
            mail::start(store, Arc::new(move || clock.now()), mail)
        });
        let ports = Ports {
            store: store.clone(),
            sender: sender.clone(),
            images,
            public_url,
            vendors: VENDORS,
            limits: Arc::new(claimwire_actions::Limits::new(settings.limits.clone())),
            clock: {
                let clock = clock.clone();
                Arc::new(move || clock.now())
            },
            random: system_random(),
        };
        let photos = Arc::new(ClaimPhotos::new(ports.clone()));
        let ports = Ports {
            sender: mail::sender(sender, photos.clone(), own_mail),
            ..ports
        };
        let last_backlog = Arc::new(LastBacklog::default());
        let counting = backlog::start(store.clone(), clock.clone(), last_backlog.clone());
        let engine = claimwire_engine::Ports {
            store: store.clone(),
            sender: ports.sender.clone(),
            clock,
            rng: Arc::new(SystemRng::new()),
            drivers: drivers(),
            photos,
            traces: traces.clone(),
        };
        let engine = Engine::start(engine, limits);
        let sweeping = does(Role::Housekeeping);
        let sweeping = sweeping.then(|| image_sweep::start(ports.clone(), retention));
        let admin_key_hash = match admin_key {
            Some(hash) => hash,
            None => {
                let first = first_member(&ports).await?;
                let hash = state_files::make_admin_key(data_dir, show_admin_key)?;
                if let Some(url) = first {
                    show_first_member(&url)?;
                }
                show_operators_view(&ports.public_url)?;
                hash
            }
        };
        let gauges = engine.gauges();
        let metrics: Render = Arc::new(move || {
            gauges();
            prometheus.render() + process::metrics().as_str()
        });
        let state = ApiState {
            ports,
            admin_key_hash,
            version: env!("CARGO_PKG_VERSION"),
            metrics: metrics_bound.is_none().then(|| metrics.clone()),
            rate_limit: settings.api_rate_limit.map(RateLimit::new),
            traces,
        };
        let portal = does(Role::Portal).then(|| {
            let portal = PortalState::new(state.ports.clone(), admin_key_hash)
                .mailing(mails)
                .framed_by(&settings.portal_frame_ancestors)
                .watching(last_backlog);
            claimwire_portal::router(portal)
        });
        let pages = portal.unwrap_or_default();
        let served = match does(Role::Api) {
            true => claimwire_api::served(state, pages),
            false => claimwire_api::served_without_api(state, pages),
        };
        let limits = listener::Limits::of(open_files.connections());
        let listener = bound.serve(served, limits, tls.as_ref().map(Tls::acceptor));
        let watching = tls.map(|tls| tokio::spawn(Arc::new(tls).watch()));
        let metrics_listener = metrics_bound.map(|bound| {
            let limits = listener::Limits::of(METRICS_CONNECTIONS);
            bound.serve(claimwire_api::metrics_router(metrics), limits, None)
        });
        Ok(Self {
            address: listener.address,
            metrics_address: metrics_listener.as_ref().map(|listener| listener.address),
            listener,
            metrics_listener,
            watching,
            engine,
            resealing,
            sweeping,
            counting,
            mailer,
            exporter,
            store,
        })
    }

    /// Takes no new work, lets what is under way finish for at most `deadline`, closes the database.
    /// What did not finish goes out after the next start.
    pub async fn stop(self, deadline: Duration) -> anyhow::Result<()> {
        if let Some(sweeping) = &self.sweeping {
            sweeping.abort();
        }
        self.counting.abort();
        if let Some(watching) = &self.watching {
            watching.abort();
        }
        if let Some(resealing) = &self.resealing {
            resealing.abort();
        }
        self.listener.stop(deadline / 2).await;
        // Until here, so that the drain can be watched; what is left is one answer.
        if let Some(metrics) = self.metrics_listener {
            metrics.stop(deadline / 10).await;
        }
        let stop_mails = async {
            if let Some(mailer) = self.mailer {
                mailer.stop(deadline / 2).await;
            }
        };
        let (left, ()) = tokio::join!(self.engine.drain(deadline / 2), stop_mails);
        if left > 0 {
            tracing::warn!(left, "attempts under way are left to the next start");
        }
        // Behind the last attempt.
        if let Some(exporter) = self.exporter {
            exporter.stop(deadline / 10).await;
        }
        // It waits for the store's threads, which must not keep a thread of the runtime from its work.
        tokio::task::spawn_blocking(move || self.store.close()).await?;
        Ok(())
    }
}

/// The base of image URLs and of links into the portal.
fn public_url(settings: &ServeSettings, address: SocketAddr) -> String {
    if settings.public_url.is_none() && address.ip().is_unspecified() {
        tracing::warn!(
            %address,
            "listening on all addresses without --public-url: the URLs of images and the links in mails begin with \
             {}://{address}, which other machines cannot open",
            settings.scheme()
        );
    }
    settings.public_url(address)
}

fn show_admin_key(key: &str) -> anyhow::Result<()> {
    output::line_shown_once(&format!("admin key (shown this once, keep it): {key}"))
}

/// Where the first of the operators joins the portal; none: one has joined.
async fn first_member(ports: &Ports) -> anyhow::Result<Option<String>> {
    let invited = members::invite_first_operator(ports).await;
    let invited =
        invited.map_err(|refusal| anyhow!("cannot invite the first member: {refusal}"))?;
    Ok(invited.map(|invited| invited.url))
}

fn show_first_member(url: &str) -> anyhow::Result<()> {
    output::line_shown_once(&format!(
        "portal (open this once, within a week, to become its first member): {url}"
    ))
}

fn show_operators_view(public_url: &str) -> anyhow::Result<()> {
    output::line_shown_once(&format!(
        "operator's view (sign in with the admin key): {public_url}/portal/operator"
    ))
}

/// How requests leave by these settings.
pub fn sender_settings(
    settings: &ServeSettings,
    open_files: OpenFiles,
) -> anyhow::Result<SenderSettings> {
    egress::check(&settings.egress)?;
    let mut sender = SenderSettings {
        allow_http: settings.allow_http(),
        allow_networks: settings.allow_networks(),
        egress: settings.egress.clone(),
        most_idle: Some(open_files.attempts()),
        ..SenderSettings::default()
    };
    if let Some(path) = &settings.endpoint_ca_file {
        sender.extra_roots = certificates::read(path, "--endpoint-ca-file")?;
    }
    Ok(sender)
}

/// Who makes the calls of connectors.
fn drivers() -> Drivers {
    VENDORS.iter().fold(Drivers::default(), |drivers, vendor| {
        drivers.with(vendor.about().kind, Arc::new(*vendor))
    })
}
