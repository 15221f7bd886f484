//! A browser without JavaScript: it keeps its cookie, and sends a form with the token of the page before.

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What came back.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Page {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// Asserts that it is this status.
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.told());
        self
    }

    /// Asserts that the page says this, as it is in HTML.
    pub fn says(self, text: &str) -> Self {
        assert!(self.body.contains(text), "no `{text}` in {}", self.told());
        self
    }

    pub fn says_not(self, text: &str) -> Self {
        assert!(!self.body.contains(text), "`{text}` in {}", self.body);
        self
    }

    /// What it says of errors, or else its beginning.
    fn told(&self) -> &str {
        let from = self.body.find("id=\"summary\"").unwrap_or_default();
        let told = self.body.get(from..).unwrap_or_default();
        told.get(..2_000).unwrap_or(told)
    }

    /// The value of the page's first field of this name.
    pub fn value(&self, name: &str) -> &str {
        let from = self.body.split(&format!("name=\"{name}\" ")).nth(1);
        let from = from.unwrap_or_else(|| panic!("no field {name} in {}", self.body));
        let value = from.split("value=\"").nth(1).unwrap();
        value.split('"').next().unwrap()
    }
}

pub struct Browser<'a> {
    router: &'a Router,
    pub cookie: Option<String>,
    /// The token that the last page's forms had.
    pub form_token: String,
    /// Sent with every request.
    pub headers: Vec<(&'static str, String)>,
}

impl<'a> Browser<'a> {
    pub fn new(router: &'a Router) -> Self {
        Self {
            router,
            cookie: None,
            form_token: String::new(),
            headers: vec![("host", "portal.test".to_owned())],
        }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send("GET", path, None).await
    }

    /// Sends a form with the token of this session, as its pages hold it.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        if self.form_token.is_empty() {
            let home = self.get("/portal/").await;
            let shop = home.location().to_owned();
            self.get(&shop).await;
        }
        let token = self.form_token.clone();
        let fields: Vec<_> = fields
            .iter()
            .copied()
            .chain([("form_token", token.as_str())])
            .collect();
        self.post(path, &fields).await
    }

    /// Sends a form as it is.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        self.send("POST", path, Some(body.finish())).await
    }

    /// The first part of an answer that goes on.
    pub async fn first_part(&mut self, path: &str) -> String {
        let mut request = Request::builder().uri(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let request = request.body(Body::empty()).unwrap();
        let mut response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
        let part = response.body_mut().frame().await.unwrap().unwrap();
        String::from_utf8(part.into_data().unwrap().to_vec()).unwrap()
    }

    pub async fn send(&mut self, method: &str, path: &str, form: Option<String>) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if form.is_some() {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let request = request.body(Body::from(form.unwrap_or_default())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        if let Some(cookie) = parts.headers.get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            let ended = cookie.ends_with('=');
            self.cookie = (!ended).then(|| cookie.to_owned());
        }
        let page = Page {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        if page.body.contains("name=\"form_token\"") {
            self.form_token = page.value("form_token").to_owned();
        }
        page
    }
}
