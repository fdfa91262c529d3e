use proptest::prelude::*;
use terjuman_model::{Edge, LanguagePair, Piece, Segment, TagId, TagKind, TaggedText};
use terjuman_nmt::{Fixed, Identity, Link, Pairs, Pseudo, Source, TranslateError, Translated, Translator, Unit, Watch};

use super::*;
use crate::assemble::assemble;
use crate::drive::drive;
use crate::plan::{Needs, Plan};
use crate::{EngineLimits, Glossary};

/// A segment from its spelling: `<b>`, `<a>`, `<c>` and so on are formatting, links and code, `/` closes; `@` is an image,
/// `|` a line break, `!` half a pair. A digit after the letter makes another tag of the kind.
fn read(spelling: &str) -> Segment {
    let mut segment = Segment::default();
    let mut names: Vec<String> = Vec::new();
    let mut rest = spelling;
    while let Some(open) = rest.find('<') {
        segment.source.push_str(&rest[..open]);
        let close = open + rest[open..].find('>').unwrap();
        let name = &rest[open + 1..close];
        let (edge, name) = match name.strip_prefix('/') {
            Some(name) => (Edge::Close, name),
            None => (Edge::Open, name),
        };
        let kind = match name.as_bytes()[0] {
            b'b' => TagKind::Format,
            b'a' => TagKind::Whole,
            b'c' => TagKind::Protected,
            b'@' => TagKind::Point,
            b'|' => TagKind::Break,
            _ => TagKind::Isolated,
        };
        let index = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.to_owned());
            segment.add_tag(kind);
            names.len() - 1
        });
        let edge = if kind.is_paired() { edge } else { Edge::Point };
        segment.source.mark(edge, TagId(u32::try_from(index).unwrap()));
        rest = &rest[close + 1..];
    }
    segment.source.push_str(rest);
    segment
}

/// The spelling that `read` would have read the tags from.
fn spell(spelling: &str, text: &TaggedText) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in spelling.split('<').skip(1).map(|rest| rest.split('>').next().unwrap().trim_start_matches('/')) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    text.pieces()
        .map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Mark(Edge::Close, tag) => format!("</{}>", names[tag.0 as usize]),
            Piece::Mark(_, tag) => format!("<{}>", names[tag.0 as usize]),
        })
        .collect()
}

fn through(engine: &dyn Translator, segment: &Segment, terms: &[(&str, &str)]) -> (TaggedText, Placed) {
    let pair = LanguagePair { source: "en".parse().unwrap(), target: "pt".parse().unwrap() };
    let terms = terms.iter().map(|(source, target)| ((*source).to_owned(), (*target).to_owned()));
    let glossary = Glossary::new(terms).unwrap();
    let mut plan = Plan::new(std::iter::once(segment), &pair.source, Needs::of(engine), &glossary, |_| false);
    let units: Vec<Source> = std::mem::take(&mut plan.units).into_iter().collect();
    let translated = drive(engine, &pair, &units, &EngineLimits::default(), &()).unwrap();
    project(segment, &assemble(segment, 0, &plan, &units, &translated))
}

/// Translates word by word in an order of its own, as a neural engine does into a language that is built otherwise.
struct Reordering {
    /// For a number of words, from which source words each word of the translation comes.
    order: Box<dyn Fn(usize) -> Vec<Vec<usize>> + Send + Sync>,
    /// What the word becomes.
    word: fn(&str) -> String,
}

impl Reordering {
    fn reversed() -> Self {
        Self { order: Box::new(|count| (0..count).rev().map(|word| vec![word]).collect()), word: str::to_uppercase }
    }

    fn translate_one(&self, source: &Source) -> Translated {
        let mut words: Vec<(std::ops::Range<usize>, Option<usize>)> = Vec::new();
        let add_gap = |range: std::ops::Range<usize>, words: &mut Vec<_>| {
            for word in super::words::words(&source.text, &range) {
                if !source.text[word.clone()].trim().is_empty() {
                    words.push((word, None));
                }
            }
        };
        let mut at = 0;
        for (index, fixed) in source.fixed.iter().enumerate() {
            add_gap(at..fixed.range.start, &mut words);
            words.push((fixed.range.clone(), Some(index)));
            at = fixed.range.end;
        }
        add_gap(at..source.text.len(), &mut words);
        let mut out = Translated { fixed: vec![0..0; source.fixed.len()], ..String::new().into() };
        let mut order = (self.order)(words.len());
        // What is fixed comes exactly once, and alone.
        for (index, _) in words.iter().enumerate().filter(|(_, (_, fixed))| fixed.is_some()) {
            order.retain(|from| from.is_empty() || from.iter().any(|word| *word != index));
            order.iter_mut().for_each(|from| from.retain(|word| *word != index));
            order.insert(index % (order.len() + 1), vec![index]);
        }
        for (position, from) in order.iter().enumerate() {
            if position > 0 {
                out.text.push(' ');
            }
            let start = out.text.len();
            match from.first().map(|first| (&words[*first], source)) {
                Some(((_, Some(fixed)), source)) => {
                    out.text.push_str(&source.fixed[*fixed].text);
                    out.fixed[*fixed] = start..out.text.len();
                }
                Some(((range, None), source)) => out.text.push_str(&(self.word)(&source.text[range.clone()])),
                None => out.text.push_str("extra"),
            }
            let target = start..out.text.len();
            if source.linked {
                out.links
                    .extend(from.iter().map(|word| Link { source: words[*word].0.clone(), target: target.clone() }));
            }
        }
        out
    }
}

impl Translator for Reordering {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }

    fn unit(&self) -> Unit {
        Unit::Sentence
    }

    fn translate(
        &self,
        _: &LanguagePair,
        sources: &[Source],
        _: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        Ok(sources.iter().map(|source| self.translate_one(source)).collect())
    }
}

#[track_caller]
fn check_reversed(source: &str, expected: &str) {
    let (translation, placed) = through(&Reordering::reversed(), &read(source), &[]);
    assert_eq!((spell(source, &translation).as_str(), placed), (expected, Placed::ByLinks));
}

#[test]
fn tags_follow_their_words() {
    check_reversed("one <b>two</b> three", "THREE <b>TWO</b> ONE");
    check_reversed("<b>one two</b> three", "THREE <b>TWO ONE</b>");
    check_reversed("<a>one <b>two</b></a> three", "THREE <a><b>TWO</b> ONE</a>");
    check_reversed("<b>one <a>two</a></b> three", "THREE <b><a>TWO</a> ONE</b>");
    check_reversed("one<@> two three<@2> four", "FOUR THREE<@2> TWO ONE<@>");
    check_reversed("one <@>two three", "THREE <@>TWO ONE");
    check_reversed("one <a><@></a> two three", "THREE TWO ONE <a><@></a>");
    check_reversed("zero one <@> two three", "THREE TWO ONE <@> ZERO");
}

#[test]
fn sentences_keep_their_order_and_their_blanks() {
    check_reversed("<b>One two.  Three</b> four.", "<b>. TWO ONE  </b>. FOUR <b>THREE</b>");
    check_reversed("one two<|><b>three</b> four", "TWO ONE<|>FOUR <b>THREE</b>");
    check_reversed("<!>one two<!2> three<!3>", "<!>THREE TWO<!2> ONE<!3>");
}

#[test]
fn protected_and_fixed_text_comes_out_as_it_was() {
    check_reversed("run <c>ls -l</c> now", "NOW <c>ls -l</c> RUN");
    check_reversed("go to <b>https://a.bc/d</b> now", "NOW TO <b>https://a.bc/d</b> GO");
}

#[test]
fn a_term_that_a_tag_cuts_has_the_tag_at_its_edge() {
    let check = |source: &str, expected: &str| {
        let (translation, _) =
            through(&Reordering::reversed(), &read(source), &[("printer driver", "controlador da impressora")]);
        assert_eq!(spell(source, &translation), expected);
    };
    check("the printer <b>driver</b> is", "IS <b>controlador da impressora</b> THE");
    check("the printer<@> driver is", "IS controlador da impressora<@> THE");
    check("<b>the printer</b> driver is", "IS <b>controlador da impressora THE</b>");
}

#[test]
fn a_thing_is_one_range_and_formatting_may_be_several() {
    let order = || Reordering { order: Box::new(|_| vec![vec![0], vec![2], vec![1]]), word: str::to_uppercase };
    let check = |source: &str, expected: &str| {
        let (translation, _) = through(&order(), &read(source), &[]);
        assert_eq!(spell(source, &translation), expected);
    };
    check("<b>one two</b> three", "<b>ONE</b> THREE <b>TWO</b>");
    check("<a>one two</a> three", "<a>ONE THREE TWO</a>");
    check("<a><b>one two</b></a> three", "<a><b>ONE THREE TWO</b></a>");
    check("<a>one two</a> <a2>three</a2>", "<a>ONE</a> <a2>THREE</a2> TWO");
}

/// Says one thing, and of each of its stretches where it came from.
struct Says(&'static str, &'static [(&'static str, &'static str)]);

impl Translator for Says {
    fn pairs(&self) -> Pairs {
        Pairs::Any
    }
    fn unit(&self) -> Unit {
        Unit::Sentence
    }
    fn translate(
        &self,
        _: &LanguagePair,
        sources: &[Source],
        _: &dyn Watch,
    ) -> Result<Vec<Translated>, TranslateError> {
        let place = |text: &str, part: &str| {
            let at = text.find(part).unwrap_or_else(|| panic!("{part:?} is not in {text:?}"));
            at..at + part.len()
        };
        let say = |source: &Source| Translated {
            links: self
                .1
                .iter()
                .map(|(a, b)| Link { source: place(&source.text, a), target: place(self.0, b) })
                .collect(),
            ..self.0.into()
        };
        Ok(sources.iter().map(say).collect())
    }
}

#[test]
fn a_link_over_several_words_is_cut_where_a_tag_is_between_them() {
    // `first.1` is one word to engines that know blanks only.
    let source = "first.<b>1</b>";
    let engine = Says("FIRST.1", &[("first.1", "FIRST.1")]);
    assert_eq!(spell(source, &through(&engine, &read(source), &[]).0), "FIRST.<b>1</b>");
}

#[test]
fn a_word_that_stays_keeps_the_tags_inside_it() {
    let check = |source: &str, engine: Says, expected: &str| {
        assert_eq!(spell(source, &through(&engine, &read(source), &[]).0), expected);
    };
    // The engine says that the neighbour came from the word, too.
    check(
        "cuts CO<b>2</b> emissions",
        Says("corta as emissões de CO2", &[("cuts", "corta"), ("CO2", "de CO2"), ("emissions", "emissões")]),
        "corta as emissões de CO<b>2</b>",
    );
    check(
        "CO<b>2</b> and H<b2>2</b2>O",
        Says("H2O e CO2", &[("CO2", "CO2"), ("and H2O", "H2O e")]),
        "H<b2>2</b2>O e CO<b>2</b>",
    );
    check("m<b>2</b> or m<b2>3</b2>", Says("m3 ou m2", &[("m2", "m2"), ("m3", "m3")]), "m<b2>3</b2> ou m<b>2</b>");
    // Without links the same words are met in the same turn.
    check("the m<b>2</b> of m2", Says("os m2 de m2", &[("the", "os")]), "os m<b>2</b> de m2");
    check("the 64<b>th</b> show", Says("o 64º salão", &[("the", "o"), ("64th", "64º")]), "o 64<b>º</b> salão");
    // A word that became another is healed.
    check(
        "to optimi<b>s</b>e it",
        Says("otimizar isso", &[("optimise", "otimizar"), ("it", "isso")]),
        "<b>otimizar</b> isso",
    );
}

#[test]
fn a_raised_ending_without_a_counterpart_raises_nothing() {
    let check = |source: &str, engine: Says, expected: &str| {
        assert_eq!(spell(source, &through(&engine, &read(source), &[]).0), expected);
    };
    check("on the 5<b>th</b> day", Says("no dia 5 agora", &[("5th", "5"), ("day", "dia")]), "no dia 5<b> </b>agora");
    check("the 1<b>st</b> time", Says("a primeira vez", &[("1st", "primeira")]), "a primeira<b> </b>vez");
    check("day 5<b>th</b>", Says("dia 5", &[("5th", "5"), ("day", "dia")]), "dia<b> </b>5");
    // Letters that still end a word that begins with a number are an ending, in whatever language.
    check(
        "the 5<b>th</b> day",
        Says("ťĥé 5ťĥ ďáý", &[("the", "ťĥé"), ("5th", "5ťĥ"), ("day", "ďáý")]),
        "ťĥé 5<b>ťĥ</b> ďáý",
    );
    // By itself it has no blank beside it.
    check("5<b>th</b>", Says("quinto", &[("5th", "quinto")]), "<b>quinto</b>");
    check(
        "42<b>日本</b> more",
        Says("mais 42日本", &[("42", "42"), ("日", "日"), ("本", "本"), ("more", "mais")]),
        "mais 42<b>日本</b>",
    );
    check(
        "10<b>mi</b> more",
        Says("mais 16 quilómetros", &[("10", "16"), ("10mi", "quilómetros"), ("more", "mais")]),
        "mais 16 <b>quilómetros</b>",
    );
    check("10<b>n</b> more", Says("mais 10n", &[("10n", "10n"), ("more", "mais")]), "mais 10<b>n</b>");
}

#[test]
fn without_links_tags_are_placed_by_proportion() {
    let silent = Reordering { order: Box::new(|count| vec![Vec::new(); count]), word: str::to_uppercase };
    let (translation, placed) = through(&silent, &read("<b>one two three four</b> five six<@> x"), &[]);
    assert_eq!(placed, Placed::ByFallback);
    assert_eq!(spell("<b>< ><@>", &translation).matches("<b>").count(), 1);
}

#[test]
fn identity_gives_the_very_same_text_and_marks() {
    for source in [
        "Press <b>start</b> now<|>",
        "<b>O</b>nce <b2>u</b2><b3>po</b3>n",
        "a <b>b </b>c<@> <@2> d",
        "<a><@></a>x<b></b>",
        "<b>a<a>b</a></b><a2>c</a2>",
        "e<b>\u{301}</b> 👩<b2>\u{200d}💻</b2>",
        "<c>a <b>b</b></c> c{0<b2>}</b2>",
        "<c>one<b>oneone日本one</b></c>",
        "one<b>.\u{202c} \u{202c}</b>\u{202c}<b2>\u{202c}\u{202c}</b2>",
    ] {
        let segment = read(source);
        assert_eq!(through(&Identity, &segment, &[]), (segment.source, Placed::ByLinks), "{source}");
    }
}

#[test]
fn pseudo_keeps_inner_tags_at_their_letters_and_outer_ones_outside_the_brackets() {
    let check = |source: &str, expected: &str| {
        assert_eq!(spell(source, &through(&Pseudo::default(), &read(source), &[]).0), expected);
    };
    check("Press <b>start</b> now<|>", "[Ṕŕéśś <b>śťáŕť</b> ńóŵ ·····]<|>");
    check("<b>D</b>rop <b2>cap</b2>", "<b>[Ď</b>ŕóṕ <b2>ćáṕ ···]</b2>");
    check("<a>All</a>", "<a>[Áĺĺ ·]</a>");
}

#[test]
fn crossing_pairs_of_a_document_come_out_nested() {
    let (translation, placed) = through(&Reordering::reversed(), &read("<b>one <b2>two</b> three</b2> four"), &[]);
    assert_eq!(spell("<b><b2>", &translation), "FOUR <b2>THREE </b2><b><b2>TWO</b2> ONE</b>");
    assert_eq!(placed, Placed::ByLinks);
}

#[test]
fn many_tags_take_time_in_proportion() {
    for spelling in ["<b>a</b> ", "<a>a</a> ", "a<@> ", "<!>a ", "<b>", "a<b></b>"] {
        let mut segment = Segment::default();
        let read = read(spelling);
        for _ in 0..5_000 {
            let first = segment.tags.len();
            segment.tags.extend(read.tags.iter().copied());
            for piece in read.source.pieces() {
                match piece {
                    Piece::Text(text) => segment.source.push_str(text),
                    Piece::Mark(edge, tag) => segment.source.mark(edge, TagId(tag.0 + u32::try_from(first).unwrap())),
                }
            }
        }
        segment.source.push_str("end");
        let (translation, _) = through(&Reordering::reversed(), &segment, &[]);
        assert!(translation.marks().len() >= segment.source.marks().len());
        let (same, _) = through(&Identity, &segment, &[]);
        assert_eq!(same, segment.source);
    }
}

/// One step of writing a segment.
#[derive(Debug, Clone)]
enum Step {
    Text(&'static str),
    Open(TagKind),
    Close,
    Single(TagKind),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let text = prop::sample::select(vec![
        "one",
        "two",
        " ",
        " ",
        " ",
        "three",
        ". ",
        "a",
        ", ",
        "42",
        "{0}",
        "\u{a0}",
        "日本",
        "e\u{301}",
        "👩‍💻",
        "-",
        "(",
        "x.y",
    ]);
    let pairs = prop::sample::select(vec![TagKind::Format, TagKind::Format, TagKind::Whole, TagKind::Protected]);
    let singles = prop::sample::select(vec![TagKind::Point, TagKind::Point, TagKind::Break, TagKind::Isolated]);
    let step = prop_oneof![
        6 => text.prop_map(Step::Text),
        2 => pairs.prop_map(Step::Open),
        2 => Just(Step::Close),
        1 => singles.prop_map(Step::Single),
    ];
    prop::collection::vec(step, 1..40)
}

fn write(steps: &[Step]) -> Segment {
    let mut segment = Segment::default();
    let mut open = Vec::new();
    for step in steps {
        match step {
            Step::Text(text) => segment.source.push_str(text),
            Step::Open(kind) => {
                let tag = segment.add_tag(*kind);
                segment.source.open(tag);
                open.push(tag);
            }
            Step::Close => {
                if let Some(tag) = open.pop() {
                    segment.source.close(tag);
                }
            }
            Step::Single(kind) => {
                let tag = segment.add_tag(*kind);
                segment.source.point(tag);
            }
        }
    }
    while let Some(tag) = open.pop() {
        segment.source.close(tag);
    }
    segment
}

/// For each word of the translation, the words it comes from: any, none, several, the same ones again.
fn orders() -> impl Strategy<Value = Vec<Vec<prop::sample::Index>>> {
    prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..3), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn identity_is_exact_on_any_segment(steps in steps()) {
        let segment = write(&steps);
        prop_assert_eq!(through(&Identity, &segment, &[]).0, segment.source);
    }

    #[test]
    fn any_links_give_tags_that_verify(steps in steps(), order in orders()) {
        let segment = write(&steps);
        let order = move |count: usize| -> Vec<Vec<usize>> {
            if count == 0 { return vec![Vec::new()]; }
            order.iter().map(|from| from.iter().map(|index| index.index(count)).collect()).collect()
        };
        let engine = Reordering { order: Box::new(order), word: str::to_uppercase };
        let (translation, placed) = through(&engine, &segment, &[("two", "dois termos")]);
        prop_assert_ne!(placed, Placed::NotAtAll, "{:?}", translation);
    }

    #[test]
    fn permuted_words_keep_their_formatting_exactly(steps in steps(), seed in any::<prop::sample::Index>()) {
        // Things are one range, which words of others may get into; protected text is one word to the engine.
        let only_formats = |step: &Step| match step {
            Step::Open(_) => Step::Open(TagKind::Format),
            Step::Text("{0}") => Step::Text("zero"),
            Step::Single(_) => Step::Text(" "),
            other => other.clone(),
        };
        let steps: Vec<Step> = steps.iter().map(only_formats).collect();
        let segment = write(&steps);
        let shift = move |count: usize| (0..count).map(|word| vec![(word * 7 + seed.index(count.max(1))) % count]).collect();
        let coprime = move |count: usize| if count.is_multiple_of(7) { (0..count).rev().map(|word| vec![word]).collect() } else { shift(count) };
        let engine = Reordering { order: Box::new(coprime), word: str::to_owned };
        let (translation, _) = through(&engine, &segment, &[]);
        prop_assert_eq!(formats_of_words(&segment, &translation), formats_of_words(&segment, &segment.source));
    }
}

/// Each whole word with the tags over it, in any order; words that a tag cuts have them all.
fn formats_of_words(segment: &Segment, text: &TaggedText) -> Vec<(String, Vec<TagId>)> {
    let mut over: Vec<(usize, Vec<TagId>)> = vec![(0, Vec::new())];
    let mut open: Vec<TagId> = Vec::new();
    for mark in text.marks().iter().filter(|mark| segment.kind(mark.tag).is_paired()) {
        match mark.edge {
            Edge::Open => open.push(mark.tag),
            _ => open.retain(|tag| *tag != mark.tag),
        }
        over.push((mark.at, open.clone()));
    }
    let mut breaks: Vec<usize> =
        text.marks().iter().filter(|mark| !segment.kind(mark.tag).is_paired()).map(|mark| mark.at).collect();
    breaks.push(text.text().len());
    let mut out = Vec::new();
    for word in super::words::words(text.text(), &(0..text.text().len())) {
        if super::words::is_blank(&text.text()[word.clone()])
            || breaks.iter().any(|at| word.start < *at && *at < word.end)
        {
            continue;
        }
        let mut tags: Vec<TagId> = over
            .iter()
            .enumerate()
            .filter(|(index, (at, _))| {
                let until = over.get(index + 1).map_or(usize::MAX, |(at, _)| *at);
                *at < word.end && until > word.start && until > *at
            })
            .flat_map(|(_, (_, tags))| tags.clone())
            .collect();
        tags.sort_unstable();
        tags.dedup();
        out.push((text.text()[word].to_owned(), tags));
    }
    out.sort();
    out
}

#[test]
fn fixed_texts_are_where_the_engine_says() {
    let source =
        Source { text: "a {0} b".into(), fixed: vec![Fixed { range: 2..5, text: "{0}".into() }], linked: true };
    let translated = Reordering::reversed().translate_one(&source);
    assert_eq!(&translated.text[translated.fixed[0].clone()], "{0}");
}
