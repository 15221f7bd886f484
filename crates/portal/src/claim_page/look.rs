//! What stands around the page: the shop's name or logo, its colour, the languages; and what browsers are told of it.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use claimwire_actions::claim_page::ClaimDesk;
use claimwire_model::ClaimPage;
use data_encoding::HEXLOWER;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use std::sync::Arc;

use super::texts::{Texts, languages};
use crate::assets;
use crate::failure::Failure;
use crate::state::PortalState;

/// Buttons of shops that name no colour.
const COLOR: &str = "#2f55d4";

/// A link to the same page in another language.
pub(super) struct Language {
    pub code: String,
    pub name: String,
    pub url: String,
    pub current: bool,
}

/// What the frame of every page shows.
pub(super) struct Look {
    pub shop: String,
    /// The path of the claim page.
    pub base: String,
    pub logo: Option<String>,
    /// Where the colour is; changes with it.
    pub stylesheet: String,
    pub languages: Vec<Language>,
    pub version: &'static str,
    pub texts: Texts,
}

impl Look {
    pub fn of(desk: &ClaimDesk<'_>, texts: &Texts, path: &str, query: &[(&str, &str)]) -> Self {
        let (shop, page) = (desk.shop(), desk.page());
        let base = format!("/{}/claim", shop.slug);
        let language = |(code, name): (String, String)| {
            let mut pairs = url::form_urlencoded::Serializer::new(String::new());
            pairs.extend_pairs(query).append_pair("lang", &code);
            Language {
                url: format!("{base}{path}?{}", pairs.finish()),
                current: code == texts.language,
                code,
                name,
            }
        };
        Self {
            shop: shop.name.clone(),
            logo: page.logo_url.clone(),
            stylesheet: format!(
                "{base}/look.css?v={}",
                HEXLOWER.encode(color(page).as_bytes())
            ),
            languages: languages(page).into_iter().map(language).collect(),
            version: assets::version(),
            texts: texts.clone(),
            base,
        }
    }

    pub fn say(&self, name: &str) -> String {
        self.texts.say(name)
    }

    pub fn with(&self, name: &str, placeholder: &str, value: impl std::fmt::Display) -> String {
        self.texts.with(name, placeholder, value)
    }
}

/// What browsers are told: as of the portal, and the shop's logo, and whose frames it may be in.
pub(super) fn policy(page: &ClaimPage) -> String {
    let logo = page.logo_url.as_deref().and_then(|logo| {
        let origin = url::Url::parse(logo).ok()?.origin();
        origin
            .is_tuple()
            .then(|| format!(" {}", origin.ascii_serialization()))
    });
    let ancestors: String = page
        .frame_ancestors
        .iter()
        .map(|origin| format!(" {origin}"))
        .collect();
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' blob:{}; form-action 'self'; \
         frame-ancestors 'self'{ancestors}; base-uri 'none'",
        logo.unwrap_or_default()
    )
}

fn color(page: &ClaimPage) -> String {
    let color = page.color.as_deref().unwrap_or(COLOR);
    color.to_ascii_lowercase()
}

/// The shop's colour, as a stylesheet of its own: there is no style in the pages.
pub(super) async fn stylesheet(
    State(portal): State<Arc<PortalState>>,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let desk = ClaimDesk::open(&portal.ports, &portal.admin_key_hash, &slug).await?;
    let text = rules(desk.page());
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("text/css; charset=utf-8"),
        ),
        (
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=86400"),
        ),
    ];
    Ok((headers, text).into_response())
}

/// The colour and the one of text on it; in the dark an edge, where the ground alone would not show it.
pub(crate) fn rules(page: &ClaimPage) -> String {
    let color = &*color(page);
    let [r, g, b] = channels(color);
    let on = if contrast(luminance([r, g, b]), 1.0) >= 4.5 {
        "#ffffff"
    } else {
        "#111111"
    };
    let deeper = [r, g, b].map(|channel| channel * 0.82);
    let [r2, g2, b2] = deeper.map(|channel| (channel * 255.0).round());
    // As text on a light ground, and as an edge on a dark one.
    let ink = readable([r, g, b], false);
    let light = readable([r, g, b], true);
    format!(
        ":root {{ --brand: {color}; --on-brand: {on}; --brand-strong: rgb({r2} {g2} {b2}); --ink: {ink}; }}\n\
         @media (prefers-color-scheme: dark) {{ :root {{ --ink: {light}; }} }}\n"
    )
}

fn channels(color: &str) -> [f64; 3] {
    let channel = |at: usize| {
        let hex = color.get(at..at + 2).unwrap_or("00");
        f64::from(u8::from_str_radix(hex, 16).unwrap_or(0)) / 255.0
    };
    [channel(1), channel(3), channel(5)]
}

/// Relative luminance (WCAG 2.2).
fn luminance(channels: [f64; 3]) -> f64 {
    let [r, g, b] = channels.map(|c| {
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colour, made darker on a light ground or lighter on a dark one until text in it can be read (4.5 to 1).
fn readable(channels: [f64; 3], dark: bool) -> String {
    let (ground, towards) = if dark { (0.012, 1.0) } else { (0.9, 0.0) };
    let mixed = |share: f64| channels.map(|c| c + (towards - c) * share);
    let steps = (0..=20_u32).map(|step| mixed(f64::from(step) / 20.0));
    let good = steps
        .into_iter()
        .find(|channels| contrast(luminance(*channels), ground) >= 4.5);
    let [r, g, b] = good
        .unwrap_or([towards; 3])
        .map(|channel| (channel * 255.0).round());
    format!("rgb({r} {g} {b})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_a_colour_can_be_read() {
        let rules = |color: &str| {
            super::rules(&ClaimPage {
                color: Some(color.to_owned()),
                ..ClaimPage::default()
            })
        };
        assert!(rules("#2f55d4").contains("--on-brand: #ffffff"));
        assert!(rules("#ffe100").contains("--on-brand: #111111"));
        for color in ["#000000", "#ffffff", "#ffe100", "#2f55d4", "#777777"] {
            let ink = readable(channels(color), false);
            let parts: Vec<f64> = ink
                .trim_matches(|c: char| !c.is_ascii_digit())
                .split(' ')
                .map(|part| part.parse::<f64>().unwrap() / 255.0)
                .collect();
            let ink = luminance([parts[0], parts[1], parts[2]]);
            assert!(contrast(ink, 0.9) >= 4.4, "{color}");
        }
    }

    #[test]
    fn only_what_a_shop_names_is_let_in() {
        let page: ClaimPage = serde_json::from_str(
            r#"{"logo_url": "https://cdn.shop.example/a/logo.png", "frame_ancestors": ["https://shop.example"]}"#,
        )
        .unwrap();
        let policy = policy(&page);
        assert!(
            policy.contains("img-src 'self' blob: https://cdn.shop.example;"),
            "{policy}"
        );
        assert!(
            policy.contains("frame-ancestors 'self' https://shop.example;"),
            "{policy}"
        );
        assert!(!super::policy(&ClaimPage::default()).contains("https:"));
    }
}
