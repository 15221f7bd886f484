//! What every page must hold to: accessible in light and dark, small, from our own server alone, still while it loads,
//! and no wider than a phone.

use serde_json::{Value, json};

use crate::session::Browser;

/// Bytes that a page may take with all that it loads, when nothing is cached.
const PAGE_BYTES: u64 = 100_000;
/// Of a layout that moves while it loads; 0.1 is what is commonly called good.
const MOST_SHIFT: f64 = 0.02;

const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/browser/node_modules/axe-core/axe.min.js"
);

const RUN_AXE: &str = r"
const [only, done] = arguments;
for (const details of document.querySelectorAll('details')) details.open = true;
const options = {resultTypes: ['violations'], iframes: false};
if (only) options.runOnly = {type: 'rule', values: only};
axe.run(document, options).then(
  (found) => done(found.violations
    .filter((wrong) => ['serious', 'critical'].includes(wrong.impact))
    .flatMap((wrong) => wrong.nodes.map((node) => `${wrong.id} at ${node.target}: ${node.failureSummary}`))),
  (error) => done([`axe failed: ${error}`]));
";

const LOADED: &str = r"
const done = arguments[0];
const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
const loaded = entries.map((entry) => [entry.name, entry.encodedBodySize]);
let shift = 0;
// What moves later moved because something happened, in a list that shows it at once.
const ready = performance.getEntriesByType('navigation')[0].loadEventEnd + 250;
try {
  const observer = new PerformanceObserver((list) => {
    for (const moved of list.getEntries()) if (moved.startTime <= ready) shift += moved.value;
  });
  observer.observe({type: 'layout-shift', buffered: true});
  requestAnimationFrame(() => setTimeout(() => done({loaded, shift}), 0));
} catch { done({loaded, shift}); }
";

fn axe() -> &'static str {
    static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    TEXT.get_or_init(|| {
        std::fs::read_to_string(AXE).unwrap_or_else(|error| {
            panic!("axe-core is not there ({AXE}: {error}): run scripts/install-tools, or `npm install --prefix tests/browser`")
        })
    })
}

/// Looks at the page that is shown; what is wrong with it, in words.
pub async fn faults(browser: &Browser) -> Vec<String> {
    let mut faults = weight(browser).await;
    faults.extend(accessibility(browser).await);
    browser.phone().await;
    let wide = "return [document.documentElement.scrollWidth, innerWidth]";
    let wide = browser.run(wide, Vec::new()).await;
    if wide[0].as_u64() > wide[1].as_u64() {
        faults.push(format!(
            "is {} px wide on a phone of {} px",
            wide[0], wide[1]
        ));
    }
    browser.desktop().await;
    faults
}

async fn accessibility(browser: &Browser) -> Vec<String> {
    browser.run(axe(), Vec::new()).await;
    let told = |theme: &str, found: Value| {
        let found = found.as_array().cloned().unwrap_or_default();
        let told = found
            .into_iter()
            .map(|wrong| format!("{theme}: {}", wrong.as_str().unwrap_or_default()));
        told.collect::<Vec<_>>()
    };
    let mut found = told("light", browser.run_async(RUN_AXE, vec![Value::Null]).await);
    browser.theme("dark").await;
    // Colours are all that differs.
    let colours = json!(["color-contrast", "link-in-text-block"]);
    found.extend(told(
        "dark",
        browser.run_async(RUN_AXE, vec![colours]).await,
    ));
    browser.theme("light").await;
    found
}

async fn weight(browser: &Browser) -> Vec<String> {
    let told = browser.run_async(LOADED, Vec::new()).await;
    let origin = browser.client().current_url().await.unwrap().origin();
    let mut faults = Vec::new();
    let mut bytes = 0;
    for loaded in told["loaded"].as_array().unwrap() {
        let name = loaded[0].as_str().unwrap();
        // Photos are the shop's content, each bounded and loaded when it is scrolled to.
        if !name.contains("/v1/") && !name.contains("/images/") {
            bytes += loaded[1].as_u64().unwrap_or_default();
        }
        let from = url::Url::parse(name).unwrap();
        if from.origin() != origin && !matches!(from.scheme(), "blob" | "data") {
            faults.push(format!("loads {name}, which is not ours"));
        }
    }
    if bytes > PAGE_BYTES {
        faults.push(format!("takes {bytes} bytes with all that it loads"));
    }
    let shift = told["shift"].as_f64().unwrap_or_default();
    if shift > MOST_SHIFT {
        faults.push(format!("moves by {shift} while it loads"));
    }
    faults
}
