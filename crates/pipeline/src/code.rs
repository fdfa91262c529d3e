//! Paragraphs that are wholly code: lines of a shell, of a program, of a configuration.
//!
//! Programs stand in documents like any paragraph, in a font of fixed pitch or not, and a model makes sentences of them.
//! What is taken for code is not translated, so that takes evidence: half of the words have signs that only code has, and
//! none is one of the small words that sentences are made of. A font is no evidence by itself, as whole documents are
//! set like a typewriter's; whether a word of a sentence is code is another question ([`crate::fixed`]). A line that says
//! nothing (`else`, `import os`) is what stands on both sides of it.

use std::borrow::Cow;

use terjuman_formats::message::choices;
use terjuman_model::{LanguageTag, Segment};

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
    "bash",
    "brew",
    "cargo",
    "cat",
    "cd",
    "chmod",
    "chown",
    "cp",
    "curl",
    "dnf",
    "docker",
    "echo",
    "export",
    "gcc",
    "git",
    "go",
    "grep",
    "gunzip",
    "java",
    "kill",
    "kubectl",
    "ls",
    "make",
    "man",
    "mkdir",
    "mount",
    "mv",
    "mysql",
    "node",
    "npm",
    "pip",
    "psql",
    "python",
    "python3",
    "rm",
    "rpm",
    "scp",
    "sed",
    "service",
    "sh",
    "ssh",
    "su",
    "sudo",
    "systemctl",
    "tar",
    "touch",
    "unzip",
    "vi",
    "vim",
    "wget",
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
    let between = |at: usize| verdicts[at] == Verdict::Line && is_code(at.checked_sub(1)) && is_code(Some(at + 1));
    (0..segments.len()).map(|at| verdicts[at] == Verdict::Code || between(at)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Code,
    /// It may be a line of code.
    Line,
    Text,
}

fn verdict(text: &str, language: &LanguageTag) -> Verdict {
    let text = without_placeholders(&without_tags(&text[..text.floor_char_boundary(SAMPLE_BYTES)]));
    let text = text.trim();
    let Evidence { signs, words, small } = evidence(text, language);
    let first = text.split_whitespace().next().unwrap_or_default();
    let ends = text.ends_with(['{', ';']) || text.ends_with(')') && signs == 1 && words == 0;
    let is_block = BLOCKS.contains(&first) && (text.ends_with('{') || text.ends_with("):")) && signs > 0;
    let is_told = (signs > 1 || signs == 1 && ends) && words <= signs && small == 0;
    if is_told || is_block || is_typed(text) && small < 2 || is_query(text) {
        return Verdict::Code;
    }
    let begins_small = text.starts_with(|first: char| first.is_ascii_lowercase() || !first.is_alphabetic());
    let is_line = small == 0 && words <= LINE && begins_small && !text.ends_with(['.', '!', '?', ':']);
    if is_line { Verdict::Line } else { Verdict::Text }
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
}

fn evidence(text: &str, language: &LanguageTag) -> Evidence {
    let mut evidence = Evidence { signs: 0, words: 0, small: 0 };
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
    let is_dotted = || {
        let mut parts = word.split('.');
        word.contains('.')
            && parts.all(|part| part.len() > 1 && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
    };
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
        || is_dotted()
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
    fn commands_are_in_order() {
        assert!(COMMANDS.is_sorted());
    }
}
