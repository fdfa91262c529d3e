//! Listing a bucket, page by page, against a server that may be hostile.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use reqwest::Method;

use super::BucketContainer;
use super::call::Call;
use super::sign::query;
use crate::container::Sieve;
use crate::failure::Failure;
use crate::http::MAX_ANSWER_BYTES;
use crate::{BlobEntry, BlobError};

/// Pages a listing: a server may answer empty pages, but not for ever.
const MAX_PAGES: usize = 1000;

impl BucketContainer {
    pub(super) async fn list_keys(&self, prefix: &str, mut sieve: Sieve<'_>) -> Result<Vec<BlobEntry>, BlobError> {
        let full_prefix = format!("{}{prefix}", self.folder);
        let mut token: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let page = self.patience.run(|| self.page(&full_prefix, token.as_deref())).await?;
            for (key, size, etag) in page.entries {
                // What was not asked for spoils the listing.
                if !key.starts_with(&full_prefix) {
                    return Err(BlobError::Invalid);
                }
                let name = key[self.folder.len()..].to_owned();
                if name.is_empty() || name.ends_with('/') {
                    continue;
                }
                if sieve.take(BlobEntry { name, size, etag })?.is_break() {
                    return Ok(sieve.entries());
                }
            }
            match (page.more, page.next) {
                (false, _) => return Ok(sieve.entries()),
                // One that repeats would go on for ever.
                (true, next) if next.is_none() || next == token => return Err(BlobError::Invalid),
                (true, next) => token = next,
            }
        }
        Err(BlobError::Invalid)
    }

    async fn page(&self, prefix: &str, token: Option<&str>) -> Result<Page, Failure> {
        let mut pairs = vec![("list-type", "2"), ("max-keys", "1000"), ("prefix", prefix)];
        pairs.extend(token.map(|token| ("continuation-token", token)));
        let mut call = Call::new(Method::GET, "");
        call.query = query(&pairs);
        let answer = self.send(call).await?;
        let text = self.text(answer, MAX_ANSWER_BYTES).await?;
        Ok(parse(&text).ok_or(BlobError::Invalid)?)
    }
}

/// A page of a listing.
#[derive(Debug, Default, PartialEq)]
struct Page {
    /// Key, size, version.
    entries: Vec<(String, u64, Option<String>)>,
    more: bool,
    next: Option<String>,
}

/// `None` for what is no listing, or has an entry without a name or size.
fn parse(xml: &str) -> Option<Page> {
    let mut page = Page::default();
    let (mut key, mut size, mut etag) = (None, None, None);
    let mut root = false;
    walk(xml, |path, text| {
        root |= path.first().is_some_and(|name| name == "ListBucketResult");
        let path: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
        match path.as_slice() {
            ["Contents", "Key"] => key = Some(text.to_owned()),
            ["Contents", "Size"] => size = text.parse().ok(),
            ["Contents", "ETag"] => etag = Some(text.to_owned()),
            ["Contents"] => page.entries.push((key.take()?, size.take()?, etag.take())),
            ["IsTruncated"] => page.more = text == "true",
            ["NextContinuationToken"] => page.next = Some(text.to_owned()),
            _ => {}
        }
        Some(())
    })?;
    root.then_some(page)
}

/// What a refusal calls itself; empty if it does not say.
pub(super) fn error_code(xml: &str) -> String {
    let mut code = String::new();
    let _ = walk(xml, |path, text| {
        if path.len() == 2 && path[0] == "Error" && path[1] == "Code" {
            code = text.to_owned();
        }
        Some(())
    });
    code
}

/// Calls `visit` with the path and the text of each element as it ends; `None` if that says so, or if it is no XML.
fn walk(xml: &str, mut visit: impl FnMut(&[String], &str) -> Option<()>) -> Option<()> {
    /// Deeper than any answer that makes sense.
    const DEPTH: usize = 16;
    let mut reader = Reader::from_str(xml);
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                if path.len() >= DEPTH {
                    return None;
                }
                path.push(start.local_name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::CData(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                Some(c) => text.push(c),
                None => text.push_str(resolve_xml_entity(&reference)?),
            },
            Event::End(_) => {
                visit(&path, &text)?;
                path.pop();
                text.clear();
            }
            Event::Eof => return path.is_empty().then_some(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_read_and_nothing_else_is() {
        let page = parse(
            "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"x\"><Name>b</Name><Prefix>p</Prefix>\
             <IsTruncated>true</IsTruncated><NextContinuationToken>t/+=</NextContinuationToken><Contents>\
             <Key> a &amp; b&#x20;</Key><Size>7</Size><ETag>&quot;e&quot;</ETag><Owner><ID>o</ID></Owner></Contents>\
             <Contents><Key>c</Key><Size>0</Size></Contents></ListBucketResult>",
        );
        let entries = vec![(" a & b ".to_owned(), 7, Some("\"e\"".to_owned())), ("c".to_owned(), 0, None)];
        assert_eq!(page, Some(Page { entries, more: true, next: Some("t/+=".to_owned()) }));
        for other in [
            "",
            "hello",
            "<html><body>hello</body></html>",
            "<ListBucketResult><Contents><Key>c</Key></Contents></ListBucketResult>",
            "<ListBucketResult><Contents>",
            &"<a>".repeat(1000),
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
        assert_eq!(error_code("<Error><Code>SlowDown</Code><Message>m</Message></Error>"), "SlowDown");
        assert_eq!(error_code("nonsense"), "");
    }
}
