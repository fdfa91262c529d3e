//! Fixed ranges with real models: a few dozen sentences of the kinds that manuals, mails and programs are made of. Every
//! range must come out, verbatim, once; `support::translate` checks that of each.

use terjuman_nmt::Source;

use crate::support::{marked, neural, translate};

const ENGLISH: &[&str] = &[
    "Welcome back, ⟦{{user.name}}⟧!",
    "⟦{count}⟧ items selected",
    "Your order ⟦#{order}⟧ was shipped on ⟦{date}⟧ to ⟦{city}⟧.",
    "Send an e-mail to ⟦me@example.com⟧ or visit ⟦https://example.com/a?b=c⟧.",
    "Run ⟦`cargo build`⟧ and then ⟦`cargo test`⟧.",
    "Use the ⟦<b>⟧bold⟦</b>⟧ tag.",
    "CLICK ⟦{button}⟧ TO CONTINUE",
    "⟦%s⟧ of ⟦%s⟧ files were copied to ⟦%s⟧.",
    "You have ⟦%d⟧ new messages.",
    "⟦%1$s⟧ sent ⟦%2$d⟧ photos to ⟦%3$s⟧",
    "The file ⟦/etc/passwd⟧ could not be opened: ⟦{error}⟧",
    "Press ⟦Ctrl+Shift+P⟧ to open the command palette.",
    "Set the variable ⟦$HOME⟧ before you start ⟦${PROGRAM}⟧.",
    "The value of ⟦x_1⟧ must be less than ⟦y_2⟧.",
    "⟦{0}⟧⟦{1}⟧ was replaced by ⟦{2}⟧/⟦{3}⟧.",
    "Dear ⟦{title}⟧ ⟦{surname}⟧, thank you for your letter.",
    "Version ⟦v2.3.1-rc4⟧ fixes a bug in ⟦libfoo.so.6⟧.",
    "(⟦{unit}⟧) the price per ⟦{unit}⟧ is shown in brackets",
    "\"⟦{quote}⟧\" said the director of ⟦ACME®⟧.",
    "If ⟦{a}⟧ is empty and ⟦{b}⟧ is not, then ⟦{c}⟧ is used instead of ⟦{d}⟧ and ⟦{e}⟧.",
    "⟦{a}⟧, ⟦{b}⟧, ⟦{c}⟧, ⟦{d}⟧, ⟦{e}⟧, ⟦{f}⟧, ⟦{g}⟧, ⟦{h}⟧, ⟦{i}⟧, ⟦{j}⟧ and ⟦{k}⟧ are letters.",
    "Warning: ⟦{name}⟧",
    "⟦{name}⟧",
    "⟦Foo⟧bar and pre⟦fix⟧",
    "Zork and Quark met ⟦{x}⟧ at www.a1.com in 7391.",
    "Insert ⟦😀⟧ after the word ⟦привет⟧ please.",
    "Type ⟦\\n⟧ for a new line and ⟦\\t⟧ for a tab.",
    "At ⟦12:30⟧ on ⟦2024-05-01⟧ the backup of ⟦3,5 GB⟧ began.",
    "Copyright ⟦©⟧ ⟦2019⟧ by the authors, all rights reserved.",
    "See ⟦[1]⟧ and ⟦[2]⟧ for the proof of ⟦E = mc²⟧.",
    "The ⟦printer=>impressora⟧ is out of paper.",
    "The ⟦power supply=>fonte de alimentação⟧ of the ⟦laptop=>portátil⟧ must be replaced.",
    "Open ⟦Settings=>Definições⟧ > ⟦Privacy=>Privacidade⟧.",
    "We use the ⟦cloud=>Cloud⟧, the ⟦cloud=>Cloud⟧ and the ⟦cloud=>Cloud⟧.",
    "⟦Machine learning=>Aprendizagem automática⟧ is a part of ⟦artificial intelligence=>inteligência artificial⟧.",
    "The ⟦heat pump=>bomba de calor⟧ costs ⟦€ 4.500⟧ with ⟦{discount}⟧ off.",
    "The ⟦board=>direção⟧ asked the ⟦board=>direção⟧ for a ⟦board=>placa⟧.",
    "TURN OFF THE ⟦BOILER=>CALDEIRA⟧ BEFORE CLEANING",
    "⟦Terms=>Condições⟧ of ⟦use=>utilização⟧",
    "The ⟦file=>=>⟧ is here.",
    "He said that ⟦nothing=>⟧ would change.",
    "Although the ⟦gearbox=>caixa de velocidades⟧ of the ⟦{model}⟧ was repaired twice, the owner, who lives in \
     ⟦São Tomé⟧, complained again about the ⟦clutch=>embraiagem⟧ and asked for ⟦{amount}⟧.",
];

const PORTUGUESE: &[&str] = &[
    "Olá, ⟦{nome}⟧!",
    "Você tem ⟦%d⟧ mensagens novas de ⟦{remetente}⟧.",
    "O arquivo ⟦relatório.docx⟧ foi enviado para ⟦ana@exemplo.pt⟧.",
    "A ⟦fatura=>bill⟧ n.º ⟦{número}⟧ vence em ⟦{data}⟧.",
    "CLIQUE EM ⟦{botão}⟧ PARA CONTINUAR",
    "Às ⟦{hora}⟧ a ⟦bomba de calor=>heat pump⟧ é desligada.",
    "Não foi possível abrir ⟦{ficheiro}⟧: ⟦{erro}⟧",
    "«⟦{citação}⟧», disse ela.",
];

#[test]
fn every_fixed_range_comes_out_once_and_verbatim() {
    let Some(neural) = neural() else { return };
    for (pair, texts) in [("en-pt", ENGLISH), ("pt-en", PORTUGUESE)] {
        for linked in [false, true] {
            let sources: Vec<Source> = texts.iter().map(|text| Source { linked, ..marked(text) }).collect();
            for (source, translated) in sources.iter().zip(translate(neural, pair, &sources)) {
                assert!(!translated.kept_as_source, "{}", source.text);
                for fixed in source.fixed.iter().filter(|fixed| !fixed.text.is_empty()) {
                    let wanted = source.fixed.iter().filter(|other| other.text.contains(&fixed.text)).count();
                    let found = translated.text.matches(&fixed.text).count();
                    assert!(found >= wanted, "{} -> {}", source.text, translated.text);
                }
            }
        }
    }
}

#[test]
fn characters_that_the_vocabulary_lacks_come_out_too() {
    let Some(neural) = neural() else { return };
    for text in [
        "Item #5 costs €50 → see § 3.",
        "Great 👍🏽👍🏽 job, 👩‍👩‍👧 family!",
        "✓ Done ✗ Failed",
        "The word 你好 and the word Привет are greetings.",
        "5 ≤ x ≤ 9 and y ≠ 3 × 4",
        "Herr Müller from Łódź met Señor Núñez.",
        "a|b, C#, ~/bin, x^2, {curly} and <angle>",
        "Temperature: 25 °C ± 2",
        "© 2020 ACME® Corp. — all rights reserved™",
    ] {
        let translated = translate(neural, "en-pt", &[marked(text)]).remove(0);
        for character in text.chars().filter(|character| {
            !character.is_ascii() && !matches!(character, '\u{200d}' | '—' | '™') || "#{}<>^~".contains(*character)
        }) {
            let count = |text: &str| text.matches(character).count();
            assert!(count(&translated.text) >= count(text), "{character}: {text} -> {}", translated.text);
        }
    }
}
