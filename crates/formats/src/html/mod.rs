//! HTML and XHTML.
//!
//! The document is tokenized as the HTML standard says and never parsed into a tree or written from one: the skeleton is
//! the source, and a merge replaces byte ranges of it. Malformed markup stays malformed in the same way.
//!
//! The way of the data: [`charset`] makes text of bytes; [`templates`] hides server code; [`token`] finds the markup;
//! [`walk`] follows the open elements ([`stack`], [`elements`]) and collects runs of text and inline markup; [`run`] makes
//! segments and [`slot`]s of them; [`skeleton`] and [`write`] bring the translations back; [`notes`] sets language,
//! direction and encoding.
//!
//! Rules: `formats.md` section B.5.

mod attributes;
mod charset;
mod elements;
mod notes;
mod reader;
mod references;
mod run;
mod skeleton;
mod slot;
mod stack;
mod templates;
mod token;
mod walk;
mod write;

use encoding_rs::Encoding;
use terjuman_model::{Place, Segment};

use self::charset::Charset;
use crate::{Extracted, FormatError, Limits, Options, Warning, WarningKind};

pub(crate) use skeleton::{HtmlSkeleton, Places};

pub(crate) fn extract(bytes: &[u8], options: &Options, limits: &Limits) -> Result<Extracted, FormatError> {
    let Page { segments, skeleton, warning } = read(bytes, None, options, limits)?;
    Ok(Extracted { segments, skeleton: Box::new(skeleton), warnings: warning.into_iter().collect() })
}

/// A page taken apart.
pub(crate) struct Page {
    pub(crate) segments: Vec<Segment>,
    pub(crate) skeleton: HtmlSkeleton,
    pub(crate) warning: Option<Warning>,
}

/// Reads a page whose encoding may have been `told` by what it came in: that wins over what the page says itself.
///
/// # Errors
/// As for [`crate::extract`].
pub(crate) fn read(
    bytes: &[u8],
    told: Option<&'static Encoding>,
    options: &Options,
    limits: &Limits,
) -> Result<Page, FormatError> {
    read_at(bytes, told, options, limits, 0)
}

/// How deep pages in attributes of pages (`srcdoc`) are read.
const FRAMES: u8 = 3;

/// The same, of a page that stands in so many others.
fn read_at(
    bytes: &[u8],
    told: Option<&'static Encoding>,
    options: &Options,
    limits: &Limits,
    depth: u8,
) -> Result<Page, FormatError> {
    let (text, charset, flaw) = charset::read(bytes, told)?;
    let (places, segments, warning) = places(&text, charset, flaw, options, limits, depth)?;
    Ok(Page { segments, skeleton: HtmlSkeleton { text: text.into_owned(), places }, warning })
}

/// Reads a page that is kept in what it came in: see [`Places::write`].
///
/// # Errors
/// As for [`crate::extract`].
pub(crate) fn read_places(
    bytes: &[u8],
    told: Option<&'static Encoding>,
    options: &Options,
    limits: &Limits,
) -> Result<(Places, Vec<Segment>, Option<Warning>), FormatError> {
    let (text, charset, flaw) = charset::read(bytes, told)?;
    places(&text, charset, flaw, options, limits, 0)
}

fn places(
    text: &str,
    charset: Charset,
    flaw: Option<usize>,
    options: &Options,
    limits: &Limits,
    depth: u8,
) -> Result<(Places, Vec<Segment>, Option<Warning>), FormatError> {
    if text.trim().is_empty() {
        return Err(FormatError::Empty);
    }
    let (mut found, notes) = walk::walk(text, options, limits, depth)?;
    // Inner slots were finished before the ones around them; readers want the order of the page.
    found.sort_by_key(|slot| (slot.range.start(), std::cmp::Reverse(slot.range.end())));
    let (slots, segments) = found.into_lists();
    let warning = flaw.map(|at| Warning {
        kind: WarningKind::UndecodableBytes,
        place: Place { part: String::new(), offset: at as u64 },
    });
    Ok((Places { charset, slots, notes }, segments, warning))
}
