use terjuman_model::Piece;

use super::*;

/// A segment in which `⏎` is a break, and `*` begins and ends something bold.
fn segment(text: &str) -> Segment {
    let mut segment = Segment::default();
    let mut bold = None;
    for character in text.chars() {
        match character {
            '⏎' => {
                let tag = segment.add_tag(TagKind::Break);
                segment.source.point(tag);
            }
            '*' => match bold.take() {
                Some(tag) => segment.source.close(tag),
                None => {
                    let tag = segment.add_tag(TagKind::Format);
                    segment.source.open(tag);
                    bold = Some(tag);
                }
            },
            other => segment.source.push(other),
        }
    }
    segment
}

fn shown(segment: &Segment, text: &TaggedText) -> String {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => text.to_owned(),
        Piece::Mark(_, tag) if segment.kind(tag) == TagKind::Format => "*".into(),
        Piece::Mark(..) => "⏎".into(),
    };
    text.pieces().map(piece).collect()
}

/// What the engine sees of it, if it is not the text with its breaks.
fn asked(text: &str, language: &str) -> Option<String> {
    let wrapped = Wrapped::of(&segment(text), &language.parse().unwrap())?;
    Some(wrapped.segment.source.text().to_owned())
}

#[test]
fn what_goes_on_in_the_next_line_is_one_sentence() {
    for text in [
        "CNIA Annual General⏎Meeting",
        "Infant Mortality Rates in⏎the United States, 2002–2004",
        "Availability of Physicians by⏎State, 2005",
        "Percentage of People⏎Without Health Insurance, 2006",
        "We will talk about the results of⏎our study, and what follows.",
        "This notice was wrapped by hand⏎where its line was full, so that⏎its sentences go on.",
    ] {
        assert_eq!(asked(text, "en").as_deref(), Some(&*text.replace('⏎', " ")));
    }
    assert_eq!(
        asked("Falha em preparar⏎milhões de jovens", "pt").as_deref(),
        Some("Falha em preparar milhões de jovens")
    );
    // One blank is enough.
    assert_eq!(
        asked("Failing to prepare millions ⏎ for it", "en").as_deref(),
        Some("Failing to prepare millions for it")
    );
}

#[test]
fn complete_lines_stay_apart() {
    for text in [
        "Medical Providers⏎Primary Roles",
        "Log in⏎Sign up",
        "Dear Sir,⏎Please pay.",
        "It is over.⏎and so on",
        "John Smith⏎Director",
        "12 Main Street⏎Springfield⏎USA",
        "apples⏎pears⏎bananas",
        "Phone: 555⏎fax: 444",
        "Write to all of us at⏎me@example.com",
        "Then⏎⏎and then",
        "Negotiating Cures⏎",
    ] {
        assert_eq!(asked(text, "en"), None, "{text}");
    }
}

/// The translation that the engine's tags were put into, with the breaks where they should be.
#[track_caller]
fn check(source: &str, translated: &str, expected: &str) {
    let source = segment(source);
    let wrapped = Wrapped::of(&source, &"en".parse().unwrap()).unwrap();
    let mut translation = TaggedText::new();
    let mut breaks = source.source.marks().iter().filter(|mark| source.kind(mark.tag) == TagKind::Break);
    let mut bold = source.source.marks().iter().filter(|mark| source.kind(mark.tag) == TagKind::Format);
    for character in translated.chars() {
        match character {
            '⏎' => translation.point(breaks.next().unwrap().tag),
            '*' => bold.next().into_iter().for_each(|mark| translation.mark(mark.edge, mark.tag)),
            other => translation.push(other),
        }
    }
    assert_eq!(shown(&source, &wrapped.settle(&source, translation)), expected);
}

#[test]
fn lines_end_between_words_about_where_they_did() {
    check("CNIA Annual General⏎Meeting", "Reunião Geral⏎ Anual da CNIA", "Reunião Geral⏎Anual da CNIA");
    check("CNIA Annual General⏎Meeting", "Reunião⏎ Geral Anual da CNIA", "Reunião Geral Anual⏎da CNIA");
    check(
        "Sales in the Second Half by⏎Region",
        "Vendas por⏎ Região no Segundo Semestre",
        "Vendas por Região no Segundo⏎Semestre",
    );
    check("Failing to prepare ⏎for it", "Não se preparar ⏎para isso", "Não se preparar ⏎para isso");
    check("The Annual⏎Report", "Relatório⏎", "Relatório⏎");
    check(
        "The *Annual General* Meeting of⏎all Members",
        "A *Assembleia* Geral de⏎ todos os Membros",
        "A *Assembleia* Geral de todos⏎os Membros",
    );
}

#[test]
fn other_breaks_stay_and_order_is_kept() {
    check(
        "We stop meetings⏎about it now. ⏎And we go on with⏎the work.",
        "Paramos as reuniões⏎ sobre isso. ⏎E continuamos⏎ o trabalho.",
        "Paramos as reuniões⏎sobre isso. ⏎E continuamos⏎o trabalho.",
    );
    let source = segment("CNIA Annual General⏎Meeting");
    let wrapped = Wrapped::of(&source, &"en".parse().unwrap()).unwrap();
    assert_eq!(wrapped.settle(&source, wrapped.segment.source.clone()), source.source);
}
