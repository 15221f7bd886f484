//! A tunnel by HTTP/1.1 CONNECT.

use std::net::SocketAddr;

use data_encoding::BASE64;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{Credentials, No};
use crate::h1::parse;
use crate::limits::HEAD_BYTES;

/// Asks for the tunnel and reads the head of the answer.
pub(super) async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    target: SocketAddr,
    credentials: Option<&Credentials>,
) -> Result<(), No> {
    stream
        .write_all(request(target, credentials).as_bytes())
        .await?;
    stream.flush().await?;
    let mut read = Vec::new();
    loop {
        // Nobody speaks first in a tunnel that carries HTTP or TLS, so there is nothing after the head.
        if stream.read_buf(&mut read).await? == 0 {
            return Err(No::Broken("it closed the connection".to_owned()));
        }
        let Some((head, length)) = parse::parse(&read).map_err(No::Broken)? else {
            if read.len() > HEAD_BYTES {
                return Err(No::Broken(format!(
                    "its head has more than {HEAD_BYTES} bytes"
                )));
            }
            continue;
        };
        return match head.status {
            200..=299 if read.len() == length => Ok(()),
            200..=299 => Err(No::Broken("it sent more than a head".to_owned())),
            407 if credentials.is_none() => Err(No::Refused(
                "it answered 407: put a user name and a password into the profile".to_owned(),
            )),
            407 => Err(No::Refused(
                "it answered 407: it does not take the profile's user name and password".to_owned(),
            )),
            status @ 502..=504 => Err(No::Unreachable(format!("it answered {status}"))),
            status => Err(No::Refused(format!("it answered {status}"))),
        };
    }
}

fn request(target: SocketAddr, credentials: Option<&Credentials>) -> String {
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if let Some(Credentials { user, password }) = credentials {
        let basic = BASE64.encode(format!("{user}:{password}").as_bytes());
        request.push_str(&format!("Proxy-Authorization: Basic {basic}\r\n"));
    }
    request.push_str("\r\n");
    request
}
