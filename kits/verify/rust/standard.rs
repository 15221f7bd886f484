// ring = "0.17", data-encoding = "2". header: by lower-case name. now: Unix seconds.
use data_encoding::BASE64;
use ring::hmac::{HMAC_SHA256, Key, verify};

pub fn genuine(secret: &str, header: impl Fn(&str) -> Option<String>, body: &[u8], now: i64) -> bool {
    let header = |name| header(name).unwrap_or_default();
    let (id, time) = (header("webhook-id"), header("webhook-timestamp"));
    if !time.parse::<i64>().is_ok_and(|at| (now - at).abs() <= 300) {
        return false;
    }
    let secret = secret.strip_prefix("whsec_").unwrap_or(secret);
    let Ok(secret) = BASE64.decode(secret.as_bytes()) else { return false };
    let key = Key::new(HMAC_SHA256, &secret);
    let content = [id.as_bytes(), b".", time.as_bytes(), b".", body].concat();
    header("webhook-signature").split(' ').filter_map(|entry| entry.strip_prefix("v1,")).any(|given| {
        let given = BASE64.decode(given.as_bytes());
        given.is_ok_and(|given| verify(&key, &content, &given).is_ok())
    })
}
