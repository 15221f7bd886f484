//! Which form a request's answer is to have.

use std::sync::atomic::{AtomicBool, Ordering};

use claimwire_model::ApiDialect;
use http::HeaderMap;
use http::header::ACCEPT;

/// Asks for Karla's form.
const KARLA: &str = "application/vnd.karla+json";
/// Asks for ours, whatever the shop has set.
const CLAIMWIRE: &str = "application/vnd.claimwire+json";

/// The form in which a request is to be answered.
#[derive(Debug, Default)]
pub struct Form {
    karla: AtomicBool,
    /// The request says it itself.
    said: bool,
}

impl Form {
    pub(crate) fn asked(headers: &HeaderMap) -> Self {
        let karla = accepts(headers, KARLA);
        Self {
            karla: AtomicBool::new(karla),
            said: karla || accepts(headers, CLAIMWIRE),
        }
    }

    /// Whether it is Karla's.
    #[must_use]
    pub fn is_karla(&self) -> bool {
        self.karla.load(Ordering::Relaxed)
    }

    /// The caller is inside a shop with this setting.
    pub(crate) fn enter(&self, dialect: ApiDialect) {
        if dialect == ApiDialect::Karla && !self.said {
            self.karla.store(true, Ordering::Relaxed);
        }
    }
}

/// Whether one of the media types that the request accepts is this one.
fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let values = headers.get_all(ACCEPT).into_iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|essence| essence.trim().eq_ignore_ascii_case(media_type))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn asked(accept: &'static str) -> Form {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        Form::asked(&headers)
    }

    #[test]
    fn the_request_goes_before_the_shop() {
        for (accept, alone, in_a_karla_shop) in [
            ("*/*", false, true),
            ("application/json", false, true),
            ("text/html, Application/Vnd.Karla+JSON; q=0.9", true, true),
            ("application/vnd.claimwire+json", false, false),
            ("application/vnd.karla+jsonx", false, true),
        ] {
            let form = asked(accept);
            assert_eq!(form.is_karla(), alone, "{accept}");
            form.enter(ApiDialect::Claimwire);
            assert_eq!(form.is_karla(), alone, "{accept}");
            form.enter(ApiDialect::Karla);
            assert_eq!(form.is_karla(), in_a_karla_shop, "{accept}");
        }
    }
}
