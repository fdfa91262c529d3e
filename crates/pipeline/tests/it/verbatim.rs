//! What must come out as it went in, in some thousands of sentences made of templates: placeholders, addresses, code, numbers,
//! units, dates, signs. Every value is there again as often as before, and nothing takes its place.

use terjuman_pipeline::{Limits, Options, Request, translate};

use crate::real::neural;

/// Sentences with one or two places for values.
const ENGLISH: &[&str] = &[
    "The value of the field is @ in this document.",
    "Please send @ to the office before the end of the week.",
    "You can find @ on the second page.",
    "@ was changed by the administrator.",
    "The user entered @ and the program stopped.",
    "If you see @, restart the computer.",
    "We compared @ with @ and found no difference.",
    "Use @ instead of @.",
    "The price is @ for each person.",
    "Open @ and look for @.",
    "The result (@) is shown in the table.",
    "\"@\" is not a valid name.",
    "Error: @",
    "See @ for more information.",
    "From @ to @",
    "Both @ and @ are required.",
    "The machine needs @ of power.",
    "What does @ mean?",
    "Last year the company sold @ in Europe.",
    "Default: @; maximum: @.",
    "He wrote @!",
    "Step 3: enter @ in the box and press the button.",
    "The old version used @, which is no longer supported.",
    "@",
    "Name: @",
];

const PORTUGUESE: &[&str] = &[
    "O valor do campo é @ neste documento.",
    "Envie @ para o escritório até ao fim da semana.",
    "@ foi alterado pelo administrador.",
    "Se aparecer @, reinicie o computador.",
    "Comparámos @ com @ e não encontrámos diferenças.",
    "O preço é de @ por pessoa.",
    "Erro: @",
    "Consulte @ para mais informações.",
    "O resultado (@) está na tabela.",
    "De @ a @",
    "O que significa @?",
    "A versão antiga usava @, que já não é suportada.",
];

/// Values by kind; `#` is a digit, `~` a letter, both made anew each time.
const VALUES: &[(&str, &[&str])] = &[
    (
        "placeholders",
        &["{0}", "{1}", "{name}", "{user.name}", "{{y}}", "{{ item.id }}", "${x}", "${HOME}", "$HOME", "#{tag}"],
    ),
    ("conversions", &["%s", "%d", "%1$s", "%2$d", "%@", "%(name)s", "%.2f", "%lu", "%{count}"]),
    (
        "markup",
        &[
            "<ph/>",
            "<x id=\"1\"/>",
            "<b>",
            "</b>",
            "<br>",
            "<g1>",
            "[[link]]",
            "<img src=\"a.png\">",
            "&nbsp;",
            "&amp;",
        ],
    ),
    (
        "addresses",
        &[
            "https://example.com/a?b=c&d=#",
            "http://127.0.0.1:80##/x",
            "www.example.org",
            "ftp://host.net/~~~",
            "me@example.com",
            "john.doe+tag##@mail.example.co.uk",
            "mailto:a@b.org",
            "https://pt.wikipedia.org/wiki/São_Paulo",
            "192.168.#.##",
            "fe80::1##",
            "example.com",
            "docs.rs/tokio",
        ],
    ),
    (
        "code",
        &[
            "snake_case_#",
            "call()",
            "std::fs::read",
            "--verbose",
            "-x",
            "`cargo build`",
            "camelCaseName",
            "CONSTANT_NAME",
            "/etc/passwd",
            "C:\\Windows\\system32",
            "foo.bar()",
            "x = y + 1",
            "a[0]",
            "i++",
            "!important",
            "<T>",
            "array<int>",
            "fn main()",
            "x -> y",
            "a && b",
            "README.md",
            "~/.bashrc",
            "*.txt",
            "\\n",
            "#include",
            "@Override",
            "key=value",
            "a/b/c.rs",
            "C++",
            "C#",
            ".NET",
        ],
    ),
    (
        "identifiers",
        &[
            "v2.#.##",
            "1.#.#-rc1",
            "2.4.1",
            "0x1f#a",
            "#f0f0f0",
            "d41d8cd98f00b204e9800998ecf8427e",
            "550e8400-e29b-41d4-a716-446655440000",
            "RFC 2##6",
            "ISO 9001:2015",
            "AB-12##",
            "X##~",
            "CVE-2021-4##28",
            "PT50 0002 0123 1234 5678 9015 4",
            "SKU-##~~-9",
            "A4",
            "978-3-16-148410-0",
            "+351 21 123 4# 67",
            "(555) 123-45##",
            "№ 5#",
            "§ 12#",
            "FFH FEH",
            "MX-5",
            "B2B",
        ],
    ),
    (
        "numbers",
        &[
            "4#",
            "1##",
            "9##1",
            "1,2##",
            "12,###",
            "1,2##,567",
            "3.1#",
            "0.00#",
            "-4#",
            "+1#",
            "1.5e-#",
            "10^#",
            "2##.#",
            "1/4#",
            "1#%",
            "99.9#%",
            "1 0##",
            "10-1#",
            "±0.#",
            "~5#",
            "½",
            "2½",
            "1#x",
            "#0,000",
            "12.345.678,9#",
        ],
    ),
    (
        "currency",
        &["$5#", "€1##", "£1,2##.99", "R$ 3#,50", "5# €", "¥10##", "US$ 2#.5", "CHF 1##.–", "1##,- kr", "₹5##", "₿0.#"],
    ),
    (
        "units",
        &[
            "5# km",
            "1##km/h",
            "2# °C",
            "7# °F",
            "3.# GB",
            "22# V",
            "#0 kg",
            "1# cm²",
            "6# m³",
            "#.5 mm",
            "1##ms",
            "9#°",
            "5'1#\"",
            "2# Ω",
            "1# µm",
            "4# kWh",
            "1##0×7##",
            "3#mL",
            "1# dB(A)",
            "CO₂",
            "H₂O",
        ],
    ),
    (
        "dates",
        &[
            "2024-05-0#",
            "0#/05/2024",
            "1#:30",
            "1#:45:0#",
            "2024-05-01T1#:00:00Z",
            "31.12.20##",
            "5/1#",
            "10:3#",
            "20##",
            "19##–20##",
            "Q# 2024",
            "24/7",
        ],
    ),
    (
        "signs",
        &[
            "😀",
            "👍🏽",
            "👩‍👩‍👧",
            "🇵🇹",
            "✓",
            "✗",
            "→",
            "★★★☆☆",
            "©",
            "®",
            "™",
            "•",
            "¶",
            "…",
            "‰",
            "∞",
            "≤ #",
            "≥ 1#",
            "≠",
            "∑",
            "√2",
            "π",
            "α",
            "∂x",
            "x² + y² = z²",
            "E = mc²",
            "a ≈ b",
            "A ∩ B",
            "∀x",
            "♥",
            "☎",
            "¬p",
            "⌘C",
            "⇧⌘P",
            "Ctrl+C",
            "F1#",
            "^",
            "|",
            "~",
            "\\",
            "#",
            "@me",
            "日本",
            "Привет",
            "你好",
        ],
    ),
];

/// A generator of numbers, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % bound
    }

    fn value(&mut self, pattern: &str) -> String {
        // A lone `#` or `~` is itself, and so is the one of a hexadecimal number or an address.
        let is_plain = matches!(pattern, "#" | "~" | "#f0f0f0" | "#{tag}" | "#include" | "C#" | "~/.bashrc" | "~5#");
        if is_plain {
            return pattern.to_owned();
        }
        let digit = |random: &mut Self| char::from(b'1' + u8::try_from(random.below(9)).expect("a digit"));
        let letter = |random: &mut Self| char::from(b'a' + u8::try_from(random.below(26)).expect("a letter"));
        pattern
            .chars()
            .map(|c| match c {
                '#' => digit(self),
                '~' => letter(self),
                other => other,
            })
            .collect()
    }
}

/// Whether the value is in the translation as often as in the source. Other languages have another sign in `2.5 mm` and no blank,
/// or one: that is all that may differ.
fn is_kept(kind: &str, value: &str, source: &str, translation: &str) -> bool {
    let is_there = |value: &str, source: &str, translation: &str| {
        translation.matches(value).count() >= source.matches(value).count()
    };
    let is_localised = matches!(kind, "numbers" | "currency" | "units");
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | ',')).collect::<String>();
    is_there(value, source, translation) || is_localised && is_there(&plain(value), &plain(source), &plain(translation))
}

fn check(templates: &[&str], pair: (&str, &str), seed: u64) {
    let Some(engine) = neural() else { return };
    let mut random = Random(seed);
    let mut cases: Vec<(&str, String, Vec<String>)> = Vec::new();
    for (kind, patterns) in VALUES {
        for pattern in *patterns {
            for _ in 0..ROUNDS {
                let template = templates[random.below(templates.len())];
                let mut values = Vec::new();
                let mut text = String::new();
                for (index, piece) in template.split('@').enumerate() {
                    if index == 1 {
                        values.push(random.value(pattern));
                    } else if index > 1 {
                        let other = patterns[random.below(patterns.len())];
                        values.push(random.value(other));
                    }
                    if index > 0 {
                        text.push_str(&values[index - 1]);
                    }
                    text.push_str(piece);
                }
                cases.push((kind, text, values));
            }
        }
    }
    let document: Vec<&str> = cases.iter().map(|(_, text, _)| text.as_str()).collect();
    let document = document.join("\n\n");
    let request = Request {
        bytes: document.as_bytes(),
        name: Some("cases.txt"),
        content_type: None,
        source: Some(pair.0.parse().expect("a known code")),
        target: pair.1.parse().expect("a known code"),
        engine,
        glossaries: &[],
        options: &Options { foreign_text: true, ..Options::default() },
        limits: &Limits::default(),
    };
    let output = translate(&request, &()).expect("the models are at hand");
    let text = String::from_utf8(output.bytes).expect("documents of the tests are UTF-8");
    let translations: Vec<&str> = text.split("\n\n").collect();
    assert_eq!(translations.len(), cases.len());
    let mut flaws = Vec::new();
    for ((kind, source, values), translation) in cases.iter().zip(translations) {
        for value in values.iter().filter(|value| !is_kept(kind, value, source, translation)) {
            flaws.push(format!("{kind}: {value}: {source} -> {translation}"));
        }
    }
    assert!(flaws.is_empty(), "{} of {}:\n{}", flaws.len(), cases.len(), flaws.join("\n"));
}

/// Sentences for each value.
const ROUNDS: usize = 10;

#[test]
fn values_in_english_come_out_as_they_were() {
    check(ENGLISH, ("en", "pt"), 1);
}

#[test]
fn values_in_portuguese_come_out_as_they_were() {
    check(PORTUGUESE, ("pt", "en"), 2);
}
