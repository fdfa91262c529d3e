//! What Markdown shows, by the events of CommonMark with the extensions of GitHub.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Seen, html};

pub(super) fn read(markdown: &str, seen: &mut Seen) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let (mut text, mut page, mut is_code) = (String::new(), String::new(), false);
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(tag) => {
                match &tag {
                    Tag::CodeBlock(_) | Tag::MetadataBlock(_) => is_code = true,
                    Tag::Link { title, .. } | Tag::Image { title, .. } => seen.texts.push(title.to_string()),
                    _ => {}
                }
                // Emphasis may be split over several things; everything else is there as often as before.
                match tag {
                    Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {}
                    Tag::Link { dest_url, .. } => seen.element(format!("link {dest_url}")),
                    Tag::Image { dest_url, .. } => seen.element(format!("image {dest_url}")),
                    Tag::Heading { level, .. } => seen.element(format!("heading {level}")),
                    tag => seen.element(format!("{tag:?}")),
                }
            }
            Event::End(tag) => match tag {
                TagEnd::CodeBlock | TagEnd::MetadataBlock(_) => is_code = false,
                TagEnd::HtmlBlock => html::read(&std::mem::take(&mut page), seen),
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image => {}
                _ => seen.end(&mut text),
            },
            Event::Text(words) if !is_code => text.push_str(&words),
            Event::Code(code) => {
                // It parts no word from another, and is none.
                text.push('`');
                seen.element(format!("code {code}"));
            }
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::Html(part) => page.push_str(&part),
            Event::InlineHtml(tag) if tag.starts_with("<code") => is_code = true,
            Event::InlineHtml(tag) if tag.starts_with("</code") => is_code = false,
            Event::InlineHtml(tag) => html::read(&tag, seen),
            _ => {}
        }
    }
}
