//! What to do about a failure, by the error's name: what is wrong, and who can mend it. It is true whatever becomes of
//! the delivery, which [`next`](super::next) tells.

use claimwire_model::target::Kind;

/// For people who run the receiver, or can tell those who do.
pub(crate) fn advice(error: &str, of: Kind) -> &'static str {
    match (error.strip_prefix("status_"), of) {
        (Some(status), Kind::Webhook) => return of_status(status),
        (Some(status), Kind::Connector) => return of_vendors_status(status),
        (None, _) => {}
    }
    if error.starts_with("smtp_") {
        return "The mail server did not take the mail. What it said is with the attempt.";
    }
    of_request(error, of)
        .or_else(|| of_us(error))
        .or_else(|| of_connector(error))
        .unwrap_or("Open the latest attempt to see what was sent and what came back.")
}

fn of_request(error: &str, of: Kind) -> Option<&'static str> {
    Some(match error {
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
        "timeout" if of == Kind::Connector => {
            "The vendor gave no answer within the deadline. Its status page may say why."
        }
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
        _ => return None,
    })
}

/// What only the server's operator can mend.
fn of_us(error: &str) -> Option<&'static str> {
    Some(match error {
        "egress" | "proxy" | "proxy_refused" => {
            "The way out through the egress profile fails. Ask the server's operator."
        }
        "local_dialect" => {
            "No file describes the webhook's dialect any more. Ask the server's operator to put it back, or choose another dialect."
        }
        error if error.starts_with("local_") => {
            "The server itself lacks something that a request needs; the receiver is not at fault. Ask the server's operator."
        }
        "no_driver" | "state" | "steps" => {
            "The server could not finish this by its own rules. Tell the server's operator, with the delivery's id."
        }
        _ => return None,
    })
}

fn of_connector(error: &str) -> Option<&'static str> {
    Some(match error {
        "credentials_refused" => {
            "The vendor does not take the credentials, so the connector was switched off. Enter new ones and activate it."
        }
        "forbidden" => {
            "The credentials lack a right, so the connector was switched off. Grant it at the vendor, then activate the connector."
        }
        "settings" => "The connector's settings do not fit together. Edit them.",
        "template" => {
            "A template of the connector's cannot be filled in. Mend it, and look at its preview on a real claim."
        }
        "no_requester" => "The claim names nobody to write for. Add the customer's e-mail address.",
        "no_claim" => {
            "This event belongs to no claim, so there is nothing to send. Leave it out of the connector's events."
        }
        "unwelcome" => {
            "The vendor does not want to hear of this one. What it said is with the attempt."
        }
        "answer_unreadable" => {
            "The vendor's answer is not what its documents say. Check that the address is the vendor's."
        }
        "own_change" => {
            "The change came from this connector, so it was not sent back. Nothing is to be done."
        }
        _ => return None,
    })
}

fn of_vendors_status(status: &str) -> &'static str {
    match status {
        "400" | "413" | "422" => {
            "The vendor does not take what was sent. What it said is with the attempt; the connector's settings or templates may have to change."
        }
        "404" | "405" | "410" => {
            "The vendor has nothing at this address. Check the connector's address, and what it refers to there."
        }
        "429" => {
            "The vendor takes fewer requests than it gets. Leave it fewer events, or ask it for more."
        }
        "503" => "The vendor is overloaded or being maintained. Its status page may say so.",
        status if status.starts_with('3') => {
            "The vendor sends us elsewhere, which is never followed. Check the connector's address."
        }
        status if status.starts_with('5') => "The vendor failed. Its status page may say why.",
        _ => "The vendor said no. What it said is with the attempt.",
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
        "503" => "The receiver is overloaded or being maintained. Check that it is back.",
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
