//! What to do about a failure, by the error's name.

/// For people who run the receiver, or can tell those who do.
pub(crate) fn advice(error: &str) -> &'static str {
    match error {
        "dns" => {
            "The URL's host name has no address. Check its spelling, and that its DNS record is there."
        }
        "address_refused" => {
            "The host's address is not public. Use a URL that the internet can reach."
        }
        "connect" => {
            "Nothing accepts connections there. Check that the receiver runs, and that a firewall lets it be reached."
        }
        "tls_expired" => "The receiver's certificate has expired. Renew it.",
        "tls_not_yet_valid" => "The receiver's certificate is not valid yet. Check its dates.",
        "tls_wrong_name" => {
            "The receiver's certificate is for another host name. Use one that names this host."
        }
        "tls_untrusted" => {
            "The receiver's certificate is signed by nobody that is trusted. Use a public authority's, and send its intermediates too."
        }
        "tls_version" => "The receiver offers no TLS from 1.2 on. Bring its TLS up to date.",
        "tls" => "No encrypted connection came about. Check the receiver's TLS settings.",
        "timeout" => {
            "No answer within the deadline. Answer first and work afterwards, or give the webhook a longer deadline."
        }
        "closed" => {
            "The receiver closed the connection without an answer. Look into its log, or that of the proxy before it."
        }
        "protocol" => {
            "What came back is no HTTP answer. Check that the URL's port is the receiver's."
        }
        "url" => "The URL cannot be sent to. Change it.",
        "egress" | "proxy" | "proxy_refused" => {
            "The way out through the egress profile fails. Ask the server's operator."
        }
        _ => match error.strip_prefix("status_") {
            Some(status) => of_status(status),
            None => "Open the latest of them to see what was sent and what came back.",
        },
    }
}

fn of_status(status: &str) -> &'static str {
    match status {
        "400" | "422" => {
            "The receiver does not take the body. Check that the dialect is the one that it speaks."
        }
        "401" | "403" => {
            "The receiver does not let us in. Check that it has the current secret, and the header that it asks for."
        }
        "404" | "405" => "Nothing takes webhooks at this path. Check the URL.",
        "408" | "504" => "The receiver, or a proxy before it, ran out of time.",
        "410" => {
            "The receiver says that it is gone for good; that switches the webhook off. Resume it only if that was wrong."
        }
        "413" => "The receiver takes no body of this size. Raise its bound.",
        "429" => "Too many requests for the receiver. Set how many a second it gets at most.",
        "503" => "The receiver is overloaded or being maintained. It is tried again later.",
        status if status.starts_with('3') => {
            "The receiver sends us elsewhere, which is never followed. Put the final URL into the webhook."
        }
        status if status.starts_with('5') => "The receiver failed. Its log says why.",
        status if status.starts_with('2') => {
            "The webhook asks for exactly 200. Answer 200, or let any 2xx count."
        }
        _ => "The receiver said no. The body of its answer may say why.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_failure_has_its_own() {
        let errors = [
            "dns",
            "connect",
            "timeout",
            "tls_expired",
            "status_401",
            "status_404",
            "status_302",
            "status_500",
            "status_202",
        ];
        let told: std::collections::BTreeSet<_> =
            errors.iter().map(|error| advice(error)).collect();
        assert_eq!(told.len(), errors.len());
        assert!(advice("anything").contains("latest"));
    }
}
