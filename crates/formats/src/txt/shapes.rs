//! What is as long as the words it belongs to: the rule under a heading, and the columns of a table, which all lines of it
//! have in common. A word that is too long for its column moves the column in every line.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::lines::{Line, LineKind, separators};
use super::paragraphs::Unit;
use crate::fill::width;
use crate::rewriting::Rewritten;

/// A table with more lines, or more columns, keeps the columns it has.
const MOST_LINES: usize = 2_000;
const MOST_COLUMNS: usize = 64;
/// What of a line is looked at for borders of columns, in bytes.
const WIDEST: usize = 1_000;
/// Columns that a table may grow by, all in all: wider ones no page shows.
const MOST_GROWTH: usize = 80;
/// Fewest signs of a rule.
const RULE: usize = 3;

/// What changes beside the words.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    /// By place.
    pub(super) edits: Vec<Rewritten>,
    /// How many columns more the cell of a unit has, by the unit's index.
    pub(super) growth: HashMap<usize, usize>,
}

/// Whether a text has anything of the kind.
pub(super) fn has_shapes(text: &str, lines: &[Line]) -> bool {
    lines.iter().any(|line| line.kind == LineKind::Columns || rule(text, line).is_some())
}

/// Finds what follows words of other lengths. `widths` are those of the units' translations; of those that did not change
/// there is none.
pub(super) fn shapes(text: &str, lines: &[Line], units: &[Unit], widths: &[Option<usize>]) -> Shapes {
    let page = Page { text, lines, units, widths };
    let mut shapes = Shapes::default();
    page.rules(&mut shapes);
    let mut start = 0;
    while start < lines.len() {
        let end = page.block_end(start);
        page.table(start..end, &mut shapes);
        start = end.max(start + 1);
    }
    shapes.edits.sort_by_key(|(range, _)| range.start);
    // A rule between two headings may be that of both.
    shapes.edits.dedup_by(|later, earlier| later.0.start < earlier.0.end);
    shapes
}

struct Page<'a> {
    text: &'a str,
    lines: &'a [Line],
    units: &'a [Unit],
    widths: &'a [Option<usize>],
}

/// Where the border of a column meets a line.
#[derive(Clone, Copy)]
enum Meeting {
    /// The line ends before.
    Beyond,
    /// Before this byte.
    At(usize),
    /// Words or signs go through it.
    Through,
}

/// The rule that a line is: one sign, over and over.
fn rule(text: &str, line: &Line) -> Option<Range<usize>> {
    let start = line.indent.end.min(line.all.end);
    let signs = text[start..line.all.end].trim_end();
    let sign = signs.bytes().next().filter(|sign| b"=-~^*+#_".contains(sign))?;
    let is_rule = signs.len() >= RULE && signs.bytes().all(|other| other == sign);
    is_rule.then_some(start..start + signs.len())
}

impl Page<'_> {
    /// The rules below headings, and above those that have two.
    fn rules(&self, shapes: &mut Shapes) {
        for index in 1..self.lines.len() {
            let Some(rule) = self.rule(index) else { continue };
            let heading = &self.lines[index - 1];
            let Some(unit) = self.only_unit(heading) else { continue };
            let Some(translated) = self.widths[unit] else { continue };
            let column = |at: usize, line: &Line| width(&self.text[line.all.start..at]);
            let (start, end) = (column(heading.indent.end, heading), column(heading.body.end, heading));
            let new_end = column(heading.body.start, heading) + translated;
            let (from, to) = (column(rule.start, &self.lines[index]), column(rule.end, &self.lines[index]));
            let is_equal = (from, to) == (start, end);
            let is_too_short = from <= start && end <= to && to < new_end;
            if !is_equal && !is_too_short {
                continue;
            }
            let length = new_end - from;
            let sign = &self.text[rule.start..=rule.start];
            let above = index.checked_sub(2).and_then(|above| self.rule(above));
            let above = above.filter(|above| self.text[above.clone()] == self.text[rule.clone()]);
            for rule in above.into_iter().chain([rule]) {
                shapes.edits.push((rule, sign.repeat(length.max(RULE))));
            }
        }
    }

    fn rule(&self, index: usize) -> Option<Range<usize>> {
        rule(self.text, &self.lines[index])
    }

    /// The unit that is all of a line's words, if it has no other lines.
    fn only_unit(&self, line: &Line) -> Option<usize> {
        let unit = self.first_unit(line.body.start);
        let is_only = |unit: &Unit| matches!(unit, Unit::Paragraph { bodies, .. } if *bodies == [line.body.clone()]);
        self.units.get(unit).is_some_and(is_only).then_some(unit)
    }

    /// The first unit that begins at `at` or behind it.
    fn first_unit(&self, at: usize) -> usize {
        self.units.partition_point(|unit| unit.start() < at)
    }

    /// Where the lines end that may be one table with the line at `start`.
    fn block_end(&self, start: usize) -> usize {
        let belongs = |line: &&Line| {
            let words = &self.text[line.all.clone()];
            let is_indented = words.starts_with("    ") && line.marker.is_empty();
            !words.trim().is_empty()
                && !words.contains('\t')
                && (line.kind != LineKind::Prose || is_indented && self.only_unit(line).is_some())
        };
        start + self.lines[start..].iter().take_while(belongs).count()
    }

    fn table(&self, block: Range<usize>, shapes: &mut Shapes) {
        if !(2..=MOST_LINES).contains(&block.len()) {
            return;
        }
        let borders = self.borders(&self.lines[block.clone()]);
        if borders.is_empty() {
            return;
        }
        let meetings: Vec<Vec<Meeting>> = block.clone().map(|line| self.meetings(line, &borders)).collect();
        let is_border = |at: usize| !meetings.iter().any(|line| matches!(line[at], Meeting::Through));
        let growth: Vec<usize> =
            (0..borders.len())
                .map(|at| {
                    if is_border(at) { meetings.iter().filter_map(|line| self.overflow(line[at])).max() } else { None }
                })
                .map(Option::unwrap_or_default)
                .collect();
        let total: usize = growth.iter().sum();
        if total == 0 || total > MOST_GROWTH {
            return;
        }
        for (line, meetings) in block.zip(&meetings) {
            for (meeting, more) in meetings.iter().zip(&growth).filter(|(_, more)| **more > 0) {
                let Meeting::At(place) = *meeting else { continue };
                match self.padded(place) {
                    Some(unit) => *shapes.growth.entry(unit).or_default() += more,
                    None => shapes.edits.push(self.insertion(line, place, *more)),
                }
            }
        }
    }

    /// The columns where cells begin, or bars stand, in two lines or more.
    fn borders(&self, lines: &[Line]) -> Vec<usize> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.kind == LineKind::Columns) {
            let words = &self.text[line.body.clone()];
            let indent = line.body.start - line.all.start;
            for separator in separators(words).take_while(|separator| indent + separator.end <= WIDEST) {
                let gap = &words[separator.clone()];
                let column = |at: usize| width(&self.text[line.all.start..line.body.start + separator.start + at]);
                if gap.contains(['|', '│']) {
                    for (at, _) in gap.match_indices(['|', '│']).filter(|(at, _)| separator.start + at > 0) {
                        *counts.entry(column(at)).or_default() += 1;
                    }
                } else if !gap.contains(['.', '…']) && separator.end < words.len() {
                    *counts.entry(column(gap.len())).or_default() += 1;
                }
                if counts.len() > 2 * MOST_COLUMNS {
                    return Vec::new();
                }
            }
        }
        counts.retain(|_, count| *count > 1);
        counts.into_keys().take(MOST_COLUMNS).collect()
    }

    /// Where a line meets the borders of columns, which are in order.
    fn meetings(&self, index: usize, borders: &[usize]) -> Vec<Meeting> {
        let line = &self.lines[index];
        let words = &self.text[line.all.clone()];
        let mut found = Vec::with_capacity(borders.len());
        let mut column = 0;
        let mut before = ' ';
        for (at, character) in words.char_indices() {
            while let Some(border) = borders.get(found.len()).filter(|border| **border <= column) {
                let is_bar = matches!(character, '|' | '│' | '+' | '┼' | '┬' | '┴' | '┤' | '┐' | '┘');
                let place = line.all.start + at;
                let is_met = *border == column && (is_bar || before == ' ') && !self.unit_over(place);
                found.push(if is_met { Meeting::At(place) } else { Meeting::Through });
            }
            if found.len() == borders.len() {
                break;
            }
            column += width(character.encode_utf8(&mut [0; 4]));
            before = character;
        }
        found.resize(borders.len(), Meeting::Beyond);
        found
    }

    /// Whether a place is inside of a unit's words.
    fn unit_over(&self, place: usize) -> bool {
        self.first_unit(place).checked_sub(1).is_some_and(|unit| place < self.units[unit].end())
    }

    /// The cell whose blanks a place is in, or behind.
    fn padded(&self, place: usize) -> Option<usize> {
        let unit = self.first_unit(place).checked_sub(1)?;
        let Unit::Cell { padding, .. } = &self.units[unit] else { return None };
        (!padding.is_empty() && padding.start <= place && place <= padding.end).then_some(unit)
    }

    /// By how many columns the translation of a line's cell is too long to end before the border.
    fn overflow(&self, meeting: Meeting) -> Option<usize> {
        let Meeting::At(place) = meeting else { return None };
        let unit = self.padded(place)?;
        let Unit::Cell { body, padding, least } = &self.units[unit] else { return None };
        let room = width(&self.text[body.start..padding.end]);
        (padding.end == place).then(|| (self.widths[unit].unwrap_or_default() + least).saturating_sub(room))
    }

    /// What a line without words before the border gets: blanks, or more of the rule that it is.
    fn insertion(&self, line: usize, place: usize, more: usize) -> Rewritten {
        let before = &self.text[self.lines[line].all.start..place];
        let is_rule = |sign: char| matches!(sign, '-' | '=' | '_' | '~' | '─' | '━' | '═');
        let signs = before.trim_end_matches(' ');
        match signs.chars().next_back().filter(|sign| is_rule(*sign)) {
            Some(sign) => {
                let at = place - (before.len() - signs.len());
                (at..at, String::from_iter(std::iter::repeat_n(sign, more)))
            }
            None => (place..place, " ".repeat(more)),
        }
    }
}

#[cfg(test)]
mod tests {
    use terjuman_model::TaggedText;

    use crate::{Format, Limits, Options, Target, extract};

    /// The text with some of its units translated.
    fn translated(text: &str, words: &[(&str, &str)]) -> String {
        let extracted = extract(Format::Txt, text.as_bytes(), &Options::default(), &Limits::default()).unwrap();
        let translation = |source: &str| {
            let found = words.iter().find(|(word, _)| *word == source);
            TaggedText::plain(found.map_or(source, |(_, translation)| *translation))
        };
        let translations: Vec<_> =
            extracted.segments.iter().map(|segment| translation(segment.source.text())).collect();
        let target = Target { source_language: None, language: None };
        String::from_utf8(extracted.skeleton.merge(&translations, &target).unwrap()).unwrap()
    }

    #[test]
    fn a_rule_is_as_long_as_its_heading() {
        let words = [("Settings", "Configurações"), ("The guide", "O guia")];
        assert_eq!(translated("3. Settings\n-----------\n", &words), "3. Configurações\n----------------\n");
        assert_eq!(translated("=========\nThe guide\n=========\n", &words), "======\nO guia\n======\n");
        let longer = "==============\n   Settings\n==============\n";
        assert_eq!(translated(longer, &words), "================\n   Configurações\n================\n");
        // Shorter words leave a rule that is not theirs alone.
        assert_eq!(translated("The guide\n------------\n", &words), "O guia\n------------\n");
        let both = "========\nSettings\n========\nSettings\n========\n";
        assert_eq!(translated(both, &words).matches("=============\n").count(), 3);
    }

    #[test]
    fn a_drawn_table_grows_with_its_widest_word() {
        let table = "+-------+------+-----+\n| Limit | Unit | No. |\n+-------+------+-----+\n| Size  | kB   |     |\n\
                     |       | ms   | 12  |\n+-------+------+-----+\n";
        let words = [("Limit", "Limite"), ("Size", "Tamanho da"), ("Unit", "Un")];
        let expected = "+------------+------+-----+\n| Limite     | Un   | No. |\n+------------+------+-----+\n\
                        | Tamanho da | kB   |     |\n|            | ms   | 12  |\n+------------+------+-----+\n";
        assert_eq!(translated(table, &words), expected);
    }

    #[test]
    fn columns_of_blanks_grow_together() {
        let table = "  Name          Default   Meaning\n  -----------   -------   -----------\n  log level     info      How much\n  \
                     size          8         How large\n";
        let words = [("log level", "nível do registro"), ("info", "informação"), ("How much", "Quanto")];
        let expected = "  Name                Default      Meaning\n  -----------------   ----------   -----------\n  \
                        nível do registro   informação   Quanto\n  size                8            How large\n";
        assert_eq!(translated(table, &words), expected);
    }

    #[test]
    fn what_is_no_table_stays() {
        let text = "Name      Age of it\nA line of words that has no columns, and goes through\nAnn       12 years\n";
        assert_eq!(translated(text, &[("Name", "Denominação")]), text.replace("Name      ", "Denominação   "));
    }

    #[test]
    fn leading_dots_end_where_they_ended() {
        let words = [("Settings", "Configurações")];
        assert_eq!(translated("3. Settings .......... 5\n", &words), "3. Configurações ..... 5\n");
        assert_eq!(translated("3. Settings ..... 5\n", &words), "3. Configurações ..... 5\n");
    }

    #[test]
    fn a_message_between_rules_and_comments_are_words() {
        let words = [("Forwarded message", "Mensagem encaminhada")];
        assert_eq!(translated("---- Forwarded message ----\n", &words), "---- Mensagem encaminhada ----\n");
        let text = "# You may use this file as you like if you\n# keep the name of who wrote it.\n#\n# make install\n";
        let texts = |text: &str| {
            let extracted = extract(Format::Txt, text.as_bytes(), &Options::default(), &Limits::default()).unwrap();
            extracted.segments.iter().map(|segment| segment.source.text().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            texts(text),
            ["You may use this file as you like if you keep the name of who wrote it.", "make install"]
        );
        assert_eq!(texts("# make install\n# reboot now please\n"), ["# make install", "# reboot now please"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_written(text in "([a-c|+.=# -]{0,9}[ \n]{1,4}|é|-{3,6}\n){0,30}", more in 0_usize..9) {
            if let Ok(extracted) = extract(Format::Txt, text.as_bytes(), &Options::default(), &Limits::default()) {
                let longer = |source: &str| TaggedText::plain(format!("{source}{}", "x".repeat(more)));
                let translations: Vec<_> =
                    extracted.segments.iter().map(|segment| longer(segment.source.text())).collect();
                let target = Target { source_language: None, language: None };
                proptest::prop_assert!(extracted.skeleton.merge(&translations, &target).is_ok());
            }
        }
    }

    #[test]
    fn tables_of_any_size_come_to_an_end() {
        let far = format!("{}{}\n", "x".repeat(900), "   yes".repeat(20)).repeat(2_000);
        let deep = format!("{}a{}\n", " ".repeat(200_000), "   yes".repeat(64)).repeat(4);
        let bars = format!("a {} b\n", "|".repeat(200_000)).repeat(4);
        for text in [far, deep, bars] {
            let written = translated(&text, &[("yes", "certainly")]);
            assert_eq!(written.lines().count(), text.lines().count());
            assert!(written.len() >= text.len());
        }
    }
}
