//! What comes out of a translation as it went in, although it stands in the text: placeholders, addresses, code.
//!
//! One pass over the text. Every pattern has a bounded length or consumes what it looks at, so time grows with the
//! text and nothing else.

mod commands;
mod companies;
mod data;
mod names;
mod placeholders;
mod tokens;

use std::ops::Range;

use commands::{commands, statements, ticked};
use data::{dumps, formulas, telephones};
use tokens::tokens;

pub(crate) use companies::companies;
pub(crate) use placeholders::placeholders;
pub(crate) use tokens::is_path;

/// The stretches of `text` that are kept, ordered, not overlapping.
pub(crate) fn kept_stretches(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    formulas(text, &mut found);
    if !text.bytes().any(is_telling) {
        return merged(found);
    }
    placeholders(text, &mut found);
    tokens(text, &mut found);
    dumps(text, &mut found);
    telephones(text, &mut found);
    commands(text, &mut found);
    statements(text, &mut found);
    ticked(text, &mut found);
    merged(found)
}

/// Every kept stretch holds one of these; most prose holds none.
fn is_telling(byte: u8) -> bool {
    matches!(byte, b'{' | b'$' | b'%' | b'<' | b'[' | b'@' | b'/' | b'\\' | b'_' | b'#' | b':' | b'.' | b'(' | b'-')
        || matches!(byte, b'&' | b'!' | b'=' | b'H' | b'|' | b'*' | b'`' | b')')
        || byte.is_ascii_digit()
}

/// Sorts, and joins what overlaps: all of it is kept verbatim, so the union is too.
pub(crate) fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    ranges.dedup_by(|later, earlier| {
        let overlaps = later.start < earlier.end;
        if overlaps {
            earlier.end = earlier.end.max(later.end);
        }
        overlaps
    });
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `expected` is the text with `⟦ ⟧` around what is kept.
    #[test]
    fn formulas_prices_and_settings_are_kept() {
        check("Use ⟦a && b⟧, not ⟦A ∩ B⟧, where ⟦x = y + 1⟧.");
        check("If (⟦n ≤ 3⟧) or n is");
        check("a = the first, 3 + more, and a B");
        check("Write ⟦&nbsp;⟧ or ⟦&#160;⟧, as AT&T; and R&D do.");
        check("See ⟦example.com⟧ or ⟦shop.example.com.br/a⟧. The end.It is");
        check("It costs ⟦117,-⟧ kr, or CHF ⟦12.–⟧ since ⟦1989–2065⟧; a - b");
        check("She is ⟦5'17\"⟧ at 16 ⟦dB(A)⟧; file(s), it's 5'");
        check("Hires(1), Offers(2), ⟦ls(1)⟧ and ⟦V(2)⟧");
        check("⟦FFH⟧ ⟦FEH⟧ = Big-Endian, but EACH BEACH is not ⟦0D0AH⟧");
        check("Set ⟦key=value⟧ and ⟦!important⟧ now!");
        check("At ⟦{% if a < b %}⟧ and");
    }

    #[track_caller]
    fn check(expected: &str) {
        let text = expected.replace(['⟦', '⟧'], "");
        let mut marked = String::new();
        let mut at = 0;
        for range in kept_stretches(&text) {
            marked.push_str(&text[at..range.start]);
            marked.push('⟦');
            marked.push_str(&text[range.clone()]);
            marked.push('⟧');
            at = range.end;
        }
        marked.push_str(&text[at..]);
        assert_eq!(marked, expected);
    }

    #[test]
    fn words_in_angle_brackets_are_words() {
        check("Sign <here> or <hier>, ⟦<BR>⟧ ⟦</here>⟧ ⟦<user_name>⟧ ⟦<x:y>⟧ ⟦<Foo/>⟧ ⟦<h1>⟧");
    }

    #[test]
    fn citations_are_kept() {
        check("Under Section 18.33 ⟦(A)(2)(c)⟧, ⟦65852.2(e)⟧; and (so) it (is)(or not) f(x)");
        check("See ⟦§4.1(3)⟧, ⟦§A.5⟧. Then (⟦§9⟧) ⟦V(A,B)⟧ > ⟦V(D,A)⟧ and § 5 or §a");
    }

    #[test]
    fn tags_written_in_prose_are_kept() {
        check("An ⟦<element name=\"Y\">⟧ and ⟦<x:a b=”c d”/>⟧ it <an aside in brackets> ⟦a < b = c > d⟧");
    }

    #[test]
    fn placeholders_are_kept() {
        check("Hello ⟦{name}⟧, you have ⟦%d⟧ messages and ⟦${x}⟧ ⟦{{ user name }}⟧.");
        check("⟦%1$s⟧ of ⟦%-8.2f⟧, ⟦%(count)d⟧, ⟦%lu⟧, ⟦%@⟧ and ⟦%s⟧");
        check("Dear <<x, well");
        check("See ⟦$t(common:more, {\"n\": 1})⟧, ⟦@:menu.home⟧. ⟦@.lower:a⟧ at @: or @.b, mail @home");
        check("Dear ⟦*|FNAME|*⟧, order ⟦%%ORDER%%⟧ of ⟦%DATE%⟧ for ⟦%#@files@⟧, 5%% A% *|");
        check("Click ⟦<1>⟧here⟦</1>⟧");
        check("Dear ⟦<<First Name>>⟧ and ⟦[[Last]]⟧, use ⟦<b>⟧bold⟦</b>⟧ and ⟦$HOME⟧");
        check("⟦{0}⟧⟦{1:N2}⟧日本⟦{ação}⟧語");
    }

    #[test]
    fn commands_within_sentences_are_kept() {
        check("Type ⟦kill -9 4788⟧, then ⟦ls -la⟧ or ⟦docker run --rm -it⟧ x.");
        check("The ⟦cat a.txt | grep b⟧ is one, (⟦npm install --save-dev⟧) and ⟦rm -rf /tmp/x⟧!");
        check("It was ⟦python3 -m venv .venv⟧, not ⟦$ make test⟧ and ⟦sudo apt-get install -y⟧ curl");
        check("A cat -and I mean it- may go to -9 degrees; make it so | kill time, $ 5 and $ more");
        check("We go - make no mistake - to node 5 and touch ⟦/etc/hosts⟧");
    }

    #[test]
    fn numbers_of_telephones_and_papers_are_kept() {
        check("Call ⟦(11) 93677-2009⟧ or (⟦(555) 010-1234⟧), see (2) 300-400 rooms (12) and (1999) 12-3");
        check("At ⟦00:1A:2B:3C:4D:9E⟧ (⟦2001:db8::1:2⟧), from 12:30:45:10 to a:b:c:d");
        check("In ⟦10.1038/nature20381⟧, ⟦10.1000/182⟧. At 10.5/day and 10.12/x");
    }

    #[test]
    fn questions_to_databases_are_kept() {
        check("⟦SELECT *⟧");
        check("Use ⟦SELECT * FROM t⟧ or ⟦SELECT id, name FROM users WHERE x = 1⟧ here, then ⟦DROP TABLE t⟧.");
        check("SELECT A SIZE AND DELETE FROM THE LIST");
        check("Please SELECT one *");
    }

    #[test]
    fn what_stands_in_backticks_is_code() {
        check("Press ⟦`Save`⟧ and (⟦`a b`⟧), not ``this'' or ` that ` or it`s");
    }

    #[test]
    fn inches_and_faces_are_kept() {
        check("A ⟦15\"⟧ screen (⟦3.5\"⟧), \"and so on, 15\" he said ⟦:-)⟧ or ⟦;-)⟧. So ⟦:D⟧, a ⟦:)⟧ b (see ⟦:)⟧");
    }

    #[test]
    fn calls_addresses_and_formats_are_kept() {
        check("The ⟦COUNT(*)⟧ and ⟦NULLIF(a,b)⟧ of ⟦docs.rs/serde⟧ in ⟦IMG.HEIC⟧, a.m/p.m and etc./or");
        check("Is ⟦<%= name %>⟧, ⟦{date, date, short}⟧, ⟦{n, number}⟧; not {a, number or} {x, date ⟦{y}⟧");
    }

    #[test]
    fn tables_of_bytes_are_kept() {
        check("⟦00000060H  FF FF FF FF FF 1E B1⟧");
        check("⟦0000: d0 cf 11 e0⟧ is how it begins");
        check("AB 12 FE are three");
        check("a dead face be fed");
    }

    #[test]
    fn addresses_paths_and_codes_are_kept() {
        check("See (⟦https://example.com/a?b=c#d⟧), ⟦www.example.com⟧.");
        check("⟦https://en.wikipedia.org/wiki/Rust_(language)⟧ (see ⟦http://a.b⟧)");
        check("Write to ⟦some.one+x@example.co.uk⟧; or (⟦a@b.org⟧).");
        check("请访问⟦https://example.com⟧查看");
        check("In ⟦/usr/bin/env⟧, ⟦C:\\Windows\\x.exe⟧, ⟦src/main.rs⟧ and ⟦report.docx⟧!");
        check("Id ⟦123e4567-e89b-12d3-a456-426614174000⟧, colour ⟦#ff00aa⟧, ⟦0xFF00⟧");
        check("Move it to ⟦dist/release/bin/⟧, not his/her or audio/video/");
        check("Set ⟦file=FILE⟧ and ⟦PATH=/usr/bin:x⟧, or [⟦a=b⟧]: a== b, x= 3, 1=2");
        check("⟦text/html⟧, ⟦audio/mp3⟧ or ⟦application/x-tar⟧, not text/image, audio/video/");
        check("Some lines.⟦_x000d_⟧\nand ⟦_x000D_⟧⟦_x000A_⟧ more, ⟦x_000d_⟧");
        check("Call ⟦do_it()⟧, ⟦print()⟧ or ⟦std::mem⟧ with ⟦--long-option⟧ in ⟦snake_case⟧");
    }

    #[test]
    fn words_are_not_kept() {
        for words in [
            "100% sure, 50 % of it, 5%d",
            "and/or km/h 24/7 1/2",
            "a decade of façade",
            "JavaScript on GitHub, v1.2.3",
            "well-known - really -- yes",
            "user@ #tag @home",
            "end.Start again. e.g. this",
            "{ a b } [x] < 3 > $5",
            "12:30 2020-01-02 *** ---",
            "call (me) (maybe)",
        ] {
            check(words);
        }
    }

    #[test]
    fn hostile_texts_take_time_in_proportion() {
        for text in [
            "`",
            "1\" ",
            "ls -a ",
            "ls ls ",
            "SELECT * ",
            "SELECT a, ",
            "$ ls ",
            "{",
            "%(",
            "<<",
            "[[",
            "a@",
            "http://",
            "a_",
            "))",
            "${",
            "0x",
            "::",
            "({[<",
        ] {
            kept_stretches(&text.repeat(100_000));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_ordered_stretches(text in "([a-z0-9{}\\[\\]<>$%#@:/\\\\._() -]|\\PC){0,60}") {
            let found = kept_stretches(&text);
            proptest::prop_assert!(found.iter().all(|range| text.get(range.clone()).is_some_and(|kept| !kept.is_empty())));
            proptest::prop_assert!(found.is_sorted_by(|a, b| a.end <= b.start));
        }
    }
}
