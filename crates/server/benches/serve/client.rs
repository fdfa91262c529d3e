//! A client that costs next to nothing: one kept connection, requests written whole, answers read by their length.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection to the server.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server listens");
        stream.set_nodelay(true).expect("a TCP socket");
        Self { stream, buffer: Vec::with_capacity(8192) }
    }

    /// Starts a job; its id.
    pub(crate) async fn submit(&mut self, source: &str, target: &str) -> String {
        let body = format!(
            r#"{{"inputs":[{{"source":{{"sourceUrl":"{source}","language":"en"}},"targets":[{{"targetUrl":"{target}","language":"pt"}}]}}]}}"#
        );
        let path = "/translator/document/batches";
        let answer = self.call("POST", path, &body, "HTTP/1.1 202").await;
        let at = answer.find("\"id\":\"").expect("an accepted job has an id") + 6;
        answer[at..at + 36].to_owned()
    }

    /// [`Connection::submit`] that hands the connection back.
    pub(crate) async fn submit_again(mut self, source: String, target: String) -> Self {
        self.submit(&source, &target).await;
        self
    }

    /// The body of a job's status.
    pub(crate) async fn get_status(&mut self, id: &str) -> String {
        self.call("GET", &format!("/translator/document/batches/{id}"), "", "HTTP/1.1 200").await
    }

    /// [`Connection::get_status`] that hands the connection back.
    pub(crate) async fn status(mut self, id: String) -> Self {
        self.get_status(&id).await;
        self
    }

    async fn call(&mut self, method: &str, path: &str, body: &str, expected: &str) -> String {
        let request = format!(
            "{method} {path}?api-version=2026-03-01 HTTP/1.1\r\nHost: localhost\r\nOcp-Apim-Subscription-Key: terjuman-dev-key\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.expect("the connection stays open");
        self.buffer.clear();
        loop {
            if let Some(whole) = self.whole() {
                let text = String::from_utf8_lossy(&self.buffer[..whole]).into_owned();
                assert!(text.starts_with(expected), "{text}");
                return text;
            }
            let read = self.stream.read_buf(&mut self.buffer).await.expect("the connection stays open");
            assert!(read > 0, "the server closed the connection: {}", String::from_utf8_lossy(&self.buffer));
        }
    }

    /// The length of the answer, once all of it is there.
    fn whole(&self) -> Option<usize> {
        let head = self.buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let text = std::str::from_utf8(&self.buffer[..head]).ok()?.to_ascii_lowercase();
        let length = text.split("content-length:").nth(1)?.split("\r\n").next()?.trim().parse::<usize>().ok()?;
        (self.buffer.len() >= head + length).then_some(head + length)
    }
}
