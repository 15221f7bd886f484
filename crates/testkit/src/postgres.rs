//! A PostgreSQL cluster of a test's own, from the system's package: in a temporary folder, on a socket there and, unless a
//! test asks for one, on no port. It never syncs, so it is quick and good for nothing but tests.
//!
//! It ends with the last handle, and when the process is killed: a shell that waits for the end of its standard input
//! stops it and removes the folder.

mod held;

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub use held::{Held, older_server};

/// Where Debian and others keep the server's programs, by version.
const PACKAGES: &str = "/usr/lib/postgresql";
const POOLER: &str = "/usr/sbin/pgbouncer";
/// How long it may take to listen, and between two looks.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(5);
/// As whom the server runs when the test is run by root, which PostgreSQL refuses.
const USER: &str = "postgres";

/// The port that names its socket, where it listens on none.
const PORT: u16 = 5432;

/// How a cluster is.
const SETTINGS: &str = "listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 64MB
max_connections = 200
autovacuum = off
log_min_messages = fatal
";

/// How a cluster differs from others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setup<'a> {
    /// More lines of its `postgresql.conf`.
    pub settings: &'a str,
    /// Names and contents of files of its data directory, readable by it alone.
    pub files: &'a [(&'a str, &'a str)],
    /// A port of 127.0.0.1 that it listens on too.
    pub port: Option<u16>,
}

/// Ends the server and removes the folder when its input ends, whoever closes it.
const GUARD: &str = r#"cat >/dev/null; folder=$1; shift; "$@" >/dev/null 2>&1; rm -rf "$folder""#;

/// A cluster that runs.
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    databases: AtomicU64,
    port: u16,
    guard: Mutex<Option<(Child, ChildStdin)>>,
}

impl Cluster {
    /// Makes a cluster and starts it.
    ///
    /// # Errors
    /// What is missing and how to install it, or what a program of PostgreSQL's said.
    pub fn start() -> io::Result<Self> {
        Self::start_as(Setup::default())
    }

    /// The same, set up so.
    ///
    /// # Errors
    /// Those of [`Cluster::start`].
    pub fn start_as(setup: Setup<'_>) -> io::Result<Self> {
        let programs = programs()?;
        let folder = folder()?;
        let data = folder.path().join("data");
        let mut init = run(&programs.join("initdb"));
        init.args([
            "--auth=trust",
            "--username=postgres",
            "--no-sync",
            "--encoding=UTF8",
        ]);
        init.args(["--locale=C", "--no-instructions", "-D"])
            .arg(&data);
        done("initdb", init.output()?)?;
        let mut settings = std::fs::read_to_string(data.join("postgresql.conf"))?;
        settings.push_str(SETTINGS);
        settings.push_str(setup.settings);
        if let Some(port) = setup.port {
            settings.push_str(&format!("\nlisten_addresses = '127.0.0.1'\nport = {port}"));
        }
        std::fs::write(data.join("postgresql.conf"), settings)?;
        for (name, content) in setup.files {
            let path = data.join(name);
            std::fs::write(&path, content)?;
            std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
            give(&path)?;
        }
        Self::begin(folder, programs, setup.port.unwrap_or(PORT))
    }

    /// A standby of this one, which follows it.
    ///
    /// # Errors
    /// Those of [`Cluster::start`].
    pub fn standby(&self) -> io::Result<Self> {
        let folder = folder()?;
        let mut copy = run(&self.programs.join("pg_basebackup"));
        copy.args([
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync",
            "-U",
            "postgres",
        ]);
        copy.arg("-h").arg(self.folder.path());
        copy.arg("-D").arg(folder.path().join("data"));
        done("pg_basebackup", copy.output()?)?;
        Self::begin(folder, self.programs.clone(), self.port)
    }

    /// Starts what is in a folder.
    fn begin(folder: TempDir, programs: PathBuf, port: u16) -> io::Result<Self> {
        let data = folder.path().join("data");
        let mut settings = std::fs::read_to_string(data.join("postgresql.conf"))?;
        let socket = folder.path().display();
        settings.push_str(&format!("\nunix_socket_directories = '{socket}'\n"));
        std::fs::write(data.join("postgresql.conf"), settings)?;
        let mut stop = run(&programs.join("pg_ctl"));
        stop.args(["stop", "--mode=immediate", "--wait", "-D"])
            .arg(&data);
        let cluster = Self {
            guard: Mutex::new(Some(guard(folder.path(), &stop)?)),
            folder,
            programs,
            databases: AtomicU64::new(0),
            port,
        };
        cluster.start_again()?;
        Ok(cluster)
    }

    fn control(&self, what: &[&str]) -> io::Result<()> {
        let mut control = run(&self.programs.join("pg_ctl"));
        control.args(what).args(["--wait", "--silent", "-D"]);
        control.arg(self.folder.path().join("data"));
        control.arg("-l").arg(self.folder.path().join("log"));
        control.stdout(Stdio::null());
        done("pg_ctl", control.output()?).map(drop)
    }

    /// Stops it at once, as a crash does.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub fn crash(&self) -> io::Result<()> {
        self.control(&["stop", "--mode=immediate"])
    }

    /// Starts it after a crash.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub fn start_again(&self) -> io::Result<()> {
        self.control(&["start"])
    }

    /// Makes a standby the primary.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub fn promote(&self) -> io::Result<()> {
        self.control(&["promote"])
    }

    /// The cluster that all tests of this process share; it ends with the process.
    ///
    /// # Errors
    /// Those of [`Cluster::start`].
    pub fn shared() -> io::Result<&'static Self> {
        static SHARED: OnceLock<io::Result<Cluster>> = OnceLock::new();
        let shared = SHARED.get_or_init(Self::start).as_ref();
        shared.map_err(|error| io::Error::new(error.kind(), error.to_string()))
    }

    /// A new database, empty or a copy of `template`, to which nobody may be connected.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub fn database(&self, template: Option<&Database<'_>>) -> io::Result<Database<'_>> {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let template = template.map_or("template1", |template| &template.name);
        let made = Database {
            cluster: self,
            name,
        };
        let sql = format!("CREATE DATABASE {} TEMPLATE {template}", made.name);
        self.sql("postgres", &sql)?;
        Ok(made)
    }

    /// The URL of a database of this name.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        format!("postgresql://{role}@{}/{database}", self.host())
    }

    /// The folder of its socket, as a URL has it for a host.
    #[must_use]
    pub fn host(&self) -> String {
        let folder = self.folder.path().display().to_string();
        format!("{}:{}", folder.replace('/', "%2F"), self.port)
    }

    /// The socket that it listens on.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(format!(".s.PGSQL.{}", self.port))
    }

    /// Runs SQL in the database of this name as the superuser; answers what `psql` prints, without ornaments.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub fn sql(&self, database: &str, sql: &str) -> io::Result<String> {
        let mut psql = run(&self.programs.join("psql"));
        psql.args(["-XqtA", "-v", "ON_ERROR_STOP=1", "-U", "postgres"]);
        psql.args(["-d", database, "-c", sql, "-p", &self.port.to_string()]);
        psql.arg("-h").arg(self.folder.path());
        done("psql", psql.output()?)
    }
}

/// A database of a cluster, which goes with this.
pub struct Database<'a> {
    cluster: &'a Cluster,
    name: String,
}

impl Database<'_> {
    /// Its URL, for the superuser.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// The same for another role.
    #[must_use]
    pub fn url_of(&self, role: &str) -> String {
        self.cluster.url(role, &self.name)
    }

    /// Runs SQL in it as the superuser; answers what `psql` prints, without ornaments.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub fn sql(&self, sql: &str) -> io::Result<String> {
        self.cluster.sql(&self.name, sql)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let _ = self.cluster.sql("postgres", &sql);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let guard = self.guard.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some((mut guard, input)) = guard.take() {
            drop(input);
            let _ = guard.wait();
        }
    }
}

/// A folder that the server may write to.
fn folder() -> io::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("claimwire-pg").tempdir()?;
    give(folder.path())?;
    Ok(folder)
}

/// Makes a path the server's own, where that is run as another.
fn give(path: &Path) -> io::Result<()> {
    if is_root() {
        done("chown", Command::new("chown").arg(USER).arg(path).output()?)?;
    }
    Ok(())
}

fn guard(folder: &Path, stop: &Command) -> io::Result<(Child, ChildStdin)> {
    let mut guard = Command::new("sh")
        .args(["-c", GUARD, "sh"])
        .arg(folder)
        .arg(stop.get_program())
        .args(stop.get_args())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    let input = guard.stdin.take();
    let input = input.ok_or_else(|| io::Error::other("a shell without standard input"))?;
    Ok((guard, input))
}

/// Where the newest server's programs are.
fn programs() -> io::Result<PathBuf> {
    let missing = || {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!(
                "PostgreSQL's server is not below {PACKAGES}: install it (Debian: apt-get install postgresql)"
            ),
        )
    };
    let versions = std::fs::read_dir(PACKAGES).map_err(|_| missing())?;
    let versions = versions.filter_map(|entry| Some(entry.ok()?.path().join("bin")));
    let number = |programs: &PathBuf| -> Option<u32> {
        let version = programs.parent()?.file_name()?;
        version.to_str()?.parse().ok()
    };
    let complete = versions.filter(|programs| programs.join("initdb").exists());
    complete.max_by_key(number).ok_or_else(missing)
}

/// pgbouncer before a cluster, on a socket in a folder of its own; it gives out the cluster's connections by transaction.
/// It ends with this, and when the process is killed.
pub struct Pooler {
    folder: TempDir,
    guard: Option<(Child, ChildStdin)>,
}

impl Pooler {
    /// Starts one before a cluster; `settings` are more lines of its `[pgbouncer]`.
    ///
    /// # Errors
    /// What is missing and how to install it, or what it said.
    pub fn start(cluster: &Cluster, settings: &str) -> io::Result<Self> {
        let program = Path::new(POOLER);
        if !program.exists() {
            let why =
                format!("{POOLER} is missing: install it (Debian: apt-get install pgbouncer)");
            return Err(io::Error::new(io::ErrorKind::NotFound, why));
        }
        let folder = folder()?;
        let path = folder.path().display();
        let config = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\npool_mode = transaction\nlisten_addr =\nlisten_port = {PORT}\n\
             unix_socket_dir = {path}\nlogfile = {path}/log\npidfile = {path}/pid\nauth_type = any\nmax_client_conn = 500\n\
             {settings}\n",
            cluster.folder.path().display(),
            cluster.port
        );
        // With `any` all come as the user that the database's line names.
        let config = config.replacen("port=", "user=postgres port=", 1);
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, config)?;
        give(&file)?;
        let mut start = run(program);
        start.args(["-d", "-q"]).arg(&file);
        done("pgbouncer", start.output()?)?;
        let mut stop = Command::new("sh");
        stop.args(["-c", r#"kill -s TERM "$(cat "$1/pid")""#, "sh"]);
        stop.arg(folder.path());
        let guard = guard(folder.path(), &stop)?;
        let this = Self {
            folder,
            guard: Some(guard),
        };
        this.wait()?;
        Ok(this)
    }

    /// Until it listens: it is a moment behind the command that started it.
    fn wait(&self) -> io::Result<()> {
        let socket = self.folder.path().join(format!(".s.PGSQL.{PORT}"));
        let begun = Instant::now();
        loop {
            match UnixStream::connect(&socket) {
                Err(error) if begun.elapsed() > PATIENCE => return Err(error),
                Err(_) => std::thread::sleep(PAUSE),
                Ok(_) => return Ok(()),
            }
        }
    }

    /// The URL of a database through it.
    #[must_use]
    pub fn url(&self, database: &Database<'_>) -> String {
        let folder = self.folder.path().display().to_string();
        let host = folder.replace('/', "%2F");
        format!("postgresql://postgres@{host}:{PORT}/{}", database.name)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        if let Some((mut guard, input)) = self.guard.take() {
            drop(input);
            let _ = guard.wait();
        }
    }
}

fn is_root() -> bool {
    let whose = Command::new("id").arg("-u").output();
    whose.is_ok_and(|output| output.stdout == b"0\n")
}

/// A program of PostgreSQL's, as somebody who is not root.
fn run(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", USER, "--regid", USER, "--clear-groups", "--"]);
    command.arg(OsStr::new(program)).current_dir("/");
    command
}

fn done(what: &str, output: Output) -> io::Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{what}: {said}")))
}
