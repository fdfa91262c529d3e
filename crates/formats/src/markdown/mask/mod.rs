//! What the dialects of site generators add to Markdown, hidden from the parser.
//!
//! The parser is shown a document of the same length, in which code of templates, formulas and attributes are letters,
//! and lines that belong to no paragraph are empty headings. Every place is the same in both.

mod blocks;
mod jsx;
mod lines;
mod spans;

use std::borrow::Cow;
use std::ops::Range;

use lines::Line;

/// The document as the parser is shown it.
pub(super) struct Masked<'a> {
    /// As long as the document, byte for byte: itself, if nothing is hidden.
    pub(super) text: Cow<'a, str>,
    /// Where the head of the file ends, which the parser is not shown.
    pub(super) body: usize,
    /// What is hidden and may stand between words, in order.
    pub(super) spans: Vec<Span>,
    /// Tags of components on lines of their own that have words in their attributes, in order.
    pub(super) tags: Vec<Range<usize>>,
    /// Where lines with headings begin that stand behind empty lines and in nothing else, as far as lines tell.
    pub(super) headings: Vec<usize>,
}

/// A hidden stretch.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) range: Range<usize>,
    pub(super) kind: SpanKind,
}

/// What a hidden stretch is between words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpanKind {
    /// Something that shows: a formula, a variable.
    Text,
    /// Something that does not.
    Thing,
    /// `[[page|`
    Open,
    /// `]]`
    Close,
}

/// Hides everything behind the head of the file that is not CommonMark.
pub(super) fn mask(text: &str, body: usize) -> Masked<'_> {
    let lines = lines::read(text, body);
    let is_mdx = jsx::is_mdx(text, &lines);
    let (spans, tags, without_end) = (Vec::new(), Vec::new(), Vec::new());
    let mut masker = Masker { text, is_mdx, hidden: None, spans, tags, without_end };
    let mut index = 0;
    while index < lines.len() {
        let taken = blocks::take(&mut masker, &lines[index..], index.checked_sub(1).map(|before| &lines[before]));
        if taken > 0 || lines[index].is_code || lines[index].is_blank() {
            index += taken.max(1);
            continue;
        }
        // A chunk of lines that may be a paragraph.
        let first = index;
        index += 1;
        while index < lines.len() && !lines[index].is_code && !lines[index].is_blank() {
            let taken = blocks::take(&mut masker, &lines[index..], Some(&lines[index - 1]));
            if taken > 0 {
                spans::hide(&mut masker, lines[first].words.start..lines[index - 1].words.end);
                index += taken;
                break;
            }
            index += 1;
            if index == lines.len() || lines[index].is_code || lines[index].is_blank() {
                spans::hide(&mut masker, lines[first].words.start..lines[index - 1].words.end);
            }
        }
        if index == first + 1 {
            spans::hide(&mut masker, lines[first].words.clone());
        }
    }
    let headings = headings(text, &lines);
    masker.finish(body, headings)
}

fn headings(text: &str, lines: &[Line]) -> Vec<usize> {
    let is_heading = |pair: &&[Line]| {
        let [before, line] = pair else { return false };
        let marks = text[line.words.clone()].trim_start_matches('#');
        let is_marked = (1..=6).contains(&(line.words.len() - marks.len())) && marks.starts_with([' ', '\t']);
        before.is_blank() && !before.is_code && !before.is_quoted && line.is_flush && !line.is_code && is_marked
    };
    lines.windows(2).filter(is_heading).map(|pair| pair[1].words.start).collect()
}

/// The hidden document while it is made.
struct Masker<'a> {
    text: &'a str,
    is_mdx: bool,
    /// Once something is hidden.
    hidden: Option<Vec<u8>>,
    spans: Vec<Span>,
    tags: Vec<Range<usize>>,
    /// Ends of blocks of code that do not come any more.
    without_end: Vec<String>,
}

impl<'a> Masker<'a> {
    fn hidden(&mut self) -> &mut Vec<u8> {
        self.hidden.get_or_insert_with(|| self.text.as_bytes().to_vec())
    }

    /// Puts a byte in the place of each of these, but for line ends.
    fn put(&mut self, range: Range<usize>, byte: u8) {
        for hidden in &mut self.hidden()[range] {
            if !matches!(hidden, b'\n' | b'\r') {
                *hidden = byte;
            }
        }
    }

    /// Hides something between words.
    fn hide(&mut self, range: Range<usize>, kind: SpanKind) {
        self.put(range.clone(), b'x');
        self.spans.push(Span { range, kind });
    }

    /// Makes a line an empty heading: it ends the paragraph before it and begins none.
    fn blank(&mut self, line: &Line) {
        self.title(line, line.words.end..line.words.end);
    }

    /// Makes a line a heading of these words alone.
    fn title(&mut self, line: &Line, words: Range<usize>) {
        self.heading(line.words.start, line.words.end, words);
    }

    /// The same, for a line that what follows is indented under: a list's item.
    fn item(&mut self, line: &Line, words: Range<usize>) {
        self.heading(line.words.start + 2, line.words.end, words);
        let hidden = self.hidden();
        hidden[line.words.start] = b'-';
        hidden[line.words.start + 1] = b' ';
    }

    fn heading(&mut self, start: usize, end: usize, words: Range<usize>) {
        self.put(start..words.start, b' ');
        self.put(words.end..end, b' ');
        self.hidden()[start] = b'#';
        // Where it is indented so deep that it is no heading, it is still no text.
        let spans = [start..words.start, words.end..end].map(|range| Span { range, kind: SpanKind::Thing });
        self.spans.extend(spans.into_iter().filter(|span| !span.range.is_empty()));
    }

    fn finish(mut self, body: usize, headings: Vec<usize>) -> Masked<'a> {
        self.spans.sort_by_key(|span| span.range.start);
        self.tags.sort_by_key(|range| range.start);
        let owned = |hidden| String::from_utf8(hidden).expect("whole characters were replaced by ASCII");
        let text = self.hidden.map_or(Cow::Borrowed(self.text), |hidden| Cow::Owned(owned(hidden)));
        Masked { text, body, spans: self.spans, tags: self.tags, headings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let masked = mask(text, 0);
        // How many blanks there are follows from the length.
        let folded = |text: &str| text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        assert_eq!(folded(&masked.text), folded(expected));
        assert_eq!(masked.text.len(), text.len());
    }

    #[test]
    fn templates_are_hidden() {
        check("{% if x %}\nText {{ name }} here\n{% endif %}\n", "#         \nText xxxxxxxxxx here\n#         \n");
        check("a {{< ref \"b.md\" >}} c\n", "a xxxxxxxxxxxxxxxxxx c\n");
        check("{{< note >}}\nText\n{{< /note >}}", "#           \nText\n#            ");
        check("{{< figure\n  src=\"a\"\n>}}\n", "#         \n  #      \n#  \n");
        check("a `{{ b }}` {{ c\n\n}} <% d %>\n", "a `{{ b }}` {{ c\n\n}} xxxxxxx\n");
        check("Hello {name}, {0} ${x} {not this} {a, b}", "Hello xxxxxx, xxx xxxx {not this} {a, b}");
        check("```\n{% x %}\n```\n", "```\n{% x %}\n```\n");
    }

    #[test]
    fn blocks_of_code_in_templates_are_hidden() {
        check(
            "{% highlight ruby %}\ndef a\n\n  b\n{% endhighlight %}\nText\n",
            "#      \n#    \n\n  #\n#       \nText\n",
        );
        check("{{< highlight go >}}\nx = 1\n{{< / highlight >}}\nText\n", "#      \n#    \n#       \nText\n");
        check("{%- comment -%}\nx\n{%- endcomment -%}\n", "#      \n#\n#       \n");
        check("{% highlight x %}\nText without an end\n", "#      \nText without an end\n");
        check("{% highlighted %}\nText\n{% endhighlighted %}\n", "#      \nText\n#  \n");
    }

    #[test]
    fn directives_are_headings() {
        check(":::note\nText\n:::\n", "#      \nText\n#  \n");
        check(":::tip My title\n", "#      My title\n");
        check(":::note[My title]\n", "#       My title \n");
        check("::: {.callout-note}\n", "#                  \n");
        check("!!! note\n    Text\n", "- #     \n    Text\n");
        check("!!! note \"A title\"\n", "- #       A title \n");
        check("=== \"Tab\"\n", "- #  Tab \n");
        check("> [!NOTE]\n> Text\n", "> #      \n> Text\n");
        check("> [!tip]- Title\n", "> #       Title\n");
        check("*[HTML]: Hyper Text\n", "#        Hyper Text\n");
        check("{: .class }\n", "#          \n");
        check("[TOC]\n", "#    \n");
        check("Wow!!! note this\n", "Wow!!! note this\n");
    }

    #[test]
    fn formulas_are_hidden_and_prices_are_not() {
        check("If $x^2$ and $a$, then", "If xxxxx and xxx, then");
        check("It costs $5 to $6, or CA$7 and US$8.", "It costs $5 to $6, or CA$7 and US$8.");
        check("Pay $5 now and get $10$ back", "Pay $5 now and get xxxx back");
        check("$$\na = b\n$$\n", "# \n#    \n# \n");
        check("so $$a = b$$ here", "so xxxxxxxxx here");
        check("so \\(b\\), \\(\\alpha x\\) \\(a = b\\)", "so xxxxx, xxxxxxxxxxxx xxxxxxxxx");
        check("so \\(see\\) \\(a `b\\)` \\(", "so \\(see\\) \\(a `b\\)` \\(");
        check("\\[\na\n\\]\n\\begin{align}\nb\n\\end{align}\n", "# \n#\n# \n#            \n#\n#          \n");
    }

    #[test]
    fn wiki_links_and_emoji_are_hidden() {
        check(
            "See [[page]] or [[page|the text]] :smile: 10:30:45 ![[a.png]]",
            "See xxxxxxxx or xxxxxxxthe textxx xxxxxxx 10:30:45 xxxxxxxxxx",
        );
    }

    #[test]
    fn mdx_is_hidden() {
        check("import A from 'a'\n\nText {a.b + \"c\"} here\n", "#                \n\nText xxxxxxxxxxx here\n");
        check("<Note>\ntext\n</Note>\n", "#     \ntext\n#      \n");
        check("<Foo\n  a={1 > 2}\n  b=\"c\"\n/>\n", "#   \n  #        \n  #    \n# \n");
        check("a <Foo b={{c: \"d\"}} /> e\n", "a <Foo b=xxxxxxxxxx /> e\n");
        check("# Title {/*id*/}\n", "# Title xxxxxxxx\n");
        check("you can\nimport 'them'\n", "you can\nimport 'them'\n");
        check("<DIV>\ntext\n</DIV>\n", "<DIV>\ntext\n</DIV>\n");
    }
}
