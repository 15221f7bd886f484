//! A name server on loopback that does as it is told, by UDP and TCP.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;

/// What is said of a name.
#[derive(Clone)]
pub enum Says {
    /// These addresses, good for so many seconds.
    Addresses(Vec<IpAddr>, u32),
    /// The same, but by UDP only that there is more than fits.
    ByTcp(Vec<IpAddr>, u32),
    /// The same for one family; nothing at all for the other.
    NothingOfV6(Vec<IpAddr>),
    /// There is no such name.
    NoSuchName,
    /// It could not be found out.
    Failure,
    /// Nothing.
    Nothing,
}

/// The server. What it was not told of is [`Says::Nothing`]; the root it answers for, as all do.
#[derive(Clone)]
pub struct NameServer {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    changed: Arc<watch::Sender<()>>,
}

#[derive(Default)]
struct State {
    says: HashMap<String, Says>,
    asked: HashMap<String, usize>,
    dead: bool,
}

impl NameServer {
    pub async fn start() -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let udp = UdpSocket::bind(address).await.unwrap();
        let server = Self {
            address,
            state: Arc::default(),
            changed: Arc::new(watch::Sender::new(())),
        };
        tokio::spawn(by_udp(server.clone(), udp));
        tokio::spawn(by_tcp(server.clone(), tcp));
        server
    }

    /// From now on; names are given without the last dot.
    pub fn says(&self, name: &str, says: Says) {
        let mut state = self.state.lock().unwrap();
        state.says.insert(name.to_owned(), says);
    }

    pub fn leads_to(&self, name: &str, addresses: &[&str], seconds: u32) {
        let addresses = addresses.iter().map(|one| one.parse().unwrap()).collect();
        self.says(name, Says::Addresses(addresses, seconds));
    }

    /// It answers nothing any more, or again.
    pub fn is_dead(&self, dead: bool) {
        self.state.lock().unwrap().dead = dead;
    }

    /// How many IPv4 addresses of a name it was asked for.
    pub fn asked(&self, name: &str) -> usize {
        let state = self.state.lock().unwrap();
        state.asked.get(name).copied().unwrap_or_default()
    }

    /// How many names it was asked for the IPv4 addresses of.
    pub fn names(&self) -> usize {
        self.state.lock().unwrap().asked.len()
    }

    /// Until it was asked for so many names.
    pub async fn wait_for(&self, names: usize) {
        let mut changed = self.changed.subscribe();
        while self.names() < names {
            changed.changed().await.unwrap();
        }
    }

    /// The answer to a question, if it gives one.
    fn answer(&self, question: &[u8], tcp: bool) -> Option<Vec<u8>> {
        const A: u16 = 1;
        let (name, end) = name_in(question)?;
        let kind = u16::from_be_bytes([question[end], question[end + 1]]);
        let mut state = self.state.lock().unwrap();
        if kind == A {
            *state.asked.entry(name.clone()).or_default() += 1;
            self.changed.send_replace(());
        }
        let says = state.says.get(&name).cloned().unwrap_or(Says::Nothing);
        if state.dead {
            return None;
        }
        let of_kind = |addresses: &[IpAddr]| -> Vec<IpAddr> {
            let wanted = |address: &&IpAddr| address.is_ipv4() == (kind == A);
            addresses.iter().filter(wanted).copied().collect()
        };
        let (code, truncated, addresses, ttl) = match says {
            _ if name.is_empty() => (0, false, Vec::new(), 0),
            Says::Nothing => return None,
            Says::NothingOfV6(_) if kind != A => return None,
            Says::NothingOfV6(addresses) => (0, false, addresses, 60),
            Says::NoSuchName => (3, false, Vec::new(), 0),
            Says::Failure => (2, false, Vec::new(), 0),
            Says::ByTcp(..) if !tcp => (0, true, Vec::new(), 0),
            Says::ByTcp(addresses, ttl) | Says::Addresses(addresses, ttl) => {
                (0, false, of_kind(&addresses), ttl)
            }
        };
        let mut out = question[..2].to_vec();
        out.extend([0x81 | (u8::from(truncated) << 1), 0x80 | code, 0, 1]);
        out.extend((addresses.len() as u16).to_be_bytes());
        out.extend([0, 0, 0, 0]);
        out.extend(&question[12..end + 4]);
        for address in addresses {
            out.extend([0xc0, 12]);
            out.extend(kind.to_be_bytes());
            out.extend([0, 1]);
            out.extend(ttl.to_be_bytes());
            match address {
                IpAddr::V4(v4) => {
                    out.extend([0, 4]);
                    out.extend(v4.octets());
                }
                IpAddr::V6(v6) => {
                    out.extend([0, 16]);
                    out.extend(v6.octets());
                }
            }
        }
        Some(out)
    }
}

/// The first name that is asked for, and where it ends.
fn name_in(question: &[u8]) -> Option<(String, usize)> {
    let (mut labels, mut at) = (Vec::new(), 12);
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        let label = question.get(at..at + length)?;
        labels.push(String::from_utf8_lossy(label).to_lowercase());
        at += length;
    }
}

async fn by_udp(server: NameServer, udp: UdpSocket) {
    let mut question = [0; 4096];
    while let Ok((length, peer)) = udp.recv_from(&mut question).await {
        if let Some(answer) = server.answer(&question[..length], false) {
            drop(udp.send_to(&answer, peer).await);
        }
    }
}

async fn by_tcp(server: NameServer, tcp: TcpListener) {
    while let Ok((mut tcp, _)) = tcp.accept().await {
        let server = server.clone();
        tokio::spawn(async move {
            while let Ok(length) = tcp.read_u16().await {
                let mut question = vec![0; length.into()];
                if tcp.read_exact(&mut question).await.is_err() {
                    return;
                }
                if let Some(answer) = server.answer(&question, true) {
                    tcp.write_u16(answer.len() as u16).await.unwrap();
                    tcp.write_all(&answer).await.unwrap();
                }
            }
        });
    }
}
