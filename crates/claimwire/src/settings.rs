//! The server's settings: flag, then environment, then file, then default (contract section 1).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use claimwire_actions::LimitSetting;
use claimwire_listener::{ListenAddress, tls};
use claimwire_logs::LogFormat;
use clap::{ArgAction, Args};
use ipnet::{IpNet, Ipv4Net};

use crate::egress::Profiles;
use crate::frame_ancestor;
use crate::public_url;
use crate::roles::{self, Role};

/// Everything that can be set about a server.
#[derive(Clone, Args)]
pub struct ServeSettings {
    /// A TOML file with these settings, their names in snake_case.
    #[arg(long, env = "CLAIMWIRE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// The address to listen on: `127.0.0.1:8480`, `localhost:8480`, or `:8480` for all addresses of this machine.
    #[arg(
        long,
        env = "CLAIMWIRE_LISTEN",
        default_value = "127.0.0.1:8480",
        value_name = "ADDRESS:PORT"
    )]
    pub listen: ListenAddress,

    /// PEM file with the certificate chain that the listener shows, its own certificate first: it then speaks TLS and
    /// nothing else. Read again when it changes, and at SIGHUP.
    #[arg(long, env = "CLAIMWIRE_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// PEM file with the private key of `--tls-cert`.
    #[arg(long, env = "CLAIMWIRE_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// An address of its own for `GET /metrics`, in plain HTTP; the other one then does not answer it.
    #[arg(long, env = "CLAIMWIRE_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<ListenAddress>,

    /// How many requests a second the API takes with one key; what is more is answered 429. Without it, as many as
    /// come.
    #[arg(long, env = "CLAIMWIRE_API_RATE_LIMIT", value_name = "PER SECOND",
          value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub api_rate_limit: Option<u32>,

    /// What image URLs and links begin with; `http://` (with `--tls-cert` `https://`) and the listen address when not
    /// given.
    #[arg(long, env = "CLAIMWIRE_PUBLIC_URL", value_name = "URL", value_parser = public_url::parse)]
    pub public_url: Option<String>,

    /// Origins of pages that may show the portal in a frame, such as `https://backoffice.example`. A session that a portal
    /// link opens then works in the frame too, by an https `--public-url`. Without any, no page may. Which pages may frame a shop's claim
    /// page is a setting of the shop.
    #[arg(
        long,
        env = "CLAIMWIRE_PORTAL_FRAME_ANCESTORS",
        value_parser = frame_ancestor::parse,
        value_delimiter = ',',
        value_name = "ORIGIN,…"
    )]
    pub portal_frame_ancestors: Vec<String>,

    /// Where the embedded database, the images and the keys are.
    #[arg(
        long,
        env = "CLAIMWIRE_DATA_DIR",
        default_value = "./claimwire-data",
        value_name = "DIR"
    )]
    pub data_dir: PathBuf,

    /// The PostgreSQL database that any number of nodes share, 15 or newer, in place of the embedded one:
    /// `postgres://ROLE:PASSWORD@HOST/NAME`, with `?sslmode=verify-full&sslrootcert=FILE` for TLS that proves the
    /// host's name. Needs --encryption-key and --admin-key, the same on every node.
    #[arg(
        long,
        env = "CLAIMWIRE_DATABASE_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub database_url: Option<String>,

    /// Connections to PostgreSQL that this node keeps, at most.
    #[arg(long, env = "CLAIMWIRE_DATABASE_CONNECTIONS", default_value_t = 16, value_name = "NUMBER",
          value_parser = clap::value_parser!(u16).range(4..=1000))]
    pub database_connections: u16,

    /// What this node does, where several share a database: `api` answers the API and shows the images, `portal` shows the
    /// portal and the claim pages, `deliver` makes the attempts, `housekeeping` prunes, goes on with replays and sends
    /// mails. /healthz, /readyz and /metrics are answered by every node.
    #[arg(
        long,
        env = "CLAIMWIRE_ROLES",
        value_enum,
        hide_possible_values = true,
        value_delimiter = ',',
        default_value = "api,portal,deliver,housekeeping",
        value_name = "ROLE,…"
    )]
    pub roles: Vec<Role>,

    /// The key that may do everything, 24 characters or more; made at the first start, printed once, only its hash
    /// kept.
    #[arg(
        long,
        env = "CLAIMWIRE_ADMIN_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub admin_key: Option<String>,

    /// 32 bytes in base64 that encrypt webhook secrets at rest; made at the first start, in the data
    /// directory, readable by its owner alone.
    #[arg(
        long,
        env = "CLAIMWIRE_ENCRYPTION_KEY",
        hide_env_values = true,
        value_name = "BASE64"
    )]
    pub encryption_key: Option<String>,

    /// Encryption keys from before, which what is in the database may still be encrypted with. The server
    /// encrypts it anew while it serves, and says when they can go. Without any: those in
    /// `encryption.key.old` in the data directory, one a line.
    #[arg(
        long,
        env = "CLAIMWIRE_ENCRYPTION_KEYS_OLD",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "BASE64,…"
    )]
    pub encryption_keys_old: Vec<String>,

    /// For trying things out: webhooks may be on this machine, by `http://` too. The same as
    /// `--endpoint-allow-http --endpoint-allow-networks 127.0.0.0/8,::1/128`.
    #[arg(long, env = "CLAIMWIRE_DEV", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, action = ArgAction::Set, value_name = "BOOL")]
    pub dev: bool,

    /// Let webhook URLs be `http://` too.
    #[arg(long, env = "CLAIMWIRE_ENDPOINT_ALLOW_HTTP", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, action = ArgAction::Set, value_name = "BOOL")]
    pub endpoint_allow_http: bool,

    /// Networks that may be connected to although they are not public, such as 10.0.0.0/8. Without
    /// any, only public addresses are ever connected to.
    #[arg(
        long,
        env = "CLAIMWIRE_ENDPOINT_ALLOW_NETWORKS",
        value_delimiter = ',',
        value_name = "CIDR,…"
    )]
    pub endpoint_allow_networks: Vec<IpNet>,

    /// PEM file with root certificates to trust beside the system's, for endpoints.
    #[arg(long, env = "CLAIMWIRE_ENDPOINT_CA_FILE", value_name = "FILE")]
    pub endpoint_ca_file: Option<PathBuf>,

    /// The mail server that tells shops of warned and disabled webhooks: `smtp://USER:PASSWORD@HOST` (with
    /// STARTTLS, unless `?tls=none` is added or the host is this machine) or `smtps://…`. Without one,
    /// nobody is told by e-mail.
    #[arg(
        long,
        env = "CLAIMWIRE_SMTP_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    pub smtp_url: Option<String>,

    /// PEM file with root certificates to trust beside the system's, for the mail server.
    #[arg(long, env = "CLAIMWIRE_SMTP_CA_FILE", value_name = "FILE")]
    pub smtp_ca_file: Option<PathBuf>,

    /// Who the mails are from: an address, or `Name <address>`.
    #[arg(long, env = "CLAIMWIRE_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,

    /// Who is told of shops that name no `notification_emails` of their own.
    #[arg(
        long,
        env = "CLAIMWIRE_MAIL_TO",
        value_delimiter = ',',
        value_name = "ADDRESS,…"
    )]
    pub mail_to: Vec<String>,

    /// How long events, deliveries and attempts are kept.
    #[arg(long, env = "CLAIMWIRE_RETENTION_DAYS", default_value_t = 30, value_name = "DAYS",
          value_parser = clap::value_parser!(u16).range(1..=3650))]
    pub retention_days: u16,

    /// How much each shop may have of what it makes, where that is not the default: `NAME=NUMBER`, as in
    /// `webhooks=500`. docs/reference/limits.md has the names.
    #[arg(
        long,
        env = "CLAIMWIRE_LIMITS",
        value_delimiter = ',',
        value_name = "NAME=NUMBER,…"
    )]
    pub limits: Vec<LimitSetting>,

    /// A directory with dialects of your own, described in one `*.toml` file each.
    #[arg(long, env = "CLAIMWIRE_DIALECTS", value_name = "DIR")]
    pub dialects: Option<PathBuf>,

    /// Where images are kept: `file` for the data directory, or `s3://BUCKET/PREFIX` with the
    /// credentials, region and endpoint from the usual AWS_… environment variables.
    #[arg(
        long,
        env = "CLAIMWIRE_IMAGES",
        default_value = "file",
        value_name = "PLACE"
    )]
    pub images: String,

    /// Which messages are logged: a level, or `target=level,…`.
    #[arg(
        long,
        env = "CLAIMWIRE_LOG",
        default_value = "info",
        value_name = "FILTER"
    )]
    pub log: String,

    /// How messages are logged, on standard error.
    #[arg(long, env = "CLAIMWIRE_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub log_format: LogFormat,

    /// The OpenTelemetry collector that spans are sent to, by OTLP over HTTP: `http://127.0.0.1:4318`. Without it
    /// OTEL_EXPORTER_OTLP_ENDPOINT says where, or nothing is recorded.
    #[arg(long, env = "CLAIMWIRE_OTLP_ENDPOINT", value_name = "URL")]
    pub otlp_endpoint: Option<String>,

    /// Headers for the collector, such as its key. Without any: those of OTEL_EXPORTER_OTLP_HEADERS.
    #[arg(
        long,
        env = "CLAIMWIRE_OTLP_HEADERS",
        hide_env_values = true,
        value_delimiter = ',',
        value_name = "NAME=VALUE,…"
    )]
    pub otlp_headers: Vec<String>,

    /// The share of requests that are followed by spans, 0 to 1, of those whose caller does not say by a `traceparent`.
    #[arg(
        long,
        env = "CLAIMWIRE_TRACE_RATIO",
        default_value_t = 1.0,
        value_name = "SHARE"
    )]
    pub trace_ratio: f64,

    /// Tell webhooks which trace a delivery belongs to, in the header `traceparent` (W3C Trace Context).
    #[arg(long, env = "CLAIMWIRE_SEND_TRACEPARENT", default_value = "false", default_missing_value = "true",
          num_args = 0..=1, action = ArgAction::Set, value_name = "BOOL")]
    pub send_traceparent: bool,

    /// Threads that serve requests and deliver; the database's come on top.
    #[arg(long, env = "CLAIMWIRE_WORKER_THREADS", default_value_t = default_workers(), value_name = "COUNT",
          value_parser = clap::value_parser!(u16).range(1..=256), hide_default_value = true)]
    pub worker_threads: u16,

    /// The file's `[egress.NAME]` tables; no flag can say them.
    #[arg(skip)]
    pub egress: Profiles,
}

/// One per core.
fn default_workers() -> u16 {
    std::thread::available_parallelism()
        .ok()
        .and_then(|n| u16::try_from(n.get()).ok())
        .unwrap_or(2)
        .min(256)
}

/// Debug output never shows the keys.
impl std::fmt::Debug for ServeSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServeSettings")
            .field("listen", &self.listen)
            .field("data_dir", &self.data_dir)
            .finish_non_exhaustive()
    }
}

impl ServeSettings {
    /// What the demo runs with: its own directory and key, and receivers on this machine's loopback.
    pub fn for_demo(listen: SocketAddr, data_dir: &Path, admin_key: &str) -> Self {
        Self {
            config: None,
            listen: listen.into(),
            tls_cert: None,
            tls_key: None,
            metrics_listen: None,
            api_rate_limit: None,
            dev: false,
            public_url: None,
            portal_frame_ancestors: Vec::new(),
            data_dir: data_dir.to_owned(),
            database_url: None,
            database_connections: 16,
            roles: roles::ALL.to_vec(),
            admin_key: Some(admin_key.to_owned()),
            encryption_key: None,
            encryption_keys_old: Vec::new(),
            endpoint_allow_http: true,
            endpoint_allow_networks: vec![IpNet::from(IpAddr::V4(Ipv4Addr::LOCALHOST))],
            endpoint_ca_file: None,
            smtp_url: None,
            smtp_ca_file: None,
            mail_from: None,
            mail_to: Vec::new(),
            retention_days: 30,
            limits: Vec::new(),
            dialects: None,
            images: "file".to_owned(),
            log: "warn".to_owned(),
            log_format: LogFormat::Text,
            otlp_endpoint: None,
            otlp_headers: Vec::new(),
            trace_ratio: 1.0,
            send_traceparent: false,
            worker_threads: 2,
            egress: Profiles::new(),
        }
    }

    /// The base of image URLs, without a slash at its end.
    pub fn public_url(&self, listening: SocketAddr) -> String {
        self.public_url
            .clone()
            .unwrap_or_else(|| format!("{}://{listening}", self.scheme()))
    }

    /// What the listener speaks.
    pub fn scheme(&self) -> &'static str {
        match self.tls_cert {
            Some(_) => "https",
            None => "http",
        }
    }

    /// The listener's certificate and key, if it is to speak TLS.
    ///
    /// # Errors
    /// One of the two is set without the other.
    pub fn tls_files(&self) -> anyhow::Result<Option<tls::Files>> {
        match (&self.tls_cert, &self.tls_key) {
            (None, None) => Ok(None),
            (Some(certificates), Some(key)) => Ok(Some(tls::Files {
                certificates: certificates.clone(),
                key: key.clone(),
            })),
            _ => anyhow::bail!("--tls-cert and --tls-key belong together: set both or neither"),
        }
    }

    /// Whether webhook URLs may be `http://`.
    pub fn allow_http(&self) -> bool {
        self.endpoint_allow_http || self.dev
    }

    /// Networks that may be connected to although they are not public.
    pub fn allow_networks(&self) -> Vec<IpNet> {
        let mut networks = self.endpoint_allow_networks.clone();
        if self.dev {
            let ipv4 = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
            networks.extend([IpNet::from(ipv4), IpAddr::V6(Ipv6Addr::LOCALHOST).into()]);
        }
        networks
    }
}
