//! A tunnel by SOCKS 5: RFC 1928, and RFC 1929 for the credentials.

use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{Credentials, No};

const VERSION: u8 = 5;
/// Version of the exchange of user name and password.
const SIGN_IN: u8 = 1;
const NO_CREDENTIALS: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NONE_OF_THESE: u8 = 0xff;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// Agrees on how to sign in, asks for the tunnel and reads the answer to its last byte.
pub(super) async fn tunnel<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    target: SocketAddr,
    credentials: Option<&Credentials>,
) -> Result<(), No> {
    let method = match credentials {
        None => NO_CREDENTIALS,
        Some(_) => USER_AND_PASSWORD,
    };
    say(stream, &[VERSION, 1, method]).await?;
    let [version, chosen] = hear(stream).await?;
    is_version(version, VERSION)?;
    match (chosen, credentials) {
        (NONE_OF_THESE, None) => {
            return Err(No::Refused(
                "it wants a user name and a password: put them into the profile".to_owned(),
            ));
        }
        (NONE_OF_THESE, Some(_)) => {
            return Err(No::Refused("it takes no user name and password".to_owned()));
        }
        (NO_CREDENTIALS, None) => {}
        (USER_AND_PASSWORD, Some(credentials)) => sign_in(stream, credentials).await?,
        (other, _) => {
            return Err(No::Broken(format!(
                "it chose method {other}, which was not offered"
            )));
        }
    }
    say(stream, &request(target)).await?;
    let [version, reply, _, kind] = hear(stream).await?;
    is_version(version, VERSION)?;
    if reply != 0 {
        return Err(no(reply));
    }
    // The address that it connects from, of which we have no use.
    let more = match kind {
        IPV4 => 4,
        IPV6 => 16,
        NAME => usize::from(hear::<_, 1>(stream).await?[0]),
        other => return Err(No::Broken(format!("it names an address of kind {other}"))),
    };
    let mut rest = [0; 255 + 2];
    let rest = rest.get_mut(..more + 2).unwrap_or_default();
    stream.read_exact(rest).await?;
    Ok(())
}

async fn sign_in<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    credentials: &Credentials,
) -> Result<(), No> {
    let Credentials { user, password } = credentials;
    let mut asks = vec![SIGN_IN];
    for part in [user, password] {
        // No more than 255 bytes: seen to when the profile was read.
        asks.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
        asks.extend_from_slice(part.as_bytes());
    }
    say(stream, &asks).await?;
    let [version, status] = hear(stream).await?;
    is_version(version, SIGN_IN)?;
    if status == 0 {
        Ok(())
    } else {
        Err(No::Refused(
            "it does not take the profile's user name and password".to_owned(),
        ))
    }
}

fn request(target: SocketAddr) -> Vec<u8> {
    let mut request = vec![VERSION, CONNECT, 0];
    match target.ip() {
        IpAddr::V4(address) => {
            request.push(IPV4);
            request.extend_from_slice(&address.octets());
        }
        IpAddr::V6(address) => {
            request.push(IPV6);
            request.extend_from_slice(&address.octets());
        }
    }
    request.extend_from_slice(&target.port().to_be_bytes());
    request
}

/// What a reply other than 0 means (RFC 1928, section 6).
fn no(reply: u8) -> No {
    match reply {
        2 => No::Refused("its rules do not allow it".to_owned()),
        3 => No::Unreachable("network unreachable".to_owned()),
        4 => No::Unreachable("host unreachable".to_owned()),
        5 => No::Unreachable("connection refused".to_owned()),
        6 => No::Unreachable("it took too long".to_owned()),
        other => No::Refused(format!("it answered {other}")),
    }
}

fn is_version(version: u8, wanted: u8) -> Result<(), No> {
    if version == wanted {
        Ok(())
    } else {
        Err(No::Broken(format!(
            "it speaks version {version}, not {wanted}"
        )))
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut S, bytes: &[u8]) -> Result<(), No> {
    stream.write_all(bytes).await?;
    Ok(stream.flush().await?)
}

async fn hear<S: AsyncRead + Unpin, const N: usize>(stream: &mut S) -> Result<[u8; N], No> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}
