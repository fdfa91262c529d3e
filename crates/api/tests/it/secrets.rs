//! Keys, storage signatures and document text are in no log and no answer, whatever goes wrong.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{BATCHES, KEY, Server, VERSION, minimal, request};

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn nothing_secret_is_logged_or_answered() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::new().await;
    let mut answers = vec![
        server.start(minimal().to_string()).await,
        server.start(minimal().to_string().replace("https", "gopher")).await,
        server.start(minimal().to_string().replace("\"fr\"", "\"SECRET\"")).await,
        server.start(minimal().to_string().replace("\"fr\"", "[\"SECRET\"]")).await,
        server.start(minimal().to_string().replace("fr\"}", "fr\"")).await,
        server.get(&format!("{BATCHES}?{VERSION}&statuses=SECRET")).await,
        server.get(&format!("{BATCHES}?api-version=SECRET")).await,
        server.get(&format!("{BATCHES}/SECRET?{VERSION}")).await,
        server.get("/SECRET").await,
    ];
    let wrong = Request::get(format!("{BATCHES}?{VERSION}")).header("ocp-apim-subscription-key", "SECRET");
    answers.push(server.send(wrong.body(Body::empty()).unwrap()).await);
    let form =
        "--b1\r\nContent-Disposition: form-data; name=document; filename=SECRET.txt\r\n\r\nSECRET text\r\n--b1--";
    for query in ["sourceLanguage=SECRET", "targetLanguage=pt", "targetLanguage=pt&category=broken"] {
        let request = request("POST", &format!("/translator/document:translate?{VERSION}&{query}"))
            .header("content-type", "multipart/form-data; boundary=b1");
        answers.push(server.send(request.body(form.into()).unwrap()).await);
    }
    assert_eq!(answers.last().unwrap().status, StatusCode::INTERNAL_SERVER_ERROR);
    for answer in &answers {
        // The translation of the document is the one thing that may be answered; the engine has altered it.
        let body = String::from_utf8_lossy(&answer.body);
        assert!(!body.contains("SECRET"), "{body}");
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("accepted job") && log.contains("handler panicked"), "{log}");
    assert!(!log.contains("SECRET") && !log.contains(KEY), "{log}");
}
