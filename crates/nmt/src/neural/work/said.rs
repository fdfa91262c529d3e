//! What a model said of a draft: without what was put before it, and without what it made up behind it.

use std::ops::Range;

use super::Asked;
use crate::neural::draft::Frame;
use crate::neural::guard::{Evidence, Flaw, flaw};
use crate::neural::model::{Decoded, Model, Output};
use crate::neural::piece::Piece;
use crate::neural::repair;
use crate::neural::restore::restore;
use crate::translator::{Score, Source};

/// What guards and repairs find in an output.
pub(super) fn fault(asked: &Asked, output: &Output, decoded: &Decoded) -> Option<Flaw> {
    let evidence = Evidence {
        source: asked.draft.unframed(),
        source_tokens: asked.encoded.ids.len(),
        decoded,
        attention: &output.attention,
        complete: output.complete,
    };
    flaw(&evidence).or_else(|| repair::fault(&asked.draft, decoded))
}

/// What the model said, without the draft's frame.
///
/// # Errors
/// [`Flaw::Lost`] if the frame is not there, or its sign is there again.
pub(super) fn decoded(asked: &Asked, output: &Output, model: &dyn Model) -> Result<Decoded, Flaw> {
    let Decoded { mut text, mut spans } = model.decode(&output.ids);
    let frame = asked.draft.frame;
    if frame != Frame::None {
        let sign = frame.sign().trim_end();
        let mut rest = text.strip_prefix(frame.sign()).ok_or(Flaw::Lost)?;
        if !sign.is_empty() && rest.matches(sign).count() > asked.draft.unframed().matches(sign).count() {
            return Err(Flaw::Lost);
        }
        match frame {
            // `To open` is a verb alone in most languages, or with one word before it.
            Frame::To => {
                rest = rest.split_once(' ').map_or(rest, |(_, verb)| verb);
                if rest.contains(' ') {
                    return Err(Flaw::Lost);
                }
            }
            Frame::The | Frame::Your | Frame::Click => rest = without_owner(rest, text.len(), &spans, asked, output)?,
            Frame::None | Frame::Star | Frame::Dash => {}
        }
        let cut = text.len() - rest.len();
        text = rest.to_owned();
        for span in &mut spans {
            *span = span.start.saturating_sub(cut)..span.end.saturating_sub(cut);
        }
    }
    let mut decoded = Decoded { text, spans };
    repair::mend(&asked.draft, &mut decoded);
    Ok(decoded)
}

/// Most letters of an article, or of what `your` may be.
const LONGEST_OWNER: usize = 6;
/// Most letters of a verb for `click`.
const LONGEST_CLICK: usize = 8;

/// The rest of an output without the words that `the` or `your` became: the first, and what comes from there, too, as in
/// `il tuo`.
fn without_owner<'a>(
    text: &'a str,
    end: usize,
    spans: &[Range<usize>],
    asked: &Asked,
    output: &Output,
) -> Result<&'a str, Flaw> {
    let frame = asked.draft.frame;
    let owner = frame.sign().len()..frame.text().len();
    let is_owner = |word: &Range<usize>| {
        let tokens = spans.iter().enumerate().filter(|(_, span)| span.start < word.end && word.start < span.end);
        tokens.map(|(token, _)| output.attention.row(token)).all(|row| {
            let most = row.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1));
            most.and_then(|(source, _)| asked.encoded.spans.get(source))
                .is_some_and(|span| span.start < owner.end && owner.start < span.end)
        })
    };
    let (first, mut rest) = text.split_once(' ').ok_or(Flaw::Lost)?;
    let longest = if frame == Frame::Click { LONGEST_CLICK } else { LONGEST_OWNER };
    if first.chars().count() > longest || !first.chars().all(char::is_alphabetic) {
        return Err(Flaw::Lost);
    }
    while let Some((word, others)) = rest.split_once(' ') {
        let start = end - rest.len();
        if !is_owner(&(start..start + word.len())) {
            break;
        }
        rest = others;
    }
    Ok(rest)
}

/// The part as the output has it, with everything back in its place.
pub(crate) fn piece_of(source: &Source, asked: &Asked, output: &Output, decoded: &Decoded) -> Result<Piece, Flaw> {
    let Asked { groups, draft, encoded } = asked;
    let attention = &output.attention;
    let restored = restore(&source.text, groups, draft, encoded, decoded, attention)?;
    let piece = Piece::translated(source, groups, draft, encoded, decoded, attention, restored);
    let is_scored = !output.log_probabilities.is_empty();
    Ok(Piece { score: is_scored.then(|| Score::of(&output.log_probabilities)), ..piece })
}

/// The output up to a place.
pub(super) fn cut_short(mut decoded: Decoded, mut output: Output, at: usize) -> (Decoded, Output) {
    decoded.text.truncate(at);
    let tokens = decoded.spans.partition_point(|span| span.start < at);
    decoded.spans.truncate(tokens);
    if let Some(last) = decoded.spans.last_mut() {
        last.end = last.end.min(at);
    }
    output.ids.truncate(tokens);
    output.log_probabilities.truncate(tokens);
    output.attention.weights.truncate(tokens * output.attention.stride);
    (decoded, Output { complete: true, ..output })
}
