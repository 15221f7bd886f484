//! A browser as a person uses it: opens pages, presses what is written, fills in fields by their names.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde_json::{Value, json};
use thirtyfour::common::command::{Command, ExtensionCommand};
use thirtyfour::components::SelectElement;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner, WebDriverResult};
use thirtyfour::{By, WebDriver, WebElement};
use tokio::sync::Semaphore;
use ureq::http::Method;

use crate::{block_on, driver};

/// Browsers at once.
const BROWSERS: usize = 2;
/// How long a page may take to show what it must, on a machine that is slow and busy.
const WAIT: std::time::Duration = std::time::Duration::from_secs(20);
/// Between two looks at a page.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(15);

static FREE: Semaphore = Semaphore::const_new(BROWSERS);
/// Those that a test is done with, for the next.
static KEPT: Mutex<Vec<WebDriver>> = Mutex::new(Vec::new());

/// A browser that begins with nothing.
pub struct Browser {
    client: WebDriver,
    /// Where paths begin.
    base: String,
    /// What the console may say.
    expected: Mutex<Vec<&'static str>>,
}

/// Runs a test with a browser, then looks at what its console said. A browser whose test failed is not used again.
pub fn with_browser(base: &str, test: impl AsyncFnOnce(&Browser)) {
    block_on(async {
        let _free = FREE.acquire().await.unwrap();
        let kept = KEPT.lock().unwrap().pop();
        let client = match kept {
            Some(client) => client,
            None => driver::browser().await,
        };
        let browser = Browser {
            client,
            base: base.to_owned(),
            expected: Mutex::default(),
        };
        browser.begin().await;
        test(&browser).await;
        browser.console_is_clean().await;
        KEPT.lock().unwrap().push(browser.client);
    });
}

/// A command that only Chromium has.
#[derive(Debug)]
struct Vendor(&'static str, Value);

impl ExtensionCommand for Vendor {
    fn parameters_json(&self) -> Option<Value> {
        Some(self.1.clone())
    }

    fn method(&self) -> Method {
        Method::POST
    }

    fn endpoint(&self) -> Arc<str> {
        self.0.into()
    }
}

impl Browser {
    async fn begin(&self) {
        let windows = self.client.windows().await.unwrap();
        for window in windows.into_iter().skip(1).rev() {
            self.client.switch_to_window(window).await.unwrap();
            self.client.close_window().await.unwrap();
        }
        let window = self.client.windows().await.unwrap().remove(0);
        self.client.switch_to_window(window).await.unwrap();
        self.client.goto("about:blank").await.unwrap();
        self.cdp("Network.clearBrowserCookies", json!({})).await;
        self.cdp(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": false}),
        )
        .await;
        self.desktop().await;
        self.theme("light").await;
        self.log().await;
    }

    /// A command of the Chrome DevTools Protocol.
    pub async fn cdp(&self, command: &str, params: Value) -> Value {
        let body = json!({"cmd": command, "params": params});
        let done = self.vendor(Vendor("/goog/cdp/execute", body)).await;
        done.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    async fn vendor(&self, command: Vendor) -> WebDriverResult<Value> {
        let answer = self
            .client
            .cmd(Command::ExtensionCommand(Box::new(command)))
            .await?;
        answer.value_json()
    }

    /// `light` or `dark`; without motion, so that a colour is what it will be.
    pub async fn theme(&self, name: &str) {
        let features = json!([
            {"name": "prefers-color-scheme", "value": name},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.cdp("Emulation.setEmulatedMedia", json!({"features": features}))
            .await;
    }

    pub async fn desktop(&self) {
        self.viewport(1280, 900, false).await;
    }

    pub async fn phone(&self) {
        self.viewport(390, 844, true).await;
    }

    async fn viewport(&self, width: u32, height: u32, mobile: bool) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile});
        self.cdp("Emulation.setDeviceMetricsOverride", metrics)
            .await;
        self.cdp(
            "Emulation.setTouchEmulationEnabled",
            json!({"enabled": mobile}),
        )
        .await;
    }

    pub async fn without_scripts(&self) {
        self.cdp(
            "Emulation.setScriptExecutionDisabled",
            json!({"value": true}),
        )
        .await;
    }

    /// The driver itself, for what is not here.
    pub fn client(&self) -> &WebDriver {
        &self.client
    }

    /// The session's cookie, as the browser keeps it.
    pub async fn cookie(&self, name: &str) -> Value {
        let kept = self.cdp("Network.getCookies", json!({})).await;
        let kept = kept["cookies"].as_array().unwrap();
        let found = kept.iter().find(|cookie| cookie["name"] == name);
        found
            .cloned()
            .unwrap_or_else(|| panic!("no cookie {name} in {kept:?}"))
    }

    /// Opens a path of the server, or a whole URL.
    pub async fn open(&self, path: &str) {
        let url = match path.starts_with("http") {
            true => path.to_owned(),
            false => [&self.base, path].concat(),
        };
        self.client.goto(&url).await.unwrap();
    }

    /// Path and query of the page that is shown.
    pub async fn path(&self) -> String {
        let url = self.client.current_url().await.unwrap();
        let query = url.query().map(|query| format!("?{query}"));
        [url.path(), &query.unwrap_or_default()].concat()
    }

    pub async fn run(&self, script: &str, args: Vec<Value>) -> Value {
        let done = self.client.execute(script, args).await;
        let done = done.map(|done| done.json().clone());
        done.unwrap_or_else(|error| panic!("{error} in {script:.200}"))
    }

    pub async fn run_async(&self, script: &str, args: Vec<Value>) -> Value {
        let done = self.client.execute_async(script, args).await;
        let done = done.map(|done| done.json().clone());
        done.unwrap_or_else(|error| panic!("{error} in {script:.200}"))
    }

    /// All text that the page shows.
    pub async fn text(&self) -> String {
        let text = self
            .client
            .execute("return document.body.innerText", Vec::new())
            .await;
        // Between two pages there is none.
        text.ok()
            .and_then(|text| text.json().as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Waits until the page shows this.
    pub async fn sees(&self, text: &str) {
        let begun = Instant::now();
        loop {
            let shown = self.text().await;
            if shown.contains(text) {
                return;
            }
            let path = self.path().await;
            assert!(
                begun.elapsed() < WAIT,
                "no “{text}” at {path}, which shows:\n{shown}"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    pub async fn sees_not(&self, text: &str) {
        let shown = self.text().await;
        assert!(
            !shown.contains(text),
            "“{text}” at {}:\n{shown}",
            self.path().await
        );
    }

    /// Opens the page anew until it shows this.
    pub async fn comes_to_see(&self, text: &str) {
        let begun = Instant::now();
        while !self.text().await.contains(text) {
            let path = self.path().await;
            assert!(
                begun.elapsed() < WAIT,
                "never “{text}” at {path}:\n{}",
                self.text().await
            );
            tokio::time::sleep(PAUSE * 4).await;
            self.client.refresh().await.unwrap();
        }
    }

    /// Waits until the page that is shown is one of this server.
    pub async fn comes_to_be_at(&self, url: &str) {
        let begun = Instant::now();
        loop {
            let shown = self.client.current_url().await.unwrap();
            if shown.as_str().starts_with(url) {
                return;
            }
            assert!(begun.elapsed() < WAIT, "{shown} is not at {url}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until `leave` has led to another page, whatever it has in common with this one, and that is there.
    pub async fn leaves(&self, leave: impl Future<Output = ()>) {
        self.run("window.leaving = true", Vec::new()).await;
        leave.await;
        let begun = Instant::now();
        let there = "return !window.leaving && document.readyState === 'complete'";
        loop {
            // Between two pages there is nothing to ask.
            let asked = self.client.execute(there, Vec::new()).await;
            if asked.is_ok_and(|there| there.json() == true) {
                return;
            }
            let path = self.path().await;
            assert!(begun.elapsed() < WAIT, "nothing leads away from {path}");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Waits until a picture is there, and not only its place.
    pub async fn loads(&self, css: &str) {
        let begun = Instant::now();
        let picture = self.find(css).await;
        while picture.prop("naturalWidth").await.unwrap().as_deref() == Some("0") {
            assert!(begun.elapsed() < WAIT, "{css} never comes");
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The first that is shown of what the selector finds, waited for.
    pub async fn find(&self, css: &str) -> WebElement {
        self.first(By::Css(css)).await
    }

    async fn first(&self, by: By) -> WebElement {
        let begun = Instant::now();
        loop {
            if let Some(found) = self.shown(by.clone()).await.unwrap_or_default() {
                return found;
            }
            let (path, text) = (self.path().await, self.text().await);
            assert!(
                begun.elapsed() < WAIT,
                "nothing is {by:?} at {path}:\n{text}"
            );
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn shown(&self, by: By) -> WebDriverResult<Option<WebElement>> {
        for element in self.client.find_all(by).await? {
            if element.is_displayed().await? {
                return Ok(Some(element));
            }
        }
        Ok(None)
    }

    /// Presses the link, button or summary that says exactly this.
    pub async fn press(&self, words: &str) {
        let path = format!(
            "//*[self::a or self::button or self::summary or self::label][not(@aria-hidden)][normalize-space()=\"{words}\"]"
        );
        self.with_shown(By::XPath(path), WebElement::click).await;
    }

    pub async fn press_at(&self, css: &str) {
        self.with_shown(By::Css(css), WebElement::click).await;
    }

    /// Does something with the first that is shown. Of a page that gave way to the next meanwhile nothing is there, and
    /// what the next one has is looked for.
    async fn with_shown<T>(
        &self,
        by: By,
        act: impl AsyncFn(&WebElement) -> WebDriverResult<T>,
    ) -> T {
        loop {
            match act(&self.first(by.clone()).await).await {
                Err(error) if is_gone(&error) => {}
                done => return done.unwrap(),
            }
        }
    }

    /// Types into the field of this name, in place of what is there.
    pub async fn fill(&self, name: &str, value: &str) {
        self.with_shown(field(name), async |field| {
            field.clear().await?;
            field.send_keys(value).await
        })
        .await;
    }

    /// Gives a file to the field that the selector finds, as the browser's dialog would. The field itself may lie unseen
    /// below its label.
    pub async fn attach(&self, css: &str, file: &str) {
        self.sees("Add photos").await;
        let field = self.client.find(By::Css(css)).await.unwrap();
        field.send_keys(file).await.unwrap();
    }

    pub async fn choose(&self, name: &str, value: &str) {
        let select = By::Css(format!("select[name=\"{name}\"]"));
        self.with_shown(select, async |select| {
            SelectElement::new(select)
                .await?
                .select_by_value(value)
                .await
        })
        .await;
    }

    /// A field for a date and a time: what is typed there depends on the browser's language.
    pub async fn put_time(&self, name: &str, value: &str) {
        let put = "document.getElementsByName(arguments[0])[0].value = arguments[1]";
        self.run(put, vec![json!(name), json!(value)]).await;
    }

    /// What is in the field of this name.
    pub async fn value(&self, name: &str) -> String {
        let value = self.with_shown(field(name), async |field| field.prop("value").await);
        value.await.unwrap_or_default()
    }

    /// Signs in with a key.
    pub async fn sign_in(&self, key: &str) {
        self.open("/portal/sign-in").await;
        self.press("With a key instead").await;
        self.fill("key", key).await;
        self.press("Sign in with the key").await;
        self.sees("Sign out").await;
    }

    /// Ends the session; the page that says so is there.
    pub async fn sign_out(&self) {
        self.press("Sign out").await;
        self.sees("Sign in").await;
    }

    /// The console may say this.
    pub fn expects(&self, words: &'static str) {
        self.expected.lock().unwrap().push(words);
    }

    /// What the console said since it was last asked.
    async fn log(&self) -> Vec<String> {
        let said = self
            .vendor(Vendor("/se/log", json!({"type": "browser"})))
            .await
            .unwrap();
        let said = said.as_array().cloned().unwrap_or_default();
        said.iter()
            .map(|line| format!("{} {}", line["level"], line["message"]))
            .collect()
    }

    /// That nothing went wrong in the page. A form that is refused is answered with 422, of which Chromium tells there.
    pub async fn console_is_clean(&self) {
        let expected = self.expected.lock().unwrap().clone();
        let is_wrong = |line: &String| {
            let refused = line.contains("status of 422");
            !refused && !expected.iter().any(|words| line.contains(words))
        };
        let wrong: Vec<_> = self.log().await.into_iter().filter(is_wrong).collect();
        assert!(wrong.is_empty(), "the console says: {wrong:#?}");
    }
}

fn field(name: &str) -> By {
    By::Css(format!("[name=\"{name}\"]:not([type=hidden])"))
}

fn is_gone(error: &WebDriverError) -> bool {
    matches!(
        error.as_inner(),
        WebDriverErrorInner::StaleElementReference(_)
    )
}
