// ring = "0.17", data-encoding = "2". header: by lower-case name.
use ring::hmac::{HMAC_SHA256, Key, verify};

pub fn genuine(secret: &str, header: impl Fn(&str) -> Option<String>, body: &[u8]) -> bool {
    let key = Key::new(HMAC_SHA256, secret.as_bytes());
    ["x-claimport-signature", "x-claimport-signature-next"].into_iter().any(|name| {
        let header = header(name).unwrap_or_default();
        let hex = header.strip_prefix("sha256=").unwrap_or_default();
        let given = data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes());
        given.is_ok_and(|given| verify(&key, body, &given).is_ok())
    })
}
