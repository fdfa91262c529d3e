//! The page at `/`: a document can be translated there; and what this is, and where to go on.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

use super::html::{escape, page_with_script};
use crate::App;
use crate::request::base::{Secure, public_base};

const SCRIPT: &str = include_str!("translate.js");

const FORM: &str = "<noscript><p>This page needs JavaScript; <code>terjuman translate</code> does without.</p></noscript>\
    <label id=\"drop\"><input type=\"file\" id=\"file\"> <span id=\"name\"></span></label>\
    <label>From <select id=\"from\"><option value=\"\">(as the document says)</option></select></label>\
    <label>to <select id=\"to\"></select></label>\
    <label>Key <input type=\"password\" id=\"key\" autocomplete=\"off\"></label>\
    <button id=\"go\" disabled>Translate</button>\
    <p role=\"status\"><span id=\"state\"></span> <a id=\"result\" hidden></a></p>\
    <p><small>The document goes to this server and nowhere else. The key is one of the server's <code>auth.keys</code>; \
    without any, <code>terjuman-dev-key</code>. Whole folders and large documents: <code>terjuman translate</code>, or a \
    batch.</small></p>";

/// `GET /`.
pub(crate) async fn landing(
    State(app): State<App>,
    secure: Option<Extension<Secure>>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let base = public_base(app.http(), &headers, &uri, secure.is_some());
    let engines: Vec<_> = app.engines().names().map(|name| format!("<code>{}</code>", escape(name))).collect();
    let body = format!(
        "<h1>Terjuman</h1>{FORM}<h2>For programs</h2>\
         <p>A document-translation server. It speaks the API of Azure AI Translator's Document Translation, so code that \
         was written for the cloud runs against it with this endpoint and a key of this server's.</p>\
         <pre>curl '{base}/translator/document:translate?api-version=2026-03-01&amp;targetLanguage=pt' \\\n  \
         -H 'Ocp-Apim-Subscription-Key: KEY' -F document=@report.docx -o report.pt.docx</pre>\
         <ul><li><a href=\"/openapi\">The operations</a>, and <a href=\"/openapi.json\">their description for \
         programs</a></li><li><a href=\"/languages\">The languages</a> of the standard engine, \
         <code>{}</code></li><li><a href=\"/healthz\">Alive?</a> <a href=\"/readyz\">Ready?</a> \
         <a href=\"/metrics\">Metrics</a></li></ul><p>Engines: {}.</p>",
        escape(app.engines().default_name()),
        engines.join(", "),
        base = escape(&base),
    );
    page_with_script("Terjuman", &body, SCRIPT)
}
