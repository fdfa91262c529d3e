//! Collects what is in a paragraph.

use std::ops::Range;

use super::{Format, Kind, Literal, Side, Span, Token};
use crate::small_range::SmallRange;

/// What a thing does to the text around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is kept and moves with its word.
    Point,
    /// The same, with nothing seen in its place: it may stand inside a word.
    Anchor,
    /// It is a line break.
    Break,
    /// It is a tab.
    Tab,
    /// No sentence goes across it.
    Border,
    /// It may be dropped when the text around it is rewritten.
    Noise,
}

/// A paragraph that is being read.
#[derive(Debug, Default)]
pub(crate) struct Paragraph {
    pub(super) tokens: Vec<Token>,
    pub(super) literals: Vec<Literal>,
    pub(super) text: String,
    /// All runs, from start tag to end tag; the end of one that is still open is its start.
    pub(super) runs: Vec<Span>,
    /// For each pair, whether it is transparent.
    pub(super) pairs: Vec<bool>,
    /// A run is open.
    in_run: bool,
}

impl Paragraph {
    /// Begins a run.
    pub(crate) fn start_run(&mut self, at: usize) {
        self.runs.push((at..at).into());
        self.in_run = true;
    }

    /// Ends the run.
    pub(crate) fn end_run(&mut self, at: usize) {
        if let Some(run) = self.runs.last_mut() {
            run.end = at;
        }
        self.in_run = false;
    }

    /// Adds text, which is `span` in the document, to the current run.
    pub(crate) fn text(&mut self, text: &str, span: impl Into<Span>, format: Format) {
        let start = self.text.len();
        self.text.push_str(text);
        self.push(Kind::Text { text: (start..self.text.len()).into(), format }, span.into(), Some(format));
    }

    /// Adds a thing, in the current run if it has a format.
    pub(crate) fn thing(&mut self, role: Role, span: impl Into<Span>, run: Option<Format>) {
        self.push(kind_of(role), span.into(), run);
    }

    /// Begins a pair. A transparent one is dropped when the text around it is rewritten.
    pub(crate) fn open(&mut self, transparent: bool, span: impl Into<Span>) -> usize {
        let pair = self.pair(transparent);
        self.push(Kind::Open { pair, transparent, running: false }, span.into(), None);
        pair
    }

    /// Begins a pair inside of a run of this format, which may hold all of it.
    pub(crate) fn open_within(&mut self, format: Format, span: impl Into<Span>) -> usize {
        let pair = self.open(false, span);
        self.side(Side::Begin(format.key));
        pair
    }

    /// Ends a pair inside of a run.
    pub(crate) fn close_within(&mut self, pair: usize, span: impl Into<Span>) {
        self.close(pair, span, None);
        self.side(Side::End);
    }

    fn side(&mut self, side: Side) {
        if let Some(literal) = self.literals.last_mut() {
            literal.side = Some(side);
        }
    }

    /// Begins a pair around a stretch of the text, with sentences that begin and end in it.
    pub(crate) fn open_running(&mut self, span: impl Into<Span>) -> usize {
        let pair = self.pair(false);
        self.push(Kind::Open { pair, transparent: false, running: true }, span.into(), None);
        pair
    }

    /// Ends a pair, in the current run if it has a format.
    pub(crate) fn close(&mut self, pair: usize, span: impl Into<Span>, run: Option<Format>) {
        self.push(Kind::Close { pair }, span.into(), run);
    }

    /// Where the next token will be.
    pub(crate) fn mark(&self) -> usize {
        self.tokens.len()
    }

    /// Makes one thing of all tokens since `mark`; if half of a pair is among them, each becomes a border.
    pub(crate) fn collapse(&mut self, mark: usize, role: Role) {
        self.unite(mark, kind_of(role));
    }

    /// Makes one thing of all tokens since `mark`, with the words among those since `words` still to be read.
    pub(crate) fn collapse_shown(&mut self, mark: usize, words: Option<usize>) {
        let inside = words.and_then(|words| self.tokens.get(words..)).unwrap_or_default();
        let texts = inside.iter().filter_map(|token| match &token.kind {
            Kind::Text { text, .. } | Kind::Shown { text } => Some(*text),
            _ => None,
        });
        let is_line = !inside.iter().any(|token| matches!(token.kind, Kind::Break | Kind::Border));
        let text = texts.reduce(|all, next| (all.start()..next.end()).into()).filter(|_| is_line);
        let kind = text.and_then(|text: SmallRange| self.shown_kind(text.range())).unwrap_or(kind_of(Role::Point));
        self.unite(mark, kind);
    }

    /// Adds a thing with words that are seen and kept.
    pub(crate) fn shown(&mut self, text: &str, span: impl Into<Span>, run: Option<Format>) {
        let start = self.text.len();
        self.text.push_str(text);
        let kind = self.shown_kind(start..self.text.len()).unwrap_or(kind_of(Role::Point));
        self.push(kind, span.into(), run);
    }

    /// What is long is no word of the sentence around it.
    fn shown_kind(&self, text: Range<usize>) -> Option<Kind> {
        let words = &self.text[text.clone()];
        let is_word = words.contains(char::is_alphanumeric) && words.len() <= SHOWN_BYTES;
        let start = text.start + (words.len() - words.trim_start().len());
        is_word.then(|| Kind::Shown { text: (start..start + words.trim().len()).into() })
    }

    /// Makes the start of a pair of all tokens since `mark`. `None` if half of another pair is among them.
    pub(crate) fn collapse_into_open(&mut self, mark: usize) -> Option<usize> {
        let pair = self.pair(false);
        self.unite(mark, Kind::Open { pair, transparent: false, running: false }).then_some(pair)
    }

    /// Makes a border of each token since `mark`.
    pub(crate) fn bar(&mut self, mark: usize) {
        for token in self.tokens.iter_mut().skip(mark) {
            token.kind = Kind::Border;
        }
    }

    /// Makes a border of the token at `mark`; the other half of a pair follows it.
    pub(crate) fn bar_one(&mut self, mark: usize) {
        if let Some(token) = self.tokens.get_mut(mark) {
            token.kind = Kind::Border;
        }
    }

    fn pair(&mut self, transparent: bool) -> usize {
        self.pairs.push(transparent);
        self.pairs.len() - 1
    }

    fn push(&mut self, kind: Kind, span: Span, run: Option<Format>) {
        let index = self.literals.len();
        self.literals.push(Literal { span: span.into(), run, side: None });
        // A pair that begins in a run is written outside of it, and is still a part of it in the document.
        let run = if run.is_some() || self.in_run { self.runs.len() } else { 0 };
        let run = u32::try_from(run).unwrap_or(u32::MAX);
        self.tokens.push(Token { kind, literals: (index..index + 1).into(), runs: (run, run) });
    }

    fn unite(&mut self, mark: usize, kind: Kind) -> bool {
        if mark >= self.tokens.len() {
            return false;
        }
        if !is_balanced(&self.tokens[mark..]) {
            self.bar(mark);
            return false;
        }
        let token = united(&self.tokens, mark..self.tokens.len(), kind);
        self.tokens.truncate(mark);
        self.tokens.push(token);
        true
    }
}

/// The longest words of a thing that are read with the sentence around it.
const SHOWN_BYTES: usize = 80;

/// One token of several. Their literals follow each other.
pub(super) fn united(tokens: &[Token], range: Range<usize>, kind: Kind) -> Token {
    let (first, last) = (&tokens[range.start], &tokens[range.end - 1]);
    Token { kind, literals: (first.literals.start()..last.literals.end()).into(), runs: (first.runs.0, last.runs.1) }
}

/// Whether every pair that begins here ends here, and the other way round.
fn is_balanced(tokens: &[Token]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open { pair, .. } => open.push(pair),
            Kind::Close { pair } if open.pop() != Some(pair) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

fn kind_of(role: Role) -> Kind {
    match role {
        Role::Point => Kind::Point { spacer: false },
        Role::Anchor => Kind::Anchor,
        Role::Break => Kind::Break,
        Role::Tab => Kind::Tab,
        Role::Border => Kind::Border,
        Role::Noise => Kind::Noise,
    }
}
