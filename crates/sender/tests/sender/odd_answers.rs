//! Odd answers, read by this client and by hyper's: the same status and body, or a reason why not.

use bytes::Bytes;
use claimwire_sender::answer_of;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How this client and hyper's come out.
enum Same {
    /// Both say this.
    Answer(u16, &'static str),
    /// Neither takes it for an answer.
    No,
    /// This client says this, hyper has no answer, and why.
    Here(u16, &'static str, &'static str),
    /// Hyper says this, this client has no answer, and why.
    There(u16, &'static str, &'static str),
}
use Same::{Answer, Here, No, There};

const PLAIN: &str = "what the status line says is enough: the receiver has the event";

/// What comes behind `HTTP/1.1 200 OK` and its line's end.
const HEADERS: &[(&str, Same)] = &[
    // Lengths.
    ("\r\n", Answer(200, "")),
    ("\r\nhello", Answer(200, "hello")),
    ("Content-Length: 5\r\n\r\nhello", Answer(200, "hello")),
    ("Content-Length: 0\r\n\r\n", Answer(200, "")),
    (
        "Content-Length: 5\r\n\r\nhello, and more",
        Answer(200, "hello"),
    ),
    ("Content-Length:5\r\n\r\nhello", Answer(200, "hello")),
    ("content-LENGTH:\t5 \t\r\n\r\nhello", Answer(200, "hello")),
    ("Content-Length: 005\r\n\r\nhello", Answer(200, "hello")),
    (
        "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        Answer(200, "hello"),
    ),
    ("Content-Length: 5, 5\r\n\r\nhello", Answer(200, "hello")),
    ("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", No),
    ("Content-Length: 5, 6\r\n\r\nhello!", No),
    ("Content-Length: -1\r\n\r\n", No),
    ("Content-Length: +5\r\n\r\nhello", No),
    ("Content-Length: 0x5\r\n\r\nhello", No),
    ("Content-Length: 5.0\r\n\r\nhello", No),
    ("Content-Length: five\r\n\r\nhello", No),
    ("Content-Length: \r\n\r\nhello", No),
    ("Content-Length: 18446744073709551616\r\n\r\n", No),
    ("Content-Length: 9\r\n\r\nhello", No),
    ("Content-Length: 18446744073709551615\r\n\r\nhello", No),
    // Codings.
    (
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        Answer(200, "hello"),
    ),
    (
        "Transfer-Encoding: CHUNKED\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        Answer(200, "hello"),
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\n05;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
        Answer(200, "hello"),
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\n\r\n",
        Answer(200, "hello"),
    ),
    (
        "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        Answer(200, "hello"),
    ),
    (
        "Transfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        Answer(200, "hello"),
    ),
    ("Transfer-Encoding: gzip\r\n\r\nhello", Answer(200, "hello")),
    (
        "Transfer-Encoding: identity\r\n\r\nhello",
        Answer(200, "hello"),
    ),
    (
        "Transfer-Encoding: chunked, gzip\r\n\r\nhello",
        Answer(200, "hello"),
    ),
    ("Transfer-Encoding: chunked\r\n\r\n", No),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello", No),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", No),
    ("Transfer-Encoding: chunked\r\n\r\nx\r\n", No),
    (
        "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        No,
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello!\r\n0\r\n\r\n",
        No,
    ),
    (
        "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello",
        No,
    ),
    ("Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n", No),
    // Headers that are not as they should be.
    (
        "X: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    ("X: a\r\n\tb\r\n c\r\n\r\n", Here(200, "", PLAIN)),
    (
        "X : a\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    ("Content-Length : 2\r\n\r\nok", Here(200, "ok", PLAIN)),
    (
        "X y: a\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    (
        "no header\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    (": a\r\nContent-Length: 2\r\n\r\nok", Here(200, "ok", PLAIN)),
    (
        "X: a\0b\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    (
        "X: a\rb\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    (
        "X: \u{1}\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    (
        " X: a\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    ("X: ü\r\nContent-Length: 2\r\n\r\nok", Answer(200, "ok")),
    ("X:\r\nContent-Length: 2\r\n\r\nok", Answer(200, "ok")),
    ("X: a\nContent-Length: 2\n\nok", Answer(200, "ok")),
    ("Content-Length: 2\r\n 3\r\n\r\nok", No),
    ("Content Length: 2\r\n\r\nok", No),
    ("Content-Length 2\r\n\r\nok", No),
    ("Transfer-Encoding\u{b}: chunked\r\n\r\n0\r\n\r\n", No),
];

/// Whole answers.
const WHOLE: &[(&str, Same)] = &[
    ("HTTP/1.1 204 No Content\r\n\r\n", Answer(204, "")),
    (
        "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
        Answer(204, ""),
    ),
    (
        "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n",
        Answer(304, ""),
    ),
    (
        "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, "ok"),
    ),
    (
        "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
        Answer(200, "ok"),
    ),
    (
        "HTTP/1.1 299 Odd but fine\r\nContent-Length: 2\r\n\r\nok",
        Answer(299, "ok"),
    ),
    (
        "HTTP/1.1 599 ?\r\nContent-Length: 2\r\n\r\nok",
        Answer(599, "ok"),
    ),
    (
        "HTTP/1.1 999 ?\r\nContent-Length: 2\r\n\r\nok",
        Answer(999, "ok"),
    ),
    ("HTTP/1.0 200 OK\r\n\r\nhello", Answer(200, "hello")),
    (
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, "ok"),
    ),
    (
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        No,
    ),
    (
        "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, "ok"),
    ),
    (
        "\r\n\r\n\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, "ok"),
    ),
    (
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, "ok"),
    ),
    (
        "HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\nHTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
        Answer(404, ""),
    ),
    (
        "HTTP/1.1 200 ü\r\nContent-Length: 2\r\n\r\nok",
        Answer(200, "ok"),
    ),
    (
        "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    (
        "HTTP/1.1  200 OK\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    (
        "HTTP/1.1\t200\tOK\r\nContent-Length: 2\r\n\r\nok",
        Here(200, "ok", PLAIN),
    ),
    ("HTTP/1.1 20 OK\r\n\r\n", No),
    ("HTTP/1.1 2000 OK\r\n\r\n", No),
    ("HTTP/1.1 099 OK\r\n\r\n", No),
    ("HTTP/1.1 OK 200\r\n\r\n", No),
    ("HTTP/1.1\r\n\r\n", No),
    ("HTTP/2 200 OK\r\n\r\n", No),
    ("HTTP/0.9 200 OK\r\n\r\n", No),
    ("http/1.1 200 OK\r\n\r\n", No),
    ("ICY 200 OK\r\n\r\n", No),
    (" HTTP/1.1 200 OK\r\n\r\n", No),
    ("<html>hello</html>", No),
    ("", No),
    ("\r\n", No),
    ("HTTP/1.1 200 OK\r\nX: y", No),
    (
        "HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        There(
            101,
            "",
            "no other protocol was asked for, so this answers nothing",
        ),
    ),
];

/// Made, because they are long.
fn long() -> Vec<(String, Same)> {
    let lines = |count: usize| "X-A: y\r\n".repeat(count);
    let whole = |lines: String| format!("HTTP/1.1 200 OK\r\n{lines}Content-Length: 2\r\n\r\nok");
    vec![
        (whole(lines(99)), Answer(200, "ok")),
        (whole(lines(100)), Here(200, "ok", PLAIN)),
        (whole(lines(5_000)), Here(200, "ok", PLAIN)),
        (whole(lines(10_000)), No),
        (
            whole(format!("X: {}\r\n", "y".repeat(60_000))),
            Answer(200, "ok"),
        ),
        (
            whole(format!("X: {}\r\n", "y".repeat(80_000))),
            There(200, "ok", "a head has at most 64 KiB"),
        ),
        (
            format!("HTTP/1.1 200 {}\r\n\r\n", "y".repeat(60_000)),
            Answer(200, ""),
        ),
    ]
}

async fn here(bytes: &str) -> Option<(u16, String)> {
    let (answer, _) = answer_of(&[bytes.as_bytes()]).await.ok()?;
    Some((
        answer.status,
        String::from_utf8(answer.body.to_vec()).unwrap(),
    ))
}

/// By hyper, over a connection that says this when it has the request, and closes.
async fn there(bytes: &str) -> Option<(u16, String)> {
    let (near, mut far) = tokio::io::duplex(1 << 20);
    let said = bytes.as_bytes().to_vec();
    tokio::spawn(async move {
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n{}") {
            if far.read_buf(&mut request).await.unwrap_or(0) == 0 {
                return;
            }
        }
        drop(far.write_all(&said).await);
    });
    let (mut send, connection) = hyper::client::conn::http1::handshake(TokioIo::new(near))
        .await
        .ok()?;
    tokio::spawn(connection);
    let body = Full::new(Bytes::from_static(b"{}"));
    let request = hyper::Request::post("/")
        .header("Host", "a.example")
        .body(body)
        .unwrap();
    let answer = send.send_request(request).await.ok()?;
    let status = answer.status().as_u16();
    if status == 101 {
        return Some((status, String::new()));
    }
    let body = answer.into_body().collect().await.ok()?.to_bytes();
    Some((status, String::from_utf8(body.to_vec()).unwrap()))
}

#[tokio::test]
async fn odd_answers_are_read_as_hyper_reads_them_or_there_is_a_reason() {
    let headers = HEADERS
        .iter()
        .map(|(rest, same)| (format!("HTTP/1.1 200 OK\r\n{rest}"), same));
    let whole = WHOLE.iter().map(|(text, same)| ((*text).to_owned(), same));
    let long = long();
    let long = long.iter().map(|(text, same)| (text.clone(), same));
    let (mut rows, mut wrong) = (0, Vec::new());
    for (text, same) in headers.chain(whole).chain(long) {
        rows += 1;
        let answer = |status: &u16, body: &&str| Some((*status, (*body).to_owned()));
        let (wanted, why) = match same {
            Answer(status, body) => ((answer(status, body), answer(status, body)), ""),
            No => ((None, None), ""),
            Here(status, body, why) => ((answer(status, body), None), *why),
            There(status, body, why) => ((None, answer(status, body)), *why),
        };
        let came = (here(&text).await, there(&text).await);
        if came != wanted {
            let start: String = text.chars().take(120).collect();
            wrong.push(format!("{start:?}: {came:?}, not {wanted:?} {why}"));
        }
    }
    assert!(rows >= 60, "{rows}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
