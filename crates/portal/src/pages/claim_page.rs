//! Settings → Claim page: the page on which customers file claims, set up beside a preview of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::IntoResponse;
use claimwire_actions::{Admin, FieldError, Refusal, shops};
use claimwire_model::ClaimPage;
use claimwire_model::claim_page::{Flow, OfferedFlow};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use serde::de::DeserializeOwned;

use crate::access::{Posted, Scope, Seen};
use crate::claim_page;
use crate::failure::{Reply, page, refused, to};
use crate::form::{Errors, Form, lines};
use crate::frame::{Frame, Section};
use crate::state::{Portal, PortalState};

/// As of every page, and our own preview in its frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The fields that errors are told at.
const FIELDS: [&str; 10] = [
    "flows",
    "photos",
    "resolutions",
    "filing_days",
    "value_threshold",
    "repeat_claims",
    "color",
    "logo_url",
    "language",
    "frame_ancestors",
];

struct FlowRow {
    name: &'static str,
    label: &'static str,
    offered: bool,
}

#[derive(Template)]
#[template(path = "pages/claim_page.html")]
struct SettingsPage {
    frame: Frame,
    on: bool,
    url: String,
    form: Form,
    errors: Errors,
    flows: Vec<FlowRow>,
    more: bool,
    /// The settings as the preview gets them.
    query: String,
}

fn label(flow: Flow) -> &'static str {
    match flow {
        Flow::Defective => "Something is broken or does not work",
        Flow::NotReceived => "The parcel has not arrived",
        Flow::MissingProduct => "Something is missing",
        Flow::WrongProduct => "The wrong product came",
        Flow::Return => "Something is to be sent back",
        Flow::Dissatisfied => "Not happy with it",
        Flow::Support => "A question",
    }
}

fn saved(scope: &Scope<Admin>, portal: &Portal) -> ClaimPage {
    let view = shops::show(&scope.on(portal).viewer());
    view.claim_page
        .map_or_else(ClaimPage::default, |page| (*page).clone())
}

/// The settings as they are.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
) -> Reply {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let page_of = saved(&scope, &portal);
    let form = filled(&page_of);
    let shown = view(&portal, &scope, form, &page_of, Errors::default());
    let frame = shown.frame.done(query.text("done"));
    framed(page(&SettingsPage { frame, ..shown })?)
}

/// Saves what was typed, or shows what it would look like.
pub(crate) async fn save(portal: Portal, posted: Posted<Admin>) -> Reply {
    let Posted { scope, form } = posted;
    let before = saved(&scope, &portal);
    let mut errors = Errors::default();
    let settings = read(&form, &before, &mut errors);
    if errors.is_empty() && !form.is("do", "preview") {
        let json = serde_json::json!({"claim_page": &settings});
        let patch = serde_json::from_value(json).map_err(|e| Refusal::Failed(e.to_string()))?;
        match shops::update(&scope.on(&portal), patch).await {
            Ok(_) => return Ok(to(&scope.path("/claim-page?done=saved"))),
            Err(refusal) => errors = told(refusal)?,
        }
    }
    let shown = view(&portal, &scope, form, &settings, errors);
    framed(match shown.errors.is_empty() {
        true => page(&shown)?,
        false => refused(&shown)?,
    })
}

fn view(
    portal: &Portal,
    scope: &Scope<Admin>,
    form: Form,
    settings: &ClaimPage,
    errors: Errors,
) -> SettingsPage {
    let shop = shops::show(&scope.on(portal).viewer());
    let flows = Flow::ALL.map(|flow| FlowRow {
        name: flow.as_str(),
        label: label(flow),
        offered: settings.offered(flow).is_some(),
    });
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let json = serde_json::to_string(settings).unwrap_or_default();
    query.append_pair("show", form.text("show"));
    query.append_pair("settings", &json);
    let own = ["reasons", "texts"];
    SettingsPage {
        frame: scope.frame(portal, Section::ClaimPage),
        on: shop.claim_page.is_some_and(|page| page.enabled),
        url: format!("{}/{}/claim", portal.ports.public_url, shop.slug),
        more: own
            .iter()
            .any(|name| errors.at(name).is_some() || form.given(name).is_some()),
        flows: flows.into(),
        query: query.finish(),
        form,
        errors,
    }
}

/// An answer that may hold our own pages in frames.
fn framed(mut response: axum::response::Response) -> Reply {
    let policy = HeaderValue::from_static(POLICY);
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// The settings as a form shows them.
fn filled(page: &ClaimPage) -> Form {
    let mut form = Form::default();
    let number = |number: Option<u64>| number.map_or_else(String::new, |n| n.to_string());
    if page.enabled {
        form.put("enabled", "yes");
    }
    let photos = [Flow::Defective, Flow::WrongProduct];
    let photos = photos.iter().find_map(|flow| page.offered(*flow));
    form.put(
        "photos",
        number(photos.map(|offered| offered.photos.into())),
    );
    form.put("resolutions", page.resolutions.join("\n"));
    form.put("filing_days", number(page.filing_days.map(u64::from)));
    form.put("value_threshold", number(page.value_threshold));
    form.put("repeat_claims", number(page.repeat_claims.map(u64::from)));
    form.put("color", page.color.clone().unwrap_or_default());
    form.put("logo_url", page.logo_url.clone().unwrap_or_default());
    form.put("language", page.language.clone());
    form.put("frame_ancestors", page.frame_ancestors.join("\n"));
    if !page.reasons.is_empty() {
        form.put("reasons", pretty(&page.reasons));
    }
    if !page.texts.is_empty() {
        form.put("texts", pretty(&page.texts));
    }
    form
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The settings as they were typed.
fn read(form: &Form, before: &ClaimPage, errors: &mut Errors) -> ClaimPage {
    let whole = "Enter a whole number, or nothing.";
    let photos: u8 = form
        .read("photos", "Enter a number from 0 to 8.", errors)
        .unwrap_or(0);
    let flow = |flow: Flow| {
        let kept = before.offered(flow).map_or(0, |offered| offered.photos);
        let asked = matches!(flow, Flow::Defective | Flow::WrongProduct);
        OfferedFlow {
            flow,
            photos: if asked { photos } else { kept },
        }
    };
    // In the order in which they were, and new ones behind.
    let mut order: Vec<Flow> = before.flows.iter().map(|offered| offered.flow).collect();
    order.extend(
        Flow::ALL
            .into_iter()
            .filter(|flow| before.offered(*flow).is_none()),
    );
    let ticked = |flow: &Flow| form.all("flow").any(|name| name == flow.as_str());
    ClaimPage {
        enabled: form.ticked("enabled"),
        flows: order.into_iter().filter(ticked).map(flow).collect(),
        reasons: json(form, "reasons", errors),
        resolutions: lines(form.text("resolutions")),
        filing_days: form.read("filing_days", whole, errors),
        value_threshold: form.read("value_threshold", whole, errors),
        repeat_claims: form.read("repeat_claims", whole, errors),
        texts: json(form, "texts", errors),
        language: form.given("language").unwrap_or("en").to_owned(),
        color: form.given("color").map(str::to_owned),
        logo_url: form.given("logo_url").map(str::to_owned),
        frame_ancestors: lines(form.text("frame_ancestors")),
    }
}

fn json<T: DeserializeOwned + Default>(form: &Form, name: &str, errors: &mut Errors) -> T {
    let Some(text) = form.given(name) else {
        return T::default();
    };
    serde_json::from_str(text).unwrap_or_else(|error| {
        errors.add(
            name,
            format!("This is not the JSON that is expected: {error}."),
        );
        T::default()
    })
}

/// The action's refusal, at the form's fields.
fn told(refusal: Refusal) -> Result<Errors, Refusal> {
    let Refusal::Invalid { key, errors } = refusal else {
        return Errors::of(refusal, &[], |_| None);
    };
    let field = |error: FieldError| {
        let field = error
            .field
            .strip_prefix("/claim_page")
            .unwrap_or(&error.field);
        let photos = field.starts_with("/flows/") && field.ends_with("/photos");
        let field = if photos { "/photos" } else { field };
        FieldError {
            field: field.to_owned(),
            message: error.message,
        }
    };
    let errors = errors.into_iter().map(field).collect();
    let known: Vec<&str> = FIELDS.into_iter().chain(["reasons", "texts"]).collect();
    Errors::of(Refusal::Invalid { key, errors }, &known, |_| None)
}

/// What the preview's frames show.
pub(crate) async fn preview(
    State(portal): Portal,
    Seen(scope): Seen<Admin>,
    request: Request,
) -> Reply {
    let (parts, _) = request.into_parts();
    let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
    let settings = settings(&portal, &query)?;
    let color = settings.color.clone().unwrap_or_default();
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("color", &color);
    let stylesheet = scope.path(&format!("/claim-page/look.css?{}", pairs.finish()));
    let shop = scope.shop();
    claim_page::preview(
        &portal,
        shop,
        settings,
        &parts,
        query.text("show"),
        stylesheet,
    )
}

/// Settings out of the frame's address, as far as they can be used: the same checks as when they are saved.
fn settings(_: &Arc<PortalState>, query: &Form) -> Result<ClaimPage, Refusal> {
    let page: ClaimPage = serde_json::from_str(query.text("settings")).unwrap_or_default();
    match shops::check_page(&page) {
        Ok(()) => Ok(page),
        Err(Refusal::Invalid { .. }) => Ok(ClaimPage::default()),
        Err(other) => Err(other),
    }
}

/// The colour of a preview, which is a colour and nothing else. Whoever asks: from within a sandboxed frame a browser sends
/// no cookie.
pub(crate) async fn look(axum::extract::RawQuery(query): axum::extract::RawQuery) -> Reply {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let page = ClaimPage {
        color: query.given("color").map(str::to_owned),
        ..ClaimPage::default()
    };
    let page = match shops::check_page(&page) {
        Ok(()) => page,
        Err(_) => ClaimPage::default(),
    };
    let headers = [
        (CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, claim_page::rules(&page)).into_response())
}
