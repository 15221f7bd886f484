//! The OpenAPI document as one page of HTML: no script, no other host.
//!
//! Every route with its parameters, body and answers; every schema; every kind of problem, at the
//! place that a problem's `type` points to.

use std::fmt::Write as _;

use serde_json::Value;
use utoipa::openapi::OpenApi;

use crate::problem::kinds;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}\
h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de}a{color:#0a58ca;text-decoration:none}\
details{border:1px solid #d0d7de;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer}\
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:#f6f8fa;padding:.8rem;overflow:auto;border-radius:6px}\
.m{display:inline-block;width:4.2rem;font-weight:600}table{border-collapse:collapse}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}\
@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}a{color:#79b8ff}pre{background:#161b22}details,h2{border-color:#30363d}}";

/// The page.
pub fn render(document: &OpenApi) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let title = text(&document["info"]["title"]);
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title} API</title><style>{STYLE}</style><h1>{title} API {}</h1><p>{} The same for programs: \
         <a href=\"/openapi.json\">openapi.json</a>.</p>",
        text(&document["info"]["version"]),
        text(&document["info"]["description"]),
    );
    routes(&mut page, &document);
    schemas(&mut page, &document);
    problems(&mut page);
    page.push_str("</html>");
    page
}

// Writing to a string cannot fail, so the results of `write!` are let go.

fn routes(page: &mut String, document: &Value) {
    let mut tag = "";
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let own = operation["tags"][0].as_str().unwrap_or_default();
            if own != tag {
                let _ = write!(page, "<h2>{}</h2>", escape(own));
                tag = own;
            }
            let _ = write!(
                page,
                "<details id=\"{}\"><summary><span class=\"m\">{}</span> <code>{}</code> {}</summary>",
                text(&operation["operationId"]),
                method.to_uppercase(),
                escape(path),
                text(&operation["summary"]),
            );
            if let Some(description) = operation["description"].as_str() {
                let _ = write!(page, "<p>{}</p>", escape(description));
            }
            parameters(page, operation);
            for (kind, content) in operation["requestBody"]["content"]
                .as_object()
                .into_iter()
                .flatten()
            {
                let _ = write!(
                    page,
                    "<p>Body: <code>{}</code> {}</p>",
                    escape(kind),
                    reference(&content["schema"])
                );
            }
            answers(page, operation);
            page.push_str("</details>");
        }
    }
}

fn parameters(page: &mut String, operation: &Value) {
    let Some(parameters) = operation["parameters"].as_array() else {
        return;
    };
    page.push_str("<table><tr><th>Parameter<th>In<th>");
    for parameter in parameters {
        let _ = write!(
            page,
            "<tr><td><code>{}</code><td>{}<td>{}",
            text(&parameter["name"]),
            text(&parameter["in"]),
            text(&parameter["description"]),
        );
    }
    page.push_str("</table>");
}

fn answers(page: &mut String, operation: &Value) {
    page.push_str("<table><tr><th>Status<th>");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        let shape = match answer["$ref"].as_str() {
            Some(_) => "<a href=\"#problems\">Problem</a>".to_owned(),
            None => answer["content"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(_, content)| reference(&content["schema"]))
                .collect::<Vec<_>>()
                .join(" "),
        };
        let _ = write!(
            page,
            "<tr><td>{}<td>{} {shape}",
            escape(status),
            text(&answer["description"])
        );
    }
    page.push_str("</table>");
}

fn schemas(page: &mut String, document: &Value) {
    page.push_str("<h2>Schemas</h2>");
    for (name, schema) in document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let json = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _ = write!(
            page,
            "<details id=\"schema-{0}\"><summary><code>{0}</code></summary><pre>{1}</pre></details>",
            escape(name),
            escape(&json),
        );
    }
}

fn problems(page: &mut String) {
    page.push_str("<h2 id=\"problems\">Problems</h2><table><tr><th>Key<th>Status<th>");
    for kind in kinds::ALL {
        let _ = write!(
            page,
            "<tr id=\"problem-{0}\"><td><code>{0}</code><td>{1}<td>{2}.",
            kind.key,
            kind.status,
            escape(kind.title),
        );
    }
    page.push_str("</table>");
}

/// A link to the schema that is used, or its type.
fn reference(schema: &Value) -> String {
    match schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        Some(name) => format!("<a href=\"#schema-{0}\">{0}</a>", escape(name)),
        None => text(&schema["type"]),
    }
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
