//! A mail server on loopback (RFC 5321) that keeps what it is sent: with STARTTLS (RFC 3207) or TLS from
//! the first byte, and AUTH PLAIN and LOGIN (RFC 4954), as it is told.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use data_encoding::BASE64;
use rustls::ServerConfig;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// A wait for mails ends with an error after this.
const WAIT_AT_MOST: Duration = Duration::from_secs(180);

/// How the server is.
#[derive(Clone, Default)]
pub struct Manner {
    /// Offers STARTTLS with this certificate, and takes no mail without it.
    pub starttls: Option<Arc<ServerConfig>>,
    /// Speaks TLS from the first byte.
    pub tls: Option<Arc<ServerConfig>>,
    /// Takes no mail before this user has given this password.
    pub login: Option<(String, String)>,
}

/// A mail as it came.
#[derive(Debug, Clone)]
pub struct Mail {
    /// `MAIL FROM`.
    pub from: String,
    /// `RCPT TO`.
    pub to: Vec<String>,
    /// Headers and body, lines ended by `\n`, dots unstuffed.
    pub data: String,
    /// It came over TLS.
    pub secure: bool,
    /// Who had logged in.
    pub user: Option<String>,
}

#[derive(Default)]
struct State {
    mails: Vec<Mail>,
    refusals: VecDeque<String>,
    cuts: usize,
}

struct Shared {
    manner: Manner,
    state: Mutex<State>,
    came: Notify,
    gone: AtomicUsize,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running mail server; dropping it closes its listener and its connections.
pub struct MailServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: AbortHandle,
}

impl MailServer {
    /// Listens on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn start(manner: Manner) -> io::Result<Self> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), manner).await
    }

    /// Listens there: where one listened before, say.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start_at(address: SocketAddr, manner: Manner) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            manner,
            state: Mutex::default(),
            came: Notify::new(),
            gone: AtomicUsize::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared))).abort_handle();
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next mails are answered with these lines instead of being taken.
    pub fn refuse_next<'a>(&self, replies: impl IntoIterator<Item = &'a str>) {
        let replies = replies.into_iter().map(str::to_owned);
        self.shared.state().refusals.extend(replies);
    }

    /// So many next mails are taken, and the connection is closed instead of an answer.
    pub fn cut_next(&self, mails: usize) {
        self.shared.state().cuts = mails;
    }

    /// How many of the refusals have not been given yet.
    #[must_use]
    pub fn refusals_left(&self) -> usize {
        self.shared.state().refusals.len()
    }

    /// How many clients have come and gone.
    #[must_use]
    pub fn gone(&self) -> usize {
        self.shared.gone.load(Ordering::SeqCst)
    }

    /// What has been taken so far.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.state().mails.clone()
    }

    /// All mails so far as soon as there are `count`.
    ///
    /// # Errors
    /// They did not come in time.
    pub async fn wait_for(&self, count: usize) -> io::Result<Vec<Mail>> {
        let enough = async {
            loop {
                let came = self.shared.came.notified();
                let mails = self.mails();
                if mails.len() >= count {
                    return mails;
                }
                came.await;
            }
        };
        let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the mails did not come");
        tokio::time::timeout(WAIT_AT_MOST, enough)
            .await
            .map_err(late)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut open = JoinSet::new();
    while let Ok((tcp, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        open.spawn(async move {
            // A client that breaks off is no concern of the server.
            let _ = serve(tcp, &shared).await;
            shared.gone.fetch_add(1, Ordering::SeqCst);
        });
        while open.try_join_next().is_some() {}
    }
}

async fn serve(tcp: TcpStream, shared: &Shared) -> io::Result<()> {
    if let Some(config) = &shared.manner.tls {
        let tls = TlsAcceptor::from(Arc::clone(config)).accept(tcp).await?;
        let mut session = Session::new(tls, shared, true);
        session.say("220 mail.test ESMTP").await?;
        return session.run().await.map(drop);
    }
    let mut session = Session::new(tcp, shared, false);
    session.say("220 mail.test ESMTP").await?;
    if let (true, Some(config)) = (session.run().await?, &shared.manner.starttls) {
        let tcp = session.stream.into_inner();
        let tls = TlsAcceptor::from(Arc::clone(config)).accept(tcp).await?;
        Session::new(tls, shared, true).run().await?;
    }
    Ok(())
}

struct Session<'a, S> {
    stream: BufReader<S>,
    shared: &'a Shared,
    secure: bool,
    user: Option<String>,
    from: String,
    to: Vec<String>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Session<'a, S> {
    fn new(stream: S, shared: &'a Shared, secure: bool) -> Self {
        Self {
            stream: BufReader::new(stream),
            shared,
            secure,
            user: None,
            from: String::new(),
            to: Vec::new(),
        }
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        let line = format!("{line}\r\n");
        self.stream.get_mut().write_all(line.as_bytes()).await
    }

    async fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// True: the client goes on with TLS.
    async fn run(&mut self) -> io::Result<bool> {
        loop {
            let line = self.hear().await?;
            let verb = line.split(' ').next().unwrap_or_default();
            let starttls = self.shared.manner.starttls.is_some() && !self.secure;
            match verb.to_ascii_uppercase().as_str() {
                "EHLO" => {
                    self.say("250-mail.test").await?;
                    if starttls {
                        self.say("250-STARTTLS").await?;
                    }
                    if self.shared.manner.login.is_some() && !starttls {
                        self.say("250-AUTH PLAIN LOGIN").await?;
                    }
                    self.say("250 8BITMIME").await?;
                }
                "HELO" | "NOOP" => self.say("250 mail.test").await?,
                "RSET" => {
                    self.to.clear();
                    self.say("250 as new").await?;
                }
                "STARTTLS" if starttls => {
                    self.say("220 go on").await?;
                    return Ok(true);
                }
                "AUTH" => self.login(&line).await?,
                "MAIL" if starttls => self.say("530 STARTTLS first").await?,
                "MAIL" if self.shared.manner.login.is_some() && self.user.is_none() => {
                    self.say("530 log in first").await?;
                }
                "MAIL" => {
                    self.from = address(&line);
                    self.to.clear();
                    self.say("250 go on").await?;
                }
                "RCPT" => {
                    self.to.push(address(&line));
                    self.say("250 go on").await?;
                }
                "DATA" => self.take().await?,
                "QUIT" => {
                    self.say("221 bye").await?;
                    return Ok(false);
                }
                _ => self.say("502 not here").await?,
            }
        }
    }

    async fn login(&mut self, line: &str) -> io::Result<()> {
        let decoded = |text: &str| {
            let bytes = BASE64.decode(text.as_bytes()).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let mut words = line.split(' ').skip(1);
        let given = match (words.next(), words.next()) {
            (Some("PLAIN"), Some(initial)) => {
                let text = decoded(initial);
                let mut parts = text.split('\0').skip(1).map(str::to_owned);
                parts.next().zip(parts.next())
            }
            (Some("LOGIN"), None) => {
                self.say("334 VXNlcm5hbWU6").await?;
                let user = decoded(&self.hear().await?);
                self.say("334 UGFzc3dvcmQ6").await?;
                Some((user, decoded(&self.hear().await?)))
            }
            _ => None,
        };
        if given.is_some() && given == self.shared.manner.login {
            self.user = given.map(|(user, _)| user);
            self.say("235 welcome").await
        } else {
            self.say("535 not you").await
        }
    }

    async fn take(&mut self) -> io::Result<()> {
        self.say("354 go on").await?;
        let mut data = String::new();
        loop {
            let line = self.hear().await?;
            if line == "." {
                break;
            }
            data.push_str(line.strip_prefix('.').unwrap_or(&line));
            data.push('\n');
        }
        let (refusal, cut) = {
            let mut state = self.shared.state();
            let refusal = state.refusals.pop_front();
            if refusal.is_none() {
                state.mails.push(Mail {
                    from: self.from.clone(),
                    to: self.to.clone(),
                    data,
                    secure: self.secure,
                    user: self.user.clone(),
                });
            }
            let cut = state.cuts > 0;
            state.cuts -= usize::from(cut);
            (refusal, cut)
        };
        self.shared.came.notify_waiters();
        if cut {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        self.say(refusal.as_deref().unwrap_or("250 taken")).await
    }
}

/// What stands in angle brackets.
fn address(line: &str) -> String {
    let inner = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or_else(String::new, |(address, _)| address.to_owned())
}
