//! Pages: one shell, and nothing from elsewhere. What script there may be is one that the policy knows by its hash.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
color:#1c1c1c;background:#fff}h2{margin-top:2rem;font-size:1.05rem}table{border-collapse:collapse}\
td{padding:.15rem .8rem .15rem 0;vertical-align:top}code,pre{font-family:ui-monospace,monospace;font-size:.92em}\
pre{background:#f2f2f2;padding:.8rem;overflow-x:auto}small{color:#555}a{color:#0b57a4}\
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}pre{background:#242424}small{color:#aaa}\
a{color:#8ab8f0}}label{display:inline-block;margin:.3rem 1rem .3rem 0}#drop{display:block;\
border:2px dashed #888;border-radius:.5rem;padding:1.5rem;margin:1rem 0;text-align:center}#drop.over{border-color:#0b57a4}\
select,input,button{font:inherit}.bad{color:#b3261e}";

/// Only this very style may apply; nothing may be loaded, run, sent or framed.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = hash(STYLE);
    format!("default-src 'none'; style-src '{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
});

/// A page. `body` is HTML.
pub(super) fn page(title: &str, body: &str) -> Response {
    shell(title, body, "", POLICY.as_str())
}

/// A page with a script, which may talk to this server and nobody else.
pub(super) fn page_with_script(title: &str, body: &str, script: &'static str) -> Response {
    let policy = format!("{}; script-src '{}'; connect-src 'self'", *POLICY, hash(script));
    shell(title, body, &format!("<script>{script}</script>"), &policy)
}

fn hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

fn shell(title: &str, body: &str, script: &str, policy: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <style>{STYLE}</style></head><body>{body}{script}</body></html>",
        escape(title)
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, html).into_response()
}

/// Text as it may stand in HTML, attributes included.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            character => out.push(character),
        }
    }
    out
}
