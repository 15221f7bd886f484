use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

async fn post(receiver: &Receiver, path: &str) -> String {
    let mut tcp = TcpStream::connect(receiver.address()).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nConnection: close\r\nContent-Length: 4\r\n\r\nbody"
    );
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn requests_are_recorded_and_answered_as_told() {
    let receiver = Receiver::start().await.unwrap();
    receiver.reply_next([503, 200]);
    receiver.reply_always(410);
    receiver.reply_at("/b", Reply::status(204).with_header("X-B", "b"));
    for (path, starts) in [
        ("/a", "503"),
        ("/b", "204"),
        ("/a", "200"),
        ("/a", "410"),
        ("/a", "410"),
    ] {
        let answer = post(&receiver, path).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {starts}")),
            "{answer}"
        );
    }
    let requests = receiver.wait_for(5).await.unwrap();
    assert_eq!(requests[0].body, "body");
    assert_eq!(
        (requests[0].header("X-ONE"), &requests[1].path[..]),
        (Some("1"), "/b")
    );
    assert_eq!(
        requests
            .iter()
            .map(|request| request.connection)
            .collect::<Vec<_>>(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(
        receiver
            .wait_for_matching(1, |request| request.path == "/b")
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_wait_ends_when_the_requests_come() {
    let receiver = Receiver::start().await.unwrap();
    let (waited, _, _) = tokio::join!(
        receiver.wait_for(2),
        post(&receiver, "/"),
        post(&receiver, "/")
    );
    assert_eq!(waited.unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_what_does_not_come_ends_too() {
    let receiver = Receiver::start().await.unwrap();
    assert_eq!(
        receiver.wait_for(1).await.unwrap_err(),
        Late { wanted: 1, came: 0 }
    );
}

#[tokio::test]
async fn a_closed_connection_has_no_answer() {
    let receiver = Receiver::start().await.unwrap();
    receiver.reply_next([Reply::Close]);
    assert_eq!(post(&receiver, "/").await, "");
    assert_eq!(receiver.requests().len(), 1);
}
