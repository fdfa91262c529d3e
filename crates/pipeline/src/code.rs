//! Paragraphs that are wholly code: lines of a shell, of a program, of a configuration.
//!
//! Programs stand in documents like any paragraph, in a font of fixed pitch or not, and a model makes sentences of them.
//! What is taken for code is not translated, so that takes evidence: half of the words have signs that only code has, and
//! none is one of the small words that sentences are made of. A font is no evidence by itself, as whole documents are
//! set like a typewriter's; whether a word of a sentence is code is another question ([`crate::fixed`]). A line that says
//! nothing (`else`, `import os`) is what stands on both sides of it. Where a document has a font of fixed pitch for some of
//! its paragraphs, those that stand together are one listing: code if one of its lines is, and few are sentences; and where
//! it has that font for most of them, if half of the lines are.

mod lines;

use std::borrow::Cow;
use std::ops::Range;

use terjuman_formats::message::choices;
use terjuman_model::{LanguageTag, Segment};

use crate::fixed::STATEMENTS;
use crate::foreign::is_small_word;
use crate::protect::{is_path, merged, placeholders};

/// More of a segment is not looked at.
const SAMPLE_BYTES: usize = 2_000;
/// The most words of a line that is what its neighbours are.
const LINE: usize = 5;

/// Commands that tell a line of a shell.
pub(crate) const COMMANDS: &[&str] = &[
    "apt",
    "apt-get",
    "awk",
    "bash",
    "brew",
    "cargo",
    "cat",
    "cd",
    "chmod",
    "chown",
    "cmake",
    "cp",
    "curl",
    "dnf",
    "docker",
    "echo",
    "export",
    "gcc",
    "git",
    "go",
    "gpg",
    "grep",
    "gunzip",
    "hg",
    "java",
    "journalctl",
    "kill",
    "kubectl",
    "ls",
    "make",
    "man",
    "mkdir",
    "mkfs",
    "mount",
    "mv",
    "mvn",
    "mysql",
    "node",
    "npm",
    "npx",
    "openssl",
    "pip",
    "pip3",
    "pnpm",
    "psql",
    "python",
    "python3",
    "rm",
    "rpm",
    "rsync",
    "scp",
    "sed",
    "service",
    "sh",
    "ssh",
    "su",
    "sudo",
    "svn",
    "systemctl",
    "tar",
    "tcpdump",
    "touch",
    "unzip",
    "vi",
    "vim",
    "wget",
    "xargs",
    "yum",
];

/// Words of programs that are no evidence: most are in sentences, too.
const KEYWORDS: &[&str] = &[
    "bool", "char", "class", "const", "def", "elif", "else", "enum", "false", "fn", "func", "function", "import",
    "int", "let", "new", "null", "private", "public", "return", "static", "string", "struct", "true", "var", "void",
];

/// What a statement with a block begins with.
const BLOCKS: &[&str] = &["def", "elif", "for", "if", "match", "switch", "while", "with"];

/// Signs that no word has.
const OPERATORS: &[&str] =
    &["==", "!=", "::", "&&", "||", "+=", "-=", ":=", "<=", ">=", "${", "$(", "()", "*/", "/*", "->", "=>"];

/// For each segment, whether it is code.
pub(crate) fn code(segments: &[Segment], language: &LanguageTag) -> Vec<bool> {
    let verdicts: Vec<Verdict> = segments.iter().map(|segment| verdict(segment.source.text(), language)).collect();
    let is_code = |at: Option<usize>| at.and_then(|at| verdicts.get(at)) == Some(&Verdict::Code);
    let is_line = |at: usize| matches!(verdicts[at], Verdict::Line { .. });
    let between = |at: usize| is_line(at) && is_code(at.checked_sub(1)) && is_code(Some(at + 1));
    let is_own = |at: usize| verdicts[at] == Verdict::Code || lines::is_listing(&segments[at], language);
    let mut code: Vec<bool> = (0..segments.len()).map(|at| is_own(at) || between(at)).collect();
    let is_usual = is_usual(segments);
    for listing in listings(segments) {
        let is_told = |at: usize| {
            let text = segments[at].source.text().trim();
            match verdicts[at] {
                Verdict::Code | Verdict::Line { signs: true } => true,
                Verdict::Line { signs: false } | Verdict::Text => is_told_by_font(text),
                Verdict::Sentence => false,
            }
        };
        let lines = &verdicts[listing.clone()];
        let is_half = || 2 * lines.iter().filter(|line| **line == Verdict::Code).count() >= lines.len();
        if is_program(lines, listing.clone().any(is_told)) && (!is_usual || is_half()) {
            code[listing].fill(true);
        }
    }
    code
}

/// Whether a line in a font for code is code by what it says: tables and lists are set in one, too.
fn is_told_by_font(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    // `None.`
    let is_word = || text.chars().skip(1).all(|c| c.is_lowercase() || matches!(c, '.' | ',' | ':' | '!' | '?'));
    // `deb http://example.com/debian/ unstable main`; `See http://example.com` are words.
    let is_address = || text.contains("://") && first.bytes().all(|byte| byte.is_ascii_lowercase());
    STATEMENTS.contains(&first)
        || is_address()
        || text.contains(['{', '}', '=', ';', '_', '\\', '|', '$', '&', '#', '`', '~', '@'])
        || !(text.contains(char::is_whitespace) || text.starts_with(char::is_uppercase) && is_word())
}

/// Whether most of the document is in a font of fixed pitch.
fn is_usual(segments: &[Segment]) -> bool {
    let bytes = |is_counted: fn(&Segment) -> bool| -> usize {
        segments.iter().filter(|segment| is_counted(segment)).map(|segment| segment.source.text().len()).sum()
    };
    2 * bytes(|segment| segment.code) > bytes(|_| true)
}

/// Paragraphs in a font of fixed pitch that follow one another.
fn listings(segments: &[Segment]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in (0..segments.len()).filter(|at| segments[*at].code) {
        match found.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// Whether a listing is one of a program: a line of it is code, or all say nothing else; and few are sentences.
fn is_program(lines: &[Verdict], is_told: bool) -> bool {
    let sentences = lines.iter().filter(|line| **line == Verdict::Sentence).count();
    let all_lines = lines.len() > 1 && lines.iter().all(|line| matches!(line, Verdict::Line { .. }));
    2 * sentences < lines.len() && (is_told || all_lines)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Code,
    /// It may be a line of code, and more so with signs that code has.
    Line {
        signs: bool,
    },
    Text,
    /// With small words as sentences have them.
    Sentence,
}

fn verdict(text: &str, language: &LanguageTag) -> Verdict {
    let text = without_placeholders(&without_tags(&text[..text.floor_char_boundary(SAMPLE_BYTES)]));
    let text = text.trim();
    let Evidence { signs, words, small, files } = evidence(text, language);
    let first = text.split_whitespace().next().unwrap_or_default();
    let ends = text.ends_with(['{', ';']) || text.ends_with(')') && signs == 1 && words == 0;
    let is_block = BLOCKS.contains(&first) && (text.ends_with('{') || text.ends_with("):")) && signs > 0;
    // `one.tar becomes two.tar` is a sentence, with names of files.
    let says_something = files == signs && words > 0;
    let is_told = (signs > 1 || signs == 1 && ends) && words <= signs && small == 0 && !says_something;
    if is_told || is_block || is_typed(text) && small < 2 || is_query(text) {
        return Verdict::Code;
    }
    let begins_small = text.starts_with(|first: char| first.is_ascii_lowercase() || !first.is_alphabetic());
    let is_line = small == 0 && words <= LINE && begins_small && !text.ends_with(['.', '!', '?', ':']);
    match (is_line, small) {
        (true, _) => Verdict::Line { signs: signs > 0 },
        (false, 2..) if words > signs => Verdict::Sentence,
        _ => Verdict::Text,
    }
}

/// The longest tag, in bytes.
const LONGEST_TAG: usize = 300;

/// What markup stands in is a text like any other.
fn without_tags(text: &str) -> Cow<'_, str> {
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        let is_tag =
            tag[1..].starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?'));
        let end = tag.bytes().take(LONGEST_TAG).position(|byte| byte == b'>').filter(|_| is_tag);
        match end {
            Some(_) => out.push(' '),
            None => out.push('<'),
        }
        rest = &tag[end.unwrap_or_default() + 1..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Messages of programs and letters to be filled in are texts, too.
fn without_placeholders(text: &str) -> String {
    let mut found = Vec::new();
    placeholders(text, &mut found);
    let found = merged(found.into_iter().chain(choices(text).into_iter().map(|choice| choice.range)).collect());
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for range in found {
        out.push_str(&text[at..range.start]);
        out.push(' ');
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

struct Evidence {
    /// Words that only code has.
    signs: usize,
    /// Others of two letters or more.
    words: usize,
    /// Small words of the language among them.
    small: usize,
    /// Names of files among the words that only code has.
    files: usize,
}

fn evidence(text: &str, language: &LanguageTag) -> Evidence {
    let mut evidence = Evidence { signs: 0, words: 0, small: 0, files: 0 };
    let has_lists = text.matches('(').nth(1).is_some();
    // Headings of wikis have them at both ends.
    let mut rest = text.trim_matches('=').split_whitespace().peekable();
    let mut is_command = rest.peek().is_some_and(|first| COMMANDS.binary_search(first).is_ok());
    while let Some(word) = rest.next() {
        let bare = word.trim_matches(|character: char| !character.is_alphanumeric());
        let starts_value = |next: &&str| next.starts_with(|c: char| c.is_ascii_digit() || "\"'{[tfn".contains(c));
        if is_key(word) && rest.peek().is_some_and(starts_value)
            || has_lists && is_applied(word) && rest.peek().is_some_and(|next| is_operand(next))
        {
            evidence.signs += 2;
        } else if is_of_code(word) {
            evidence.signs += 1;
            evidence.files += usize::from(is_dotted(word));
        } else if bare.chars().filter(|character| character.is_alphabetic()).nth(1).is_some()
            && KEYWORDS.binary_search(&bare).is_err()
            && !std::mem::take(&mut is_command)
        {
            evidence.words += 1;
            evidence.small += usize::from(is_small_word(&bare.to_lowercase(), language));
        }
    }
    evidence
}

/// An operator before its operands, as Lisp has it: `(+ x 1)`.
fn is_applied(word: &str) -> bool {
    let operator = word.trim_start_matches(['(', '[']);
    operator.len() < word.len() && matches!(operator, "+" | "-" | "*" | "/" | "<" | ">" | "=" | "<=" | ">=")
}

/// A list, a number or a name of one letter.
fn is_operand(word: &str) -> bool {
    word.starts_with('(')
        || word.starts_with(|first: char| first.is_ascii_digit())
        || word.trim_end_matches([')', ']']).len() == 1
}

/// `"name":`
fn is_key(word: &str) -> bool {
    word.starts_with(['"', '\'']) && (word.ends_with("\":") || word.ends_with("':"))
}

/// Whether something is typed behind a prompt: `$ make`, `# apt install x`, `user@host:~$ ls`.
fn is_typed(text: &str) -> bool {
    let Some((prompt, typed)) = text.split_once(' ') else { return false };
    let is_prompt = matches!(prompt, "$" | "#" | "%" | ">>>") || prompt.contains('@') && prompt.ends_with(['$', '#']);
    let mut words = typed.split_whitespace();
    let command = words.next().unwrap_or_default();
    let is_program = command.starts_with(|first: char| first.is_ascii_lowercase() || matches!(first, '.' | '/'));
    is_prompt && (COMMANDS.binary_search(&command).is_ok() || is_program && words.any(is_of_code))
}

/// Whether it is a question to a database: `SELECT name FROM users;`.
fn is_query(text: &str) -> bool {
    const VERBS: [&str; 7] = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP"];
    const PARTS: [&str; 7] = ["FROM", "INTO", "SET", "TABLE", "VALUES", "WHERE", "INDEX"];
    let mut words = text.split_whitespace();
    words.next().is_some_and(|verb| VERBS.contains(&verb))
        && words.any(|word| PARTS.contains(&word))
        && text.contains(|character: char| character.is_lowercase() || character == ';')
}

/// `server.port`, `archive.tar`.
fn is_dotted(word: &str) -> bool {
    let mut parts = word.split('.');
    word.contains('.')
        && parts.all(|part| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
}

/// Whether a word has signs that no sentence has.
fn is_of_code(word: &str) -> bool {
    let is_name = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':'))
    };
    // Sentences have arrows by themselves.
    if matches!(word, "->" | "=>") {
        return false;
    }
    if word.len() == 1 {
        return word.contains(['=', '{', '}', '\\', '`']);
    }
    let is_escape = || word.split('\\').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let is_operator = OPERATORS.iter().any(|operator| word.contains(operator)) || is_escape();
    // `call(`, `list[0]`; `file(s)` is a word.
    let is_call = word.split_once(['(', '[']).is_some_and(|(name, inner)| {
        let is_open = !inner.contains([')', ']']);
        name.len() > 1
            && is_name(name)
            && (is_open || inner.starts_with(['"', '\'']) || inner.ends_with(");") || inner.ends_with("):"))
    });
    let is_variable =
        word.strip_prefix('$').is_some_and(|name| is_name(name.trim_end_matches(['"', ',', ';', '/', ')'])));
    let is_option = |prefix: &str, most: usize| {
        let name = word.strip_prefix(prefix).unwrap_or_default().split('=').next().unwrap_or_default();
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.len() <= most
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_setting = word.split_once('=').is_some_and(|(name, _)| is_name(name));
    let has_underscore = word.is_ascii() && word.trim_matches('_').contains('_');
    is_operator
        || is_call
        || is_variable
        || is_option("--", 40)
        || is_option("-", 1)
        || word
            .strip_prefix('-')
            .is_some_and(|name| name.len() == 2 && name.bytes().all(|byte| byte.is_ascii_lowercase()))
        || is_setting
        || is_dotted(word)
        || has_underscore
        || is_path(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[(&str, bool)]) {
        let segments: Vec<Segment> = lines.iter().map(|(text, _)| Segment::plain(*text)).collect();
        let found = code(&segments, &"en".parse().unwrap());
        let wrong: Vec<_> = lines.iter().zip(&found).filter(|((_, wanted), found)| wanted != *found).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn lines_of_shells_programs_and_settings_are_code() {
        for line in [
            "(- (sqrt (+ x 1)) (sqrt x)))",
            "(while (< i 10)",
            ":pre (< (abs x0) 1)",
            "(/ (pow x 5) 120.0))",
            "$ sudo apt-get install terjuman",
            "$ make",
            "# apt install nginx",
            "user@host:~$ ls -la /tmp",
            "docker run -d --name web -p 8080:80 nginx",
            "export PATH=$HOME/bin:$PATH",
            "{ \"name\": \"terjuman\", \"version\": 2 }",
            "\"name\": \"terjuman\",",
            "if (count > 0 && name != null) {",
            "int main(int argc, char **argv) {",
            "let x = compute(a, b);",
            "print(\"hello\")",
            "for i in range(10):",
            "server.port = 8080",
            "max_connections = 100",
            "SELECT name, age FROM users WHERE id = 1;",
            "tar -xzf /tmp/archive.tar.gz -C /opt",
            "cp config.toml /etc/terjuman/config.toml",
        ] {
            check(&[(line, true)]);
        }
    }

    #[test]
    fn sentences_and_labels_are_text() {
        for line in [
            "Type make to build it.",
            "See the file /etc/hosts and run it with --help.",
            "The price is $5 (five dollars).",
            "$ amount due",
            "# of employees",
            "Name: John Smith",
            "Select the option(s) that apply",
            "# This is the list of hosts that the server connects to",
            "Hello {name}, welcome back",
            "Input/output and R&D",
            "A = the first, B = the second",
            "Terms; conditions; fees;",
            "Items (10) and boxes [2]",
            "Yes/No",
            "first-class - really",
            "Call us (toll-free)",
            "x > 5",
            "Revenue = price * quantity",
            "README",
            "Dear {first_name} {last_name}",
            "Hello {{ user_name }}, see ${order_id}",
            "== Getting Started ==",
            "| Home | About |",
            "> Home > Products",
            "-Yes -No",
            "fees;",
            "(a) costs and expenses (net);",
            "File -> Open -> Recent",
            "\"Yes\", \"No\", \"Maybe\"",
            "Deputado(a)",
            "UPDATE FROM THE BOARD",
            "make sure",
            "filename.tbz becomes filename.tar",
            "<a href=\"x\">click here</a> or <b>there</b>",
            "<b>Total</b> <i>due</i>",
        ] {
            check(&[(line, false)]);
        }
    }

    #[test]
    fn what_stands_between_code_is_code() {
        check(&[("if (a == b) {", true), ("return result", true), ("} else {", true), ("do_it();", true)]);
        check(&[("if (a == b) {", true), ("This adds both.", false), ("do_it();", true)]);
        check(&[("Text before", false), ("import os", false), ("Text behind it", false)]);
    }

    #[test]
    fn listings_in_a_font_of_their_own_are_code() {
        // Those that begin with a bar are in a font of fixed pitch.
        let found = |lines: &[&str]| {
            let segment =
                |line: &&str| Segment { code: line.starts_with('|'), ..Segment::plain(line.replace('|', "")) };
            let segments: Vec<Segment> = lines.iter().map(segment).collect();
            code(&segments, &"en".parse().unwrap())
        };
        let prose = "The text around the listing says at length what the program does, and why it does that at all.";
        let listing =
            ["|int Depth;", "|void XMLCALL", "|for (i = 0; i < 9; i++) {", "|Depth++;", "|} /* End of the loop */"];
        let all: Vec<&str> = [prose].into_iter().chain(listing).chain([prose]).collect();
        assert_eq!(found(&all), [false, true, true, true, true, true, false]);
        assert_eq!(found(&[prose, "|make", "|make install"]), [false, true, true]);
        assert_eq!(found(&[prose, "|make it"]), [false, false]);
        assert_eq!(found(&[prose, "|deb http://a.org/ unstable main"]), [false, true]);
        assert_eq!(found(&[prose, "|See http://a.org/ now"]), [false, false]);
        assert_eq!(found(&[prose, "|default-version", prose, "|import foo"]), [false, true, false, true]);
        let letter = ["|Write to the editor of this.", "|It is in the list of the day.", "|see x[0];"];
        assert_eq!(found(&[[prose; 1].as_slice(), &letter].concat())[..3], [false; 3]);
        let table = ["|Compress Decompress  Flag -s usage", "|Sum: 400k + ( 8 x block size )", "|None."];
        for line in table {
            assert_eq!(found(&[prose, line]), [false; 2], "{line}");
        }
        assert_eq!(found(&[prose, "|BZ_OK  if it was returned  BZ_END  otherwise, and so on"]), [false; 2]);
        // A document like a typewriter's.
        assert_eq!(found(&["|int Depth;", "|for (i = 0; i < 9; i++) {", "|Depth++;"]), [false, true, false]);
    }

    #[test]
    fn commands_are_in_order() {
        assert!(COMMANDS.is_sorted());
    }
}
