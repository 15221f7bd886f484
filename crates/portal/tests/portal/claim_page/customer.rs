//! A customer: follows redirects, fills in the form of the page they see, and goes back.

use axum::body::Body;
use http::Request;
use http::header::{CONTENT_TYPE, LOCATION};
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::common::{Browser, Page, World};

pub struct Customer<'a> {
    browser: Browser<'a>,
    world: &'a World,
    /// Where they are.
    pub path: String,
    pub page: Page,
}

impl<'a> Customer<'a> {
    /// At the beginning of a shop's page.
    pub async fn at(world: &'a World, path: &str) -> Self {
        let mut browser = world.browser();
        let page = browser.get(path).await;
        let mut customer = Self {
            browser,
            world,
            path: path.to_owned(),
            page,
        };
        customer.follow().await;
        customer
    }

    /// Someone who said which order is theirs.
    pub async fn of_order(world: &'a World) -> Self {
        let mut customer = Self::at(world, "/acme/claim").await;
        customer
            .says(&[("order", "1001"), ("proof", "10115")])
            .await;
        customer.sees("What is the problem?");
        customer
    }

    async fn follow(&mut self) {
        for _ in 0..5 {
            if self.page.status != 303 {
                return;
            }
            let to = self.page.location().to_owned();
            self.goes(&to).await;
        }
        panic!("redirected for ever, at last to {}", self.path);
    }

    pub async fn goes(&mut self, path: &str) {
        self.path = path.split('#').next().unwrap().to_owned();
        self.page = self.browser.get(&self.path).await;
        Box::pin(self.follow()).await;
    }

    /// Where the page's form goes.
    pub fn action(&self) -> String {
        let rest = self.page.body.split("action=\"").nth(1);
        let rest = rest.unwrap_or_else(|| panic!("no form in {}", self.page.body));
        rest.split('"')
            .next()
            .unwrap()
            .replace("&amp;", "&")
            .replace("&#38;", "&")
    }

    /// Sends the page's form with these fields.
    pub async fn says(&mut self, fields: &[(&str, &str)]) {
        let action = self.action();
        self.says_to(&action, fields).await;
    }

    /// Sends the page's form and stays: where it leads.
    pub async fn sends(&mut self) -> String {
        let action = self.action();
        let page = self.browser.post(&action, &[]).await;
        page.location().to_owned()
    }

    pub async fn says_to(&mut self, action: &str, fields: &[(&str, &str)]) {
        self.page = self.browser.post(action, fields).await;
        self.path = action.to_owned();
        self.follow().await;
    }

    /// Sends the page's form with files.
    pub async fn uploads(&mut self, files: &[&[u8]], button: (&str, &str)) {
        let mut body = Vec::new();
        for file in files {
            body.extend_from_slice(
                b"--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n",
            );
            body.extend_from_slice(file);
            body.extend_from_slice(b"\r\n");
        }
        let (name, value) = button;
        let field = format!(
            "--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n--x--\r\n"
        );
        body.extend_from_slice(field.as_bytes());
        let request = Request::post(self.action())
            .header(CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body))
            .unwrap();
        let response = self.world.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        assert!(parts.headers.contains_key(LOCATION) || !body.is_empty());
        self.page = Page {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        self.follow().await;
    }

    #[track_caller]
    pub fn sees(&self, text: &str) {
        assert!(
            self.page.body.contains(text),
            "no `{text}` at {}: {}",
            self.path,
            self.page.body
        );
    }

    #[track_caller]
    pub fn sees_not(&self, text: &str) {
        assert!(!self.page.body.contains(text), "`{text}` at {}", self.path);
    }

    /// Goes where the link with this text leads.
    pub async fn follows(&mut self, text: &str) {
        let before = self.page.body.split(&format!(">{text}")).next().unwrap();
        assert!(
            before.len() < self.page.body.len(),
            "no {text} in {}",
            self.page.body
        );
        let to = before.rsplit("href=\"").next().unwrap();
        let to = to
            .split('"')
            .next()
            .unwrap()
            .replace("&amp;", "&")
            .replace("&#38;", "&");
        self.goes(&to).await;
    }
}
