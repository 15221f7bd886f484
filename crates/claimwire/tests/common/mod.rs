//! A real server: the binary, on a free port, with a data directory of its own.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

pub const ADMIN_KEY: &str = "cw_admin_test_0123456789abcdef";
/// For a machine that is slow and busy: what does come is not waited for any longer.
pub const PATIENCE: Duration = Duration::from_secs(180);
/// Between two questions.
const PAUSE: Duration = Duration::from_millis(20);

/// Waits for a fact.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what} never came to hold");
        std::thread::sleep(PAUSE);
    }
}

/// The binary under test, its environment free of settings and profiles.
pub fn claimwire() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimwire"));
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CLAIMWIRE_"))
    {
        command.env_remove(name);
    }
    command.env("XDG_CONFIG_HOME", "/nonexistent");
    command
}

/// `claimwire serve` on a free port, with leave to send to loopback.
pub fn serve(data_dir: &Path, more: &[&str]) -> Command {
    let mut command = claimwire();
    command
        .env("CLAIMWIRE_LISTEN", "127.0.0.1:0")
        .args(["serve", "--admin-key", ADMIN_KEY, "--endpoint-allow-http"])
        .args(["--endpoint-allow-networks", "127.0.0.0/8", "--data-dir"])
        .arg(data_dir)
        .args(more);
    command
}

/// A form, or nothing, sent to a page of the portal on a connection of its own: the answer's head and body as text.
pub fn exchange(serve: &Serve, method: &str, path: &str, cookie: &str, form: &str) -> String {
    let address = serve.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nCookie: {cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// `claimwire serve`; killed when dropped.
pub struct Serve {
    process: Child,
    pub url: String,
    /// The lines that it printed before it listened.
    pub said: Vec<String>,
}

impl Serve {
    /// Starts it and waits for the line that says where it listens.
    pub fn start(data_dir: &Path, more: &[&str]) -> Self {
        Self::spawn(data_dir, more, Stdio::inherit())
    }

    /// The same with its log in a file.
    pub fn start_logging(data_dir: &Path, more: &[&str], log: &Path) -> Self {
        Self::spawn(data_dir, more, std::fs::File::create(log).unwrap().into())
    }

    fn spawn(data_dir: &Path, more: &[&str], log: Stdio) -> Self {
        Self::of(&mut serve(data_dir, more), log)
    }

    /// Starts this command, a `claimwire serve`.
    pub fn of(command: &mut Command, log: Stdio) -> Self {
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let mut said = Vec::new();
        let url = stdout
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let url = line
                    .split_once("listens on ")
                    .map(|(_, url)| url.to_owned());
                said.push(line);
                url
            })
            .expect("serve ended before it listened");
        Self { process, url, said }
    }

    /// Its process's id.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.process.id().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// SIGKILL; returns when it is gone.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits for its end; its exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.process.wait().unwrap().code()
    }

    /// One request as the admin.
    pub fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        self.call_as(ADMIN_KEY, method, path, body)
    }

    /// One request with this key.
    pub fn call_as(
        &self,
        key: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(key, method, path, body)
    }

    /// One request with this key and exactly this body.
    pub fn send(&self, key: &str, method: &str, path: &str, body: String) -> (u16, Value) {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("Authorization", format!("Bearer {key}"))
            .header("Content-Type", "application/json")
            .body(body)
            .unwrap();
        let mut answer = agent.run(request).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        (
            answer.status().as_u16(),
            serde_json::from_str(&text).unwrap_or(Value::String(text)),
        )
    }

    /// Asks again until the answer satisfies `holds`; fails after [`PATIENCE`].
    pub fn until(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let start = std::time::Instant::now();
        loop {
            let (_, answer) = self.call("GET", path, None);
            if holds(&answer) {
                return answer;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "{path} never came to hold: {answer}"
            );
            std::thread::sleep(PAUSE);
        }
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command to its end: exit code, standard output, standard error.
pub fn run(command: &mut Command) -> (Option<i32>, String, String) {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (String::new(), String::new());
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut out)
        .unwrap();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    (child.wait().unwrap().code(), out, err)
}

/// A port that nobody listens at, and that no connection of somebody's gets by chance.
pub fn free_port() -> String {
    let first = 20_000 + std::process::id() % 10_000;
    let mut ports = (0..).map(|n| 20_000 + (first + n) % 12_000);
    let free = ports.find(|port| std::net::TcpListener::bind(format!("127.0.0.1:{port}")).is_ok());
    free.unwrap().to_string()
}
