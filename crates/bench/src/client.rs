//! The bench's own HTTP client: one kept connection, one request at a time.

use std::net::SocketAddr;

use anyhow::Context;
use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// One connection.
pub(crate) struct Client {
    requests: http1::SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let tcp = TcpStream::connect(address)
            .await
            .with_context(|| format!("no connection to {address}"))?;
        tcp.set_nodelay(true)?;
        let (requests, connection) = http1::handshake(TokioIo::new(tcp)).await?;
        // How it ended, the request in flight says too.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self {
            requests,
            host: address.to_string().parse()?,
        })
    }

    /// One request and its whole answer. `headers` beside `Host`.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> anyhow::Result<(StatusCode, Bytes)> {
        let (head, body) = self.exchange(method, uri, headers, body).await?;
        Ok((head.status, body))
    }

    /// The same, with the answer's headers.
    pub(crate) async fn exchange(
        &mut self,
        method: Method,
        uri: Uri,
        headers: HeaderMap,
        body: Bytes,
    ) -> anyhow::Result<(Parts, Bytes)> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = headers;
        request
            .headers_mut()
            .insert(header::HOST, self.host.clone());
        self.requests.ready().await?;
        let (head, body) = self.requests.send_request(request).await?.into_parts();
        Ok((head, body.collect().await?.to_bytes()))
    }
}

/// The headers of a JSON request with a bearer key.
pub(crate) fn json_headers(key: &str) -> anyhow::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::AUTHORIZATION,
        format!("Bearer {key}")
            .parse()
            .context("the key cannot be sent")?,
    );
    Ok(headers)
}
