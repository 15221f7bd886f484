// ring = "0.17", data-encoding = "2". header: by lower-case name. now: Unix seconds.
use ring::hmac::{HMAC_SHA256, Key, verify};

pub fn genuine(secret: &str, header: impl Fn(&str) -> Option<String>, body: &[u8], now: i64) -> bool {
    let header = header("HEADER").unwrap_or_default();
    let parts: Vec<_> = header.split(',').filter_map(|part| part.trim().split_once('=')).collect();
    let time = parts.iter().find(|(name, _)| *name == "t").map_or("", |(_, value)| value);
    if !time.parse::<i64>().is_ok_and(|at| (now - at).abs() <= 300) {
        return false;
    }
    let key = Key::new(HMAC_SHA256, secret.as_bytes());
    let content = [time.as_bytes(), b".", body].concat();
    parts.iter().filter(|(name, _)| *name == "v1").any(|(_, hex)| {
        let given = data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes());
        given.is_ok_and(|given| verify(&key, &content, &given).is_ok())
    })
}
