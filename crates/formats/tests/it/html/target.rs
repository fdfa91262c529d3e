//! What changes with the language of a document besides its text.

use terjuman_formats::Target;
use terjuman_model::TaggedText;

use super::read;

/// Merges with every text replaced by `text`, or left alone.
#[track_caller]
fn check_bytes(html: &[u8], text: Option<&str>, from: Option<&str>, to: &str, expected: &[u8]) {
    let extracted = read(html).expect("can be read");
    let translations: Vec<_> = extracted
        .segments
        .iter()
        .map(|segment| text.map_or_else(|| segment.source.clone(), TaggedText::plain))
        .collect();
    let tag = |language: &str| language.parse().expect("a language tag");
    let target = Target { source_language: from.map(tag), language: Some(tag(to)) };
    let written = extracted.skeleton.merge(&translations, &target).expect("can be written");
    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(expected));
}

#[track_caller]
fn check(html: &str, from: Option<&str>, to: &str, expected: &str) {
    check_bytes(html.as_bytes(), None, from, to, expected.as_bytes());
}

#[test]
fn the_root_gets_the_new_language() {
    check("<html><p>x", None, "pt", "<html lang=\"pt\"><p>x");
    check("<HTML class=a><p>x", None, "pt", "<HTML lang=\"pt\" class=a><p>x");
    check("<html lang=en-US><p>x", None, "pt", "<html lang=\"pt\"><p>x");
    check("<html lang='en'><p>x", None, "zh-Hans", "<html lang='zh-Hans'><p>x");
    check("<html lang=\"pt\"><p>x", None, "pt", "<html lang=\"pt\"><p>x");
    check("<p>x", None, "pt", "<p>x");
}

#[test]
fn what_is_in_the_old_language_is_now_in_the_new_one() {
    check(
        "<html lang=en><p lang=en>x<p lang=fr>x<a hreflang=en>x</a>",
        None,
        "pt",
        "<html lang=\"pt\"><p lang=\"pt\">x<p lang=fr>x<a hreflang=en>x</a>",
    );
    check(
        "<meta http-equiv=content-language content=\"en\"><p lang=\"en\" translate=no>x</p>x",
        Some("en"),
        "pt",
        "<meta http-equiv=content-language content=\"pt\"><p lang=\"en\" translate=no>x</p>x",
    );
}

#[test]
fn xhtml_has_two_attributes() {
    check(
        "<?xml version=\"1.0\"?><html xml:lang=\"en\" lang=\"en\"><p>x<br/>y</p></html>",
        None,
        "pt",
        "<?xml version=\"1.0\"?><html xml:lang=\"pt\" lang=\"pt\"><p>x<br/>y</p></html>",
    );
    check(
        "<?xml version=\"1.0\"?><html><p>x</p></html>",
        None,
        "pt",
        "<?xml version=\"1.0\"?><html lang=\"pt\" xml:lang=\"pt\"><p>x</p></html>",
    );
}

#[test]
fn direction_changes_with_the_script() {
    check("<html><p>x", Some("en"), "ar", "<html lang=\"ar\" dir=\"rtl\"><p>x");
    check(
        "<html dir=ltr><div dir=ltr>x<bdo dir=ltr>y</bdo></div>",
        Some("en"),
        "he",
        "<html lang=\"he\" dir=\"rtl\"><div dir=\"rtl\">x<bdo dir=ltr>y</bdo></div>",
    );
    check("<html lang=ar dir=rtl><p>x", None, "pt", "<html lang=\"pt\" dir=\"ltr\"><p>x");
    check("<html dir=auto><p dir=rtl>x", Some("en"), "pt", "<html lang=\"pt\" dir=auto><p dir=rtl>x");
}

#[test]
fn pronunciation_goes_where_no_one_reads_it() {
    let html = "<p><ruby>\u{6f22}<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>x</p>";
    check(html, Some("ja"), "en", "<p><ruby>\u{6f22}</ruby>x</p>");
    check(html, Some("ja"), "zh-Hans", html);
    // With it goes what its tag says.
    let html = "<p lang=ja>x<ruby>\u{6f22}<rt lang=ja title=kan>kan</rt></ruby>y</p>";
    check(html, Some("ja"), "en", "<p lang=\"en\">x<ruby>\u{6f22}</ruby>y</p>");
    check("x<rt lang=ja title=kan>kan</rt>", Some("ja"), "en", "x");
}

#[test]
fn the_encoding_stays_where_it_can() {
    let latin = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<_>>();
    let html = latin("<meta charset=iso-8859-1><p>caf\u{e9}");
    check_bytes(&html, Some("ação – €"), Some("fr"), "pt", b"<meta charset=iso-8859-1><p>a\xe7\xe3o \x96 \x80");
    check_bytes(&html, Some("x → y"), Some("fr"), "pt", b"<meta charset=iso-8859-1><p>x &#8594; y");
    check_bytes(&html, Some("мир"), Some("fr"), "ru", "<meta charset=utf-8><p>мир".as_bytes());
    let html = b"<meta http-equiv=Content-Type content=\"text/html; charset=us-ascii\"><p>x";
    let utf_8 = "<meta http-equiv=Content-Type content=\"text/html; charset=utf-8\"><p>мир";
    check_bytes(html, Some("мир"), Some("en"), "ru", utf_8.as_bytes());
}

#[test]
fn a_page_in_ascii_says_its_encoding_once_it_needs_one() {
    let html = b"<html><head><title>x</title></head><p>x";
    let named = "<html lang=\"pt\"><head><meta charset=\"utf-8\"><title>ação</title></head><p>ação";
    check_bytes(html, Some("ação"), Some("en"), "pt", named.as_bytes());
    check_bytes(html, Some("y"), Some("en"), "pt", b"<html lang=\"pt\"><head><title>y</title></head><p>y");
    let html = b"<?xml version='1.0'?><html><head></head><p>x</p></html>";
    let named =
        "<?xml version='1.0'?><html lang=\"pt\" xml:lang=\"pt\"><head><meta charset=\"utf-8\" /></head><p>é</p></html>";
    check_bytes(html, Some("é"), Some("en"), "pt", named.as_bytes());
}

#[test]
fn text_is_written_so_that_it_stays_text() {
    check_bytes(
        b"<p>x",
        Some("a < b & c > \"d\"\u{a0}e\u{1}"),
        Some("en"),
        "pt",
        b"<p>a &lt; b &amp; c &gt; \"d\"&nbsp;e",
    );
    check_bytes(b"<img alt=x>", Some("a \"b\" 'c'"), Some("en"), "pt", b"<img alt=\"a &quot;b&quot; 'c'\">");
    check_bytes(b"<img alt='x'>", Some("a \"b\" 'c'"), Some("en"), "pt", b"<img alt='a \"b\" &#39;c&#39;'>");
    check_bytes(
        b"<title>x</title>",
        Some("</title><script>"),
        Some("en"),
        "pt",
        b"<title>&lt;/title&gt;&lt;script&gt;</title>",
    );
    check_bytes(b"<p>a&#160;b", Some("c\u{a0}d"), Some("en"), "pt", b"<p>c&#160;d");
    check_bytes(b"a\r\n<pre>b</pre>", Some("c\nd"), Some("en"), "pt", b"c\r\nd\r\n<pre>c\r\nd</pre>");
}

#[test]
fn a_page_in_an_attribute_is_written_for_its_quotation_marks() {
    let page = |inner: &str| format!("<iframe srcdoc='{inner}' title='a'></iframe><p>b</p>");
    let (before, after) = ("<p class=\"x\">it&#39;s", "&lt;p class=\"x\"&gt;it&#39;s &amp;amp; more");
    check(&page(before), Some("en"), "pt", &page(before));
    check_bytes(
        page(before).as_bytes(),
        Some("it's & more"),
        None,
        "pt",
        format!("<iframe srcdoc='{after}' title='it&#39;s &amp; more'></iframe><p>it's &amp; more</p>").as_bytes(),
    );
}
