//! ChromeDriver as a process, one for all tests. It ends with them, however they end, and its browsers with it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::json;
use thirtyfour::common::config::WebDriverConfig;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::session::http::{Body, HttpClient};
use thirtyfour::{Capabilities, WebDriver};
use ureq::http::{Request, Response};

const INSTALL: &str =
    "install Debian's packages chromium and chromium-driver (scripts/install-tools does)";

/// Runs the driver with its own folder for all that browsers keep. When nobody holds its standard input any more, it
/// ends what it started, by its own process group, and removes the folder.
const WATCHED: &str = r#"
kept=$(mktemp -d) || exit 1
TMPDIR=$kept HOME=$kept chromedriver --port=0 --log-level=SEVERE </dev/null &
trap '' TERM
read -r _
kill -TERM 0
wait
rm -rf "$kept" 2>/dev/null || rm -rf "$kept"
"#;

struct Driver {
    url: String,
    /// Its standard input is what keeps it running.
    _process: Child,
}

fn driver() -> &'static Driver {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    DRIVER.get_or_init(start)
}

fn start() -> Driver {
    for program in ["chromium", "chromedriver"] {
        let there = Command::new(program)
            .arg("--version")
            .stdin(Stdio::null())
            .output();
        assert!(there.is_ok(), "there is no {program}: {INSTALL}");
    }
    let mut process = Command::new("sh")
        .args(["-c", WATCHED])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(process.stdout.take().unwrap());
    let port = said.lines().map_while(Result::ok).find_map(|line| {
        let rest = line.split_once("successfully on port ")?.1;
        Some(rest.trim_end_matches('.').to_owned())
    });
    let port = port.unwrap_or_else(|| panic!("chromedriver did not start: {INSTALL}"));
    Driver {
        url: format!("http://127.0.0.1:{port}"),
        _process: process,
    }
}

/// How the driver is spoken to.
struct Loopback(ureq::Agent);

#[async_trait::async_trait]
impl HttpClient for Loopback {
    async fn send(&self, request: Request<Body<'_>>) -> WebDriverResult<Response<Bytes>> {
        let (head, body) = request.into_parts();
        let body = match body {
            Body::Empty => String::new(),
            Body::Json(json) => json.to_string(),
        };
        let (agent, request) = (self.0.clone(), Request::from_parts(head, body));
        let sent = tokio::task::spawn_blocking(move || {
            let mut answer = agent.run(request)?;
            let body = answer
                .body_mut()
                .with_config()
                .limit(u64::MAX)
                .read_to_vec()?;
            Ok::<_, ureq::Error>((answer.status(), body))
        });
        let (status, body) = sent
            .await
            .unwrap()
            .map_err(|error| WebDriverError::FatalError(error.to_string()))?;
        Ok(Response::builder()
            .status(status)
            .body(body.into())
            .unwrap())
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(Self(self.0.clone()))
    }
}

/// A browser of its own, with nothing in it.
pub async fn browser() -> WebDriver {
    let capabilities: Capabilities = serde_json::from_value(json!({
        "browserName": "chrome",
        // Servers that tests set up sign their certificates themselves.
        "acceptInsecureCerts": true,
        "goog:loggingPrefs": {"browser": "ALL"},
        "goog:chromeOptions": {"args": [
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--lang=en",
            "--window-size=1280,900",
        ]},
    }))
    .unwrap();
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let client = Loopback(config.build().into());
    let settings = WebDriverConfig::default();
    let made = WebDriver::new_with_config_and_client(&driver().url, capabilities, settings, client);
    made.await
        .unwrap_or_else(|error| panic!("chromium did not start: {error}; {INSTALL}"))
}
