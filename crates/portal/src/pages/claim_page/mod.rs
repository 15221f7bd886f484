//! Settings → Claim page: the page on which customers file claims, set up beside a preview of it.

mod flows;
pub(crate) mod preview;
mod reasons;
mod texts;

use askama::Template;
use axum::extract::RawQuery;
use claimwire_actions::{Admin, FieldError, Refusal, shops};
use claimwire_model::{ClaimPage, Timestamp};
use http::HeaderValue;
use http::header::CONTENT_SECURITY_POLICY;

use self::flows::FlowRow;
use self::reasons::ReasonRow;
use self::texts::TextsRow;
use crate::access::{Posted, Scope, Seen};
use crate::claim_page::languages;
use crate::failure::{Reply, page, refused, to};
use crate::form::{Errors, Form, SEEN, lines};
use crate::frame::{Frame, Section};
use crate::state::Portal;

/// As of every page, and our own preview in its frames.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
    frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The fields that errors are told at, beside those of flows, reasons and texts.
const FIELDS: [&str; 9] = [
    "flows",
    "resolutions",
    "filing_days",
    "value_threshold",
    "repeat_claims",
    "color",
    "logo_url",
    "language",
    "frame_ancestors",
];

#[derive(Template)]
#[template(path = "pages/claim_page/show.html")]
struct SettingsPage {
    frame: Frame,
    on: bool,
    url: String,
    form: Form,
    errors: Errors,
    flows: Vec<FlowRow>,
    reasons: Vec<ReasonRow>,
    /// The group of the next reason.
    next_reason: usize,
    texts: Vec<TextsRow>,
    own_texts: bool,
    languages: Vec<(String, String)>,
    /// The settings as the preview gets them.
    query: String,
}

/// The settings as they were typed, and the fields that its reasons came from.
struct Typed {
    settings: ClaimPage,
    reasons: Vec<ReasonRow>,
}

/// The settings as they are, and when the shop last changed.
fn saved(scope: &Scope<Admin>, portal: &Portal) -> (ClaimPage, Timestamp) {
    let view = shops::show(&scope.on(portal).viewer());
    let page = view.claim_page.map(|page| (*page).clone());
    (page.unwrap_or_default(), view.updated_at)
}

/// The settings as they are.
pub(crate) async fn show(
    portal: Portal,
    Seen(scope): Seen<Admin>,
    RawQuery(query): RawQuery,
) -> Reply {
    let query = Form::parse(query.unwrap_or_default().as_bytes());
    let (page_of, at) = saved(&scope, &portal);
    let form = filled(&page_of, at);
    let shown = view(&portal, &scope, form, &page_of, Errors::default());
    let frame = shown.frame.done(query.text("done"));
    framed(page(&SettingsPage { frame, ..shown })?)
}

/// Saves what was typed, shows what it would look like, or gives one more reason's fields.
pub(crate) async fn save(portal: Portal, posted: Posted<Admin>) -> Reply {
    let Posted { scope, mut form } = posted;
    let (before, at) = saved(&scope, &portal);
    if form.is("do", "reason") {
        reasons::add(&mut form);
        let settings = read(&form, &before, &mut Errors::default()).settings;
        return framed(page(&view(
            &portal,
            &scope,
            form,
            &settings,
            Errors::default(),
        ))?);
    }
    let mut errors = Errors::default();
    if !form.is("do", "preview") {
        form.is_of_now(&filled(&before, at), "claim page", &mut errors);
    }
    let typed = read(&form, &before, &mut errors);
    if errors.is_empty() {
        let checked = match form.is("do", "preview") {
            true => shops::check_page(&typed.settings),
            false => keep(&portal, &scope, &typed.settings).await,
        };
        match checked {
            Ok(()) if form.is("do", "preview") => {}
            Ok(()) => return Ok(to(&scope.path("/claim-page?done=saved"))),
            Err(refusal) => errors = told(refusal, &form, &typed)?,
        }
    }
    let shown = view(&portal, &scope, form, &typed.settings, errors);
    framed(match shown.errors.is_empty() {
        true => page(&shown)?,
        false => refused(&shown)?,
    })
}

async fn keep(portal: &Portal, scope: &Scope<Admin>, settings: &ClaimPage) -> Result<(), Refusal> {
    let json = serde_json::json!({"claim_page": settings});
    let patch = serde_json::from_value(json).map_err(|e| Refusal::Failed(e.to_string()))?;
    shops::update(&scope.on(portal), patch).await.map(|_| ())
}

fn view(
    portal: &Portal,
    scope: &Scope<Admin>,
    form: Form,
    settings: &ClaimPage,
    errors: Errors,
) -> SettingsPage {
    let shop = shops::show(&scope.on(portal).viewer());
    let languages = languages(settings);
    let language = form.given("show_language").unwrap_or(&settings.language);
    let texts = texts::rows(settings);
    let reasons = reasons::rows(&form);
    let fields = texts.iter().map(|row| row.field.as_str());
    let own_texts = fields
        .chain(["new_texts", "new_language"])
        .any(|field| errors.at(field).is_some() || form.given(field).is_some());
    SettingsPage {
        frame: scope.frame(portal, Section::ClaimPage),
        on: shop.claim_page.is_some_and(|page| page.enabled),
        url: format!("{}/{}/claim", portal.ports.public_url, shop.slug),
        flows: flows::rows(settings, &errors),
        next_reason: reasons.len(),
        reasons,
        own_texts,
        texts,
        query: preview::query(settings, form.text("show"), language),
        languages,
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
fn filled(page: &ClaimPage, at: Timestamp) -> Form {
    let mut form = Form::default();
    let number = |number: Option<u64>| number.map_or_else(String::new, |n| n.to_string());
    if page.enabled {
        form.put("enabled", "yes");
    }
    flows::fill(&mut form, page);
    form.put("resolutions", page.resolutions.join("\n"));
    form.put("filing_days", number(page.filing_days.map(u64::from)));
    form.put("value_threshold", number(page.value_threshold));
    form.put("repeat_claims", number(page.repeat_claims.map(u64::from)));
    form.put("color", page.color.clone().unwrap_or_default());
    form.put("logo_url", page.logo_url.clone().unwrap_or_default());
    form.put("language", page.language.clone());
    form.put("show_language", page.language.clone());
    form.put("frame_ancestors", page.frame_ancestors.join("\n"));
    reasons::fill(&mut form, &page.reasons);
    texts::fill(&mut form, page);
    form.put(SEEN, at.to_string());
    form
}

fn read(form: &Form, before: &ClaimPage, errors: &mut Errors) -> Typed {
    let whole = "Enter a whole number, or nothing.";
    let language = form.given("language").unwrap_or("en").to_owned();
    let (own, reasons) = reasons::read(form, &language, errors);
    let settings = ClaimPage {
        enabled: form.ticked("enabled"),
        flows: flows::read(form, before, errors),
        reasons: own,
        resolutions: lines(form.text("resolutions")),
        filing_days: form.read("filing_days", whole, errors),
        value_threshold: form.read("value_threshold", whole, errors),
        repeat_claims: form.read("repeat_claims", whole, errors),
        texts: texts::read(form, errors),
        language,
        color: form.given("color").map(str::to_owned),
        logo_url: form.given("logo_url").map(str::to_owned),
        frame_ancestors: lines(form.text("frame_ancestors")),
    };
    Typed { settings, reasons }
}

/// The action's refusal, at the form's fields.
fn told(refusal: Refusal, form: &Form, typed: &Typed) -> Result<Errors, Refusal> {
    let Refusal::Invalid { key, errors } = refusal else {
        return Errors::of(refusal, &[], |_| None);
    };
    let field = |error: FieldError| {
        let pointer = error.field.strip_prefix("/claim_page");
        let pointer = pointer.unwrap_or(&error.field);
        let own = flows::field_at(&typed.settings, pointer)
            .or_else(|| reasons::field(&typed.reasons, pointer))
            .or_else(|| texts::field(form, pointer));
        FieldError {
            field: own.map_or_else(|| pointer.to_owned(), |own| format!("/{own}")),
            message: error.message,
        }
    };
    let errors: Vec<_> = errors.into_iter().map(field).collect();
    let named: Vec<String> = errors
        .iter()
        .filter_map(|error| error.field.strip_prefix('/'))
        .filter(|name| form.ticked(name))
        .map(str::to_owned)
        .collect();
    let known = FIELDS.into_iter().chain(named.iter().map(String::as_str));
    let known: Vec<&str> = known.collect();
    Errors::of(Refusal::Invalid { key, errors }, &known, |_| None)
}
