//! Translations whose tags are anywhere: whatever a projection does within the rules of the tags, the page stays whole.

use std::collections::BTreeMap;

use terjuman_model::{Edge, Mark, Segment, TagId, TagKind, TaggedText};

use super::nasty::Dice;
use super::{NOWHERE, read, tree};

const WORDS: [&str; 6] = ["uno", "dos", "tres", "cuatro", "cinco", "seis"];

/// Words with every tag of the segment at places of chance: formatting in one range or two, things in one, isolated tags
/// in their order.
fn scattered(segment: &Segment, dice: &mut Dice) -> TaggedText {
    let text = WORDS.join(" ");
    let places: Vec<usize> = (0..=text.len()).collect();
    let mut marks = Vec::new();
    let mut isolated: Vec<usize> = segment.tags.iter().map(|_| dice.roll(places.len())).collect();
    isolated.sort_unstable();
    for (index, tag) in segment.tags.iter().enumerate() {
        let id = TagId(u32::try_from(index).expect("tests have few tags"));
        let mut pair = |dice: &mut Dice| {
            let (one, other) = (dice.roll(places.len()), dice.roll(places.len()));
            marks.push(Mark { at: one.min(other), tag: id, edge: Edge::Open });
            marks.push(Mark { at: one.max(other), tag: id, edge: Edge::Close });
        };
        match tag.kind {
            TagKind::Format => (0..=dice.roll(2)).for_each(|_| pair(dice)),
            TagKind::Whole | TagKind::Protected => pair(dice),
            TagKind::Isolated => marks.push(Mark { at: isolated[index], tag: id, edge: Edge::Point }),
            TagKind::Point | TagKind::Anchor | TagKind::Break => {
                marks.push(Mark { at: dice.roll(places.len()), tag: id, edge: Edge::Point });
            }
        }
    }
    // Two ranges of one tag never overlap.
    for index in 0..segment.tags.len() {
        let mut own: Vec<_> = marks.iter_mut().filter(|mark| mark.tag.0 as usize == index).collect();
        if own.len() == 4 {
            let mut at: Vec<_> = own.iter().map(|mark| mark.at).collect();
            at.sort_unstable();
            own.iter_mut().zip(at).for_each(|(mark, at)| mark.at = at);
        }
    }
    TaggedText::with_marks(text, marks)
}

/// How often each element occurs. A tag without its mate would make the parser open it again, or not at all.
fn counts(html: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for step in tree::parse(html) {
        if let tree::Step::Open(element) = step {
            *counts.entry(format!("{} {:?}", element.name, element.attributes)).or_default() += 1;
        }
    }
    counts
}

#[test]
fn tags_may_stand_anywhere() {
    let split = ["b", "i", "u", "em", "span"];
    for html in [
        "<p>One <b>two <i>three</i></b> four <a href=x>five <b>six</b></a> seven</p>",
        "<p>One <a href=x>two <span class=y>three</span></a><img src=z> <i>four</i><br>five</p>",
        "<p><b>One</b> <i>two</i> <u>three</u> <label>four <a href=x>five</a></label></p>",
        "<p>One <code>two</code> <em>three <kbd>four</kbd></em> <q>five <b>six <u>seven</u></b></q></p>",
        "<p>One <b>two</b> <select><option>three</select> <b>four</b> <ruby>five<rt>six</ruby></p>",
        "<p>One <i>two <!-- three --> four</i> <x-y>five <i>six</i></x-y> seven</p>",
    ] {
        let extracted = read(html.as_bytes()).expect("can be read");
        let before = counts(html);
        for seed in 0..400 {
            let mut dice = Dice(seed);
            let translations: Vec<_> = extracted.segments.iter().map(|s| scattered(s, &mut dice)).collect();
            let written = match extracted.skeleton.merge(&translations, &NOWHERE) {
                Ok(written) => String::from_utf8(written).expect("the page is UTF-8"),
                Err(error) => panic!("seed {seed}: {error}\n{html}\n{translations:?}"),
            };
            let after = counts(&written);
            let lost: Vec<_> = before.keys().filter(|element| !after.contains_key(*element)).collect();
            assert!(lost.is_empty(), "seed {seed}: {lost:?} was lost\n{html}\n{written}");
            for (element, count) in &after {
                let name = element.split(' ').next().unwrap_or_default();
                let expected = before.get(element).copied().unwrap_or_default();
                let is_fine = if split.contains(&name) { expected > 0 } else { *count == expected };
                assert!(is_fine, "seed {seed}: {element} {count} times\n{html}\n{written}");
            }
            let visible: String = tree::parse(&written)
                .into_iter()
                .filter_map(|step| if let tree::Step::Text(text) = step { Some(text) } else { None })
                .collect();
            let words = visible.matches("uno").count();
            assert!(words <= extracted.segments.len(), "seed {seed}: text was doubled\n{written}");
            read(written.as_bytes()).expect("what was written can be read");
        }
    }
}
