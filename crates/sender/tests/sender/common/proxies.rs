//! Proxies on loopback that do as they are told, and remember what they were asked.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// What a proxy does with a connection.
#[derive(Debug, Clone)]
pub enum Manner {
    /// Makes the tunnel.
    Works,
    /// Reads what it is asked for, says this instead, and stays.
    Says(Vec<u8>),
    /// Reads what it is asked for and closes.
    Closes,
    /// Reads nothing and says nothing.
    Hangs,
}

/// A proxy that runs until the test's end.
pub struct TestProxy {
    pub address: SocketAddr,
    asked: Asked,
}

type Asked = Arc<Mutex<Vec<String>>>;

/// User name and password.
type Credentials = Option<(&'static str, &'static str)>;

#[derive(Debug, Clone, Copy)]
enum Speaks {
    Http,
    Socks5(Credentials),
}

impl TestProxy {
    /// An HTTP proxy that knows CONNECT. What it was asked is each request's head.
    pub async fn http(ip: &str, manner: Manner) -> Self {
        Self::start(ip, Speaks::Http, manner).await
    }

    /// A SOCKS 5 proxy that wants this user and password, if any. What it was asked is each target.
    pub async fn socks5(ip: &str, credentials: Credentials, manner: Manner) -> Self {
        Self::start(ip, Speaks::Socks5(credentials), manner).await
    }

    async fn start(ip: &str, speaks: Speaks, manner: Manner) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Asked::default();
        let shared = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut tcp, _)) = listener.accept().await {
                let (shared, manner) = (Arc::clone(&shared), manner.clone());
                tokio::spawn(async move {
                    if let Manner::Hangs = manner {
                        std::future::pending::<()>().await;
                    }
                    let onward = match speaks {
                        Speaks::Http => http(&mut tcp, &shared, &manner).await,
                        Speaks::Socks5(wanted) => socks5(&mut tcp, wanted, &shared, &manner).await,
                    };
                    if let Some(mut onward) = onward {
                        drop(copy_bidirectional(&mut tcp, &mut onward).await);
                    }
                });
            }
        });
        Self { address, asked }
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Manner {
    /// None unless it is to make the tunnel.
    async fn refuse(&self, tcp: &mut TcpStream) -> Option<()> {
        match self {
            Self::Works => Some(()),
            Self::Says(bytes) => {
                tcp.write_all(bytes).await.ok()?;
                drop(tcp.read_to_end(&mut Vec::new()).await);
                None
            }
            Self::Closes | Self::Hangs => None,
        }
    }
}

/// The connection onward, once it is agreed on.
async fn http(tcp: &mut TcpStream, asked: &Asked, manner: &Manner) -> Option<TcpStream> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(tcp.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    asked.lock().unwrap().push(head.clone());
    let target = head.strip_prefix("CONNECT ")?.split(' ').next()?;
    manner.refuse(tcp).await?;
    let onward = TcpStream::connect(target).await.unwrap();
    let made = b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n";
    tcp.write_all(made).await.ok()?;
    Some(onward)
}

/// The same.
async fn socks5(
    tcp: &mut TcpStream,
    wanted: Credentials,
    asked: &Asked,
    manner: &Manner,
) -> Option<TcpStream> {
    assert_eq!(tcp.read_u8().await.ok()?, 5);
    let mut methods = vec![0; usize::from(tcp.read_u8().await.ok()?)];
    tcp.read_exact(&mut methods).await.ok()?;
    let method = if wanted.is_some() { 2 } else { 0 };
    if !methods.contains(&method) {
        tcp.write_all(&[5, 0xff]).await.ok()?;
        return None;
    }
    tcp.write_all(&[5, method]).await.ok()?;
    if let Some((user, password)) = wanted {
        assert_eq!(tcp.read_u8().await.ok()?, 1);
        let given = (text(tcp).await?, text(tcp).await?);
        let good = given == (user.to_owned(), password.to_owned());
        tcp.write_all(&[1, u8::from(!good)]).await.ok()?;
        if !good {
            return None;
        }
    }
    let mut request = [0; 4];
    tcp.read_exact(&mut request).await.ok()?;
    assert_eq!(request[..3], [5, 1, 0]);
    let ip: IpAddr = match request[3] {
        1 => tcp.read_u32().await.ok()?.to_be_bytes().into(),
        4 => tcp.read_u128().await.ok()?.to_be_bytes().into(),
        other => panic!("asked for an address of kind {other}: names are not to be sent"),
    };
    let target = SocketAddr::new(ip, tcp.read_u16().await.ok()?);
    asked.lock().unwrap().push(target.to_string());
    manner.refuse(tcp).await?;
    let onward = TcpStream::connect(target).await.unwrap();
    // It says that it connects from a name, which is as long as it likes.
    let made = b"\x05\0\0\x03\x07outside\0\x09";
    tcp.write_all(made).await.ok()?;
    Some(onward)
}

async fn text(tcp: &mut TcpStream) -> Option<String> {
    let mut bytes = vec![0; usize::from(tcp.read_u8().await.ok()?)];
    tcp.read_exact(&mut bytes).await.ok()?;
    String::from_utf8(bytes).ok()
}
