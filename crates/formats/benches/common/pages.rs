//! Pages such as a manual has: HTML and Markdown, and a page in a message.

use super::Sample;
use terjuman_formats::Format;

fn page(scale: usize) -> String {
    let mut html = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Bench</title></head><body>\n",
    );
    for n in 0..scale * 2_400 {
        html.push_str(&format!(
            "<h2 id=\"s{n}\">Section {n}</h2>\n<p class=\"intro\">The <b>quick</b> brown fox &amp; the <a href=\"/dogs/{n}\">lazy \
             dog</a> met on page {n}, where <code>fox.jump()</code> is called&nbsp;again.<br>Nothing else happened.</p>\n<ul>\n  \
             <li>A first item, with <em>emphasis</em>\n  <li>A second one\n</ul>\n<table><tr><th>Name</th><td><img \
             src=\"p{n}.png\" alt=\"A picture of the fox\"></td></tr></table>\n<!-- end of {n} -->\n"
        ));
    }
    html + "</body></html>\n"
}

/// Paragraphs with formatting and links, lists, a table, pictures; of about so many MiB.
pub(crate) fn html(scale: usize) -> Sample {
    Sample::of_text(Format::Html, page(scale))
}

/// A message with the same page.
pub(crate) fn eml(scale: usize) -> Sample {
    let page = page(scale).replace('\n', "\r\n");
    Sample::of_text(
        Format::Eml,
        format!(
            "From: a@example.org\r\nTo: b@example.org\r\nSubject: The report\r\nMIME-Version: 1.0\r\nContent-Type: text/html; \
             charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{page}"
        ),
    )
}

/// Wrapped paragraphs with formatting and links, lists, a table, code, a quotation; of about so many MiB.
pub(crate) fn markdown(scale: usize) -> Sample {
    let mut markdown = String::from("---\ntitle: Bench\n---\n\n");
    for n in 0..scale * 2_480 {
        markdown.push_str(&format!(
            "## Section {n}\n\nThe **quick** brown fox &amp; the [lazy dog](/dogs/{n} \"A dog\") met on page {n}, where\n\
             `fox.jump()` is called again. Nothing else happened, as far as _anybody_ could\ntell from the [records][r{n}].\n\n\
             - A first item, with *emphasis*\n- A second one\n\n```rust\nlet fox = {n};\n```\n\n> It was said that the fox\n> \
             had jumped.\n\n| Name | Picture |\n|---|---|\n| Fox {n} | ![A picture](p{n}.png) |\n\n[r{n}]: /r/{n}\n\n"
        ));
    }
    Sample::of_text(Format::Markdown, markdown)
}
