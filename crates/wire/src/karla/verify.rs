//! What a receiver of `t=UNIX,v1=HEX[,v1=HEX…]` checks. Entries of other schemes are passed over.

use crate::hmac;
use crate::verification::{Unverified, Window, header};

pub(crate) fn verify(
    name: &'static str,
    secret: &str,
    headers: &[(String, String)],
    body: &[u8],
    window: Window,
) -> Result<(), Unverified> {
    let malformed = |detail| Unverified::MalformedHeader {
        header: name,
        detail,
    };
    let value = header(headers, name)?;
    let entries = value
        .split(',')
        .filter_map(|entry| entry.trim().split_once('='));
    let of = |wanted| {
        entries
            .clone()
            .filter(move |(key, _)| *key == wanted)
            .map(|(_, value)| value)
    };
    let t = of("t").next().ok_or(malformed("it has no `t=`"))?;
    if of("v1").next().is_none() {
        return Err(malformed("it has no `v1=`"));
    }
    window.check(name, t)?;
    let content = [t.as_bytes(), b".", body].concat();
    if hmac::any_hex(secret.as_bytes(), &content, of("v1")) {
        Ok(())
    } else {
        Err(Unverified::NoMatch(name))
    }
}
