//! Small repairs of what models do to single words: each has a file and one sentence that says what goes wrong.
//!
//! They have three moments. What the model said is mended before anything looks at it ([`mend`]); then it is asked whether
//! something is wrong with it that another draft may help ([`fault`]); and last, when everything is back in its place, the
//! translation is finished ([`finish`], [`is_better_left`]). A repair looks at the source and the translation and at
//! nothing else, changes no word that it is not sure of, and keeps the places that links point to.

mod case;
mod codes;
mod doubled;
mod glued;
mod lone;

use std::ops::Range;

use crate::neural::draft::Draft;
use crate::neural::guard::Flaw;
use crate::neural::model::Decoded;

pub(crate) use codes::code_at;

/// Mends what the model said.
pub(crate) fn mend(draft: &Draft, decoded: &mut Decoded) {
    glued::loosen(draft.unframed(), decoded);
    doubled::join(draft.unframed(), decoded);
}

/// What is wrong with what the model said, if it is a thing that only repairs know.
pub(crate) fn fault(draft: &Draft, decoded: &Decoded) -> Option<Flaw> {
    let stand_ins = draft.stand_ins.iter().map(|stand_in| &*stand_in.word);
    codes::is_lost(draft.unframed(), &decoded.text, stand_ins).then_some(Flaw::Number)
}

/// Finishes a translation in which everything is back in its place. `is_kept` tells what stands there as it must.
pub(crate) fn finish(source: &str, translation: &mut String, is_kept: impl Fn(&Range<usize>) -> bool) {
    case::restore(source, translation, is_kept);
}

/// Whether the source is the better translation: a lone word that has none.
pub(crate) fn is_better_left(source: &str, translation: &str) -> bool {
    lone::is_garbled(source, translation)
}
