//! The system's configuration: `/etc/resolv.conf` and `/etc/hosts`, read again when they change.

use std::fs;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::op::Query;
use hickory_resolver::proto::rr::{Name, RecordType};
use hickory_resolver::system_conf::parse_resolv_conf;
use hickory_resolver::{Hosts, TokioResolver};

/// Where names are looked up.
pub(super) struct Files {
    /// None: what is loaded stays.
    paths: Option<Paths>,
    loaded: Mutex<Arc<Loaded>>,
}

struct Paths {
    resolv_conf: PathBuf,
    hosts: PathBuf,
}

/// What the files came to.
pub(super) struct Loaded {
    hosts: Hosts,
    /// Why there is none, if there is none.
    pub(super) resolver: Result<TokioResolver, String>,
    stamps: [Stamp; 2],
}

/// Differs when a file does: its time and length, if it is there.
type Stamp = Option<(Option<SystemTime>, u64)>;

impl Files {
    /// The files of the system.
    pub(super) fn of_the_system() -> Self {
        Self::at("/etc/resolv.conf".into(), "/etc/hosts".into())
    }

    /// Files in other places.
    pub(super) fn at(resolv_conf: PathBuf, hosts: PathBuf) -> Self {
        let paths = Paths { resolv_conf, hosts };
        let loaded = paths.load(paths.stamps());
        if let Err(why) = &loaded.resolver {
            tracing::warn!(%why, "names cannot be resolved");
        }
        Self {
            paths: Some(paths),
            loaded: Mutex::new(Arc::new(loaded)),
        }
    }

    /// No files: these servers, and this text of a hosts file.
    pub(super) fn fixed(servers: &[SocketAddr], hosts: &str) -> Self {
        let servers = servers.iter().map(|server| {
            let mut ways = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
            ways.iter_mut().for_each(|way| way.port = server.port());
            NameServerConfig::new(server.ip(), true, ways.into())
        });
        let config = ResolverConfig::from_name_servers(servers.collect());
        let loaded = Loaded {
            hosts: read_hosts(hosts.as_bytes()),
            resolver: resolver(config, ResolverOpts::default()),
            stamps: [None; 2],
        };
        Self {
            paths: None,
            loaded: Mutex::new(Arc::new(loaded)),
        }
    }

    /// As the files are now. Looking costs a few microseconds, and only look-ups do.
    pub(super) fn now(&self) -> Arc<Loaded> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(paths) = &self.paths {
            let stamps = paths.stamps();
            if stamps != loaded.stamps {
                *loaded = Arc::new(paths.load(stamps));
                tracing::info!(
                    "the configuration of the name servers or the hosts file has changed"
                );
            }
        }
        Arc::clone(&loaded)
    }
}

impl Paths {
    fn stamps(&self) -> [Stamp; 2] {
        [&self.resolv_conf, &self.hosts].map(|path| {
            let found = fs::metadata(path).ok()?;
            Some((found.modified().ok(), found.len()))
        })
    }

    fn load(&self, stamps: [Stamp; 2]) -> Loaded {
        let hosts = fs::read(&self.hosts).unwrap_or_default();
        Loaded {
            hosts: read_hosts(&hosts),
            resolver: self.resolver(),
            stamps,
        }
    }

    fn resolver(&self) -> Result<TokioResolver, String> {
        let path: &Path = &self.resolv_conf;
        let because = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
        let text = fs::read(path).map_err(|e: io::Error| because(&e))?;
        let (config, options) = parse_resolv_conf(text).map_err(|e| because(&e))?;
        resolver(config, options)
    }
}

fn read_hosts(text: &[u8]) -> Hosts {
    let mut hosts = Hosts::default();
    if let Err(error) = hosts.read_hosts_conf(text) {
        tracing::warn!(%error, "the hosts file could not be read to its end");
    }
    hosts
}

fn resolver(config: ResolverConfig, mut options: ResolverOpts) -> Result<TokioResolver, String> {
    // Both are seen to here and in `names`.
    options.use_hosts_file = ResolveHosts::Never;
    options.cache_size = 0;
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    *builder.options_mut() = options;
    builder.build().map_err(|e| e.to_string())
}

impl Loaded {
    /// What the hosts file says, and what `localhost` means without it (RFC 6761, section 6.3); else nothing.
    pub(super) fn local(&self, name: &str) -> Vec<IpAddr> {
        let parsed = Name::from_utf8(name).unwrap_or_default();
        let mut found = Vec::new();
        for kind in [RecordType::A, RecordType::AAAA] {
            let query = Query::query(parsed.clone(), kind);
            if let Some(lookup) = self.hosts.lookup_static_host(&query) {
                let records = lookup.answers().iter();
                found.extend(records.filter_map(|record| record.data.ip_addr()));
            }
        }
        let lower = name.to_ascii_lowercase();
        if found.is_empty() && (lower == "localhost" || lower.ends_with(".localhost")) {
            found = vec![
                std::net::Ipv4Addr::LOCALHOST.into(),
                std::net::Ipv6Addr::LOCALHOST.into(),
            ];
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_file_is_honoured_and_localhost_needs_none() {
        let text = "# a comment\n192.0.2.7 one.example One # more\n2001:db8::7 one.example\n";
        let loaded = Files::fixed(&[], text).now();
        let wanted: Vec<IpAddr> = ["192.0.2.7", "2001:db8::7"]
            .map(|a| a.parse().unwrap())
            .into();
        assert_eq!(loaded.local("one.example"), wanted);
        assert_eq!(loaded.local("ONE.example"), wanted);
        assert_eq!(loaded.local("one"), wanted[..1]);
        assert_eq!(loaded.local("two.example"), [] as [IpAddr; 0]);
        for name in ["localhost", "a.localhost", "LOCALHOST"] {
            assert!(loaded.local(name).iter().all(IpAddr::is_loopback), "{name}");
            assert_eq!(loaded.local(name).len(), 2, "{name}");
        }
        assert_eq!(loaded.local("notlocalhost"), [] as [IpAddr; 0]);
        let moved = Files::fixed(&[], "192.0.2.9 localhost\n").now();
        assert_eq!(moved.local("localhost"), [IpAddr::from([192, 0, 2, 9])]);
    }

    #[test]
    fn what_is_changed_is_read_again_and_what_is_missing_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let (conf, hosts) = (dir.path().join("resolv.conf"), dir.path().join("hosts"));
        let files = Files::at(conf.clone(), hosts.clone());
        let missing = files.now().resolver.as_ref().err().cloned().unwrap();
        assert!(missing.contains("resolv.conf"), "{missing}");
        assert_eq!(files.now().local("one.example"), [] as [IpAddr; 0]);

        fs::write(&hosts, "192.0.2.7 one.example\n").unwrap();
        assert_eq!(files.now().local("one.example").len(), 1);
        fs::write(&conf, "# nothing\n").unwrap();
        let none = files.now().resolver.as_ref().err().cloned().unwrap();
        assert!(none.contains("no nameservers"), "{none}");
        fs::write(&conf, "nameserver 192.0.2.53\n").unwrap();
        let loaded = files.now();
        assert!(loaded.resolver.is_ok());
        assert!(Arc::ptr_eq(&loaded, &files.now()));
    }
}
