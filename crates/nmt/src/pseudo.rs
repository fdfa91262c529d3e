//! A predictable engine for tests: every letter becomes a look-alike, so that untranslated text shows at a glance.

use std::time::{Duration, Instant};

use terjuman_model::LanguagePair;

use crate::identity::rewrite_all;
use crate::translator::{Pairs, Source, TranslateError, Translated, Translator, Unit, Watch};

const LOWER: [char; 26] = [
    'á', 'ƀ', 'ć', 'ď', 'é', 'ƒ', 'ǵ', 'ĥ', 'í', 'ĵ', 'ķ', 'ĺ', 'ɱ', 'ń', 'ó', 'ṕ', 'ɋ', 'ŕ', 'ś', 'ť', 'ú', 'ṽ', 'ŵ',
    'ẋ', 'ý', 'ź',
];
const UPPER: [char; 26] = [
    'Á', 'Ɓ', 'Ć', 'Ď', 'É', 'Ƒ', 'Ǵ', 'Ĥ', 'Í', 'Ĵ', 'Ķ', 'Ĺ', 'Ḿ', 'Ń', 'Ó', 'Ṕ', 'Ɋ', 'Ŕ', 'Ś', 'Ť', 'Ú', 'Ṽ', 'Ŵ',
    'Ẋ', 'Ý', 'Ź',
];

/// Stands for the growth of a translation: no letter, so it is never mistaken for text, and no format's markup.
const PADDING: char = '·';

/// Between two looks at whether the work shall stop.
const LOOK_UP: Duration = Duration::from_millis(10);

/// The engine `pseudo`: any pair, whole segments, exact links.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pseudo {
    delay: Duration,
}

impl Pseudo {
    /// An engine whose every call takes at least this long: one call is one document, which makes load predictable.
    #[must_use]
    pub fn new(delay: Duration) -> Self {
        Self { delay }
    }
}

impl Pseudo {
    /// Waits, and looks up often: work that is told to stop has to stop.
    fn take_time(&self, watch: &dyn Watch) -> Result<(), TranslateError> {
        let begun = Instant::now();
        loop {
            if watch.is_cancelled() {
                return Err(TranslateError::Cancelled);
            }
            let left = self.delay.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(LOOK_UP));
        }
    }
}

impl Translator for Pseudo {
    fn name(&self) -> &str {
        "pseudo"
    }

    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> Unit {
        Unit::Segment
    }

    fn translate(
        &self,
        _pair: &LanguagePair,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        self.take_time(watch)?;
        let mut out = rewrite_all(sources, watch, |_, character| look_alike(character))?;
        for translated in &mut out {
            bracket(translated);
        }
        Ok(out)
    }
}

fn look_alike(letter: char) -> Option<char> {
    match letter {
        'a'..='z' => Some(LOWER[letter as usize - 'a' as usize]),
        'A'..='Z' => Some(UPPER[letter as usize - 'A' as usize]),
        _ => None,
    }
}

/// Puts the text in `[ ]`, padded by about 30 %.
fn bracket(translated: &mut Translated) {
    let padding = (translated.text.chars().count() * 3).div_ceil(10);
    translated.text.insert(0, '[');
    for range in &mut translated.fixed {
        *range = range.start + 1..range.end + 1;
    }
    for link in &mut translated.links {
        link.target = link.target.start + 1..link.target.end + 1;
    }
    translated.text.push(' ');
    translated.text.extend(std::iter::repeat_n(PADDING, padding));
    translated.text.push(']');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fixed;

    #[track_caller]
    fn check(text: &str, fixed: &[(std::ops::Range<usize>, &str)], expected: &str) {
        let fixed = fixed.iter().map(|(range, text)| Fixed { range: range.clone(), text: (*text).into() }).collect();
        let source = Source { text: text.into(), fixed, linked: true };
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        let translated = Pseudo::default().translate(&pair, std::slice::from_ref(&source), &()).unwrap().remove(0);
        assert_eq!(translated.text, expected);
        for (range, fixed) in translated.fixed.iter().zip(&source.fixed) {
            assert_eq!(translated.text[range.clone()], fixed.text);
        }
        for link in &translated.links {
            assert!(
                translated.text.is_char_boundary(link.target.start) && source.text.is_char_boundary(link.source.end)
            );
        }
    }

    /// Somebody who wants no more.
    struct Enough;

    impl Watch for Enough {
        fn is_cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_slow_engine_stops_when_it_is_told_to() {
        let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
        let endless = Pseudo::new(Duration::from_secs(1_000_000));
        assert!(matches!(endless.translate(&pair, &[], &Enough), Err(TranslateError::Cancelled)));
    }

    #[test]
    fn letters_change_and_the_rest_stays() {
        check("Hello, 42!", &[], "[Ĥéĺĺó, 42! ···]");
        check(
            "Press {0} on the printer",
            &[(6..9, "{0}"), (17..24, "impressora")],
            "[Ṕŕéśś {0} óń ťĥé impressora ·········]",
        );
        check("日本 ação", &[], "[日本 áçãó ···]");
    }
}
