//! Request Tracker on loopback, asked by its own API.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};

use claimwire_testkit::{Received, Receiver, Reply};
use data_encoding::BASE64;
use serde_json::Value;

/// A running RT with the queue `Claims`. It ends with the process that started it, by the end of its standard input.
pub struct Tracker {
    process: Child,
    runtime: tokio::runtime::Runtime,
    pub url: String,
    /// Of a user with the rights that the guide names.
    pub token: String,
    /// Of one without the right to comment.
    pub mute_token: String,
    /// Of one who only sees the queue.
    pub blind_token: String,
}

/// One part of what came to a ticket.
pub struct Attachment {
    /// Empty for what is no file.
    pub name: String,
    pub content_type: String,
    pub content: Vec<u8>,
}

impl Tracker {
    /// The one that all tests share.
    pub fn shared() -> &'static Self {
        static TRACKER: LazyLock<Tracker> = LazyLock::new(Tracker::start);
        &TRACKER
    }

    fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/helpdesk/run-rt");
        let mut process = Command::new(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = lines
            .next()
            .expect("Request Tracker does not start")
            .unwrap();
        let words: Vec<String> = ready.split(' ').map(str::to_owned).collect();
        let [_, url, token, mute_token, blind_token] = words.try_into().unwrap();
        Self {
            process,
            runtime: tokio::runtime::Runtime::new().unwrap(),
            url,
            token,
            mute_token,
            blind_token,
        }
    }

    /// A server of these files by their paths; what else is asked of it is nowhere.
    pub fn photos<const N: usize>(&self, files: [(&str, Vec<u8>); N]) -> Receiver {
        let receiver = self.runtime.block_on(Receiver::start()).unwrap();
        receiver.reply_always(404);
        for (path, bytes) in files {
            receiver.reply_at(path, Reply::status(200).with_body(bytes));
        }
        receiver
    }

    /// The answer to a GET, which must be good.
    pub fn get(&self, path: &str) -> Value {
        let (status, body) = forward(
            "GET",
            &format!("{}/REST/2.0{path}", self.url),
            &self.token,
            "",
            &[],
        );
        let text = String::from_utf8_lossy(&body);
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The id of the claim's ticket, of which there is one.
    pub fn only_ticket_of(&self, claim: &Value) -> String {
        let query = format!("Subject LIKE '{}'", claim["id"].as_str().unwrap());
        let query = query.replace(' ', "%20").replace('\'', "%27");
        let found = self.get(&format!("/tickets?query={query}"));
        assert_eq!(found["total"], 1, "{found}");
        found["items"][0]["id"].as_str().unwrap().to_owned()
    }

    /// All parts of a ticket, oldest first.
    pub fn attachments(&self, id: &str) -> Vec<Attachment> {
        let list = self.get(&format!(
            "/ticket/{id}/attachments?orderby=id&order=ASC&per_page=100"
        ));
        let ids = list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["id"].as_str().unwrap());
        let mut all: Vec<(u64, Attachment)> = Vec::new();
        for id in ids {
            let one = self.get(&format!("/attachment/{id}"));
            let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            let content: String = text("Content").split_whitespace().collect();
            all.push((
                id.parse().unwrap(),
                Attachment {
                    name: text("Filename"),
                    content_type: text("ContentType"),
                    content: BASE64.decode(content.as_bytes()).unwrap(),
                },
            ));
        }
        all.sort_by_key(|(id, _)| *id);
        all.into_iter().map(|(_, one)| one).collect()
    }

    /// What happened to a ticket: `Create`, `Comment`, …
    pub fn kinds(&self, id: &str) -> Vec<String> {
        let list = self.get(&format!("/ticket/{id}/history?fields=Type&per_page=100"));
        let items = list["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["Type"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A proxy before RT that can keep an answer for itself.
pub struct Between {
    receiver: Receiver,
    /// What the path of the call ends with whose answer is lost next.
    lose: Arc<Mutex<Option<String>>>,
}

impl Between {
    pub fn start(tracker: &Tracker) -> Self {
        let lose = Arc::new(Mutex::new(None::<String>));
        let (shared, url, token) = (
            Arc::clone(&lose),
            tracker.url.clone(),
            tracker.token.clone(),
        );
        let answer = move |received: &Received| {
            let content_type = received.header("content-type").unwrap_or_default();
            let to = format!("{url}{}", received.path);
            let (status, body) =
                forward(&received.method, &to, &token, content_type, &received.body);
            let is_lost =
                |end: &mut String| received.method == "POST" && received.path.ends_with(&**end);
            match shared.lock().unwrap().take_if(is_lost) {
                Some(_) => Reply::Hang,
                None => Reply::status(status).with_body(body),
            }
        };
        let receiver = tracker
            .runtime
            .block_on(Receiver::start_with(answer))
            .unwrap();
        Self { receiver, lose }
    }

    pub fn url(&self) -> String {
        self.receiver.url("")
    }

    /// The next POST to a path that ends so reaches RT, but its answer is never heard.
    pub fn lose_answer_to(&self, end: &str) {
        *self.lose.lock().unwrap() = Some(end.to_owned());
    }

    /// Returns when RT has answered it.
    pub fn wait_until_lost(&self) {
        while self.lose.lock().unwrap().is_some() {
            std::thread::yield_now();
        }
    }
}

fn forward(
    method: &str,
    url: &str,
    token: &str,
    content_type: &str,
    body: &[u8],
) -> (u16, Vec<u8>) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(url)
        .header("Authorization", format!("token {token}"));
    if !content_type.is_empty() {
        request = request.header("Content-Type", content_type);
    }
    let mut answer = agent.run(request.body(body.to_vec()).unwrap()).unwrap();
    let status = answer.status().as_u16();
    let body = answer.body_mut().with_config().limit(64 * 1024 * 1024);
    (status, body.read_to_vec().unwrap())
}
