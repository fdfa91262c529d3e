use super::*;

fn events(text: &str) -> Result<Vec<String>, FormatError> {
    let limits = Limits::default();
    let mut scanner = Scanner::new(text, "x", &limits);
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(event) = scanner.next()? {
        assert_eq!(event.range.start, at, "events cover the file");
        at = event.range.end;
        out.push(match event.kind {
            Kind::Start { name, empty } => {
                format!("{:?} {}{}", name.namespace, name.local, if empty { "/" } else { "" })
            }
            Kind::End { name } => format!("end {}", name.local),
            Kind::Text => format!("text {}", unescape(&text[event.range])),
            Kind::CData => format!("cdata {}", &text[event.range]),
            Kind::Other => "other".into(),
        });
    }
    assert_eq!(at, text.len());
    Ok(out)
}

#[test]
fn events_cover_the_file_and_prefixes_are_read() {
    let text = "<?xml version='1.0'?>\n<ns0:p xmlns:ns0='http://purl.oclc.org/ooxml/wordprocessingml/main' a='1>2'>\
        <r xmlns=\"http://schemas.openxmlformats.org/drawingml/2006/main\"/><r/>x &amp; y<![CDATA[<z>]]><!-- c --></ns0:p>\n";
    assert_eq!(
        events(text).unwrap(),
        [
            "other",
            "other",
            "Word p",
            "Drawing r/",
            "end r",
            "None r/",
            "end r",
            "text x & y",
            "cdata <![CDATA[<z>]]>",
            "other",
            "end p",
            "other"
        ]
    );
}

#[test]
fn attributes_are_found_by_namespace() {
    let limits = Limits::default();
    let text = "<w:a xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' w:val='&lt;1' val='2' xml:space='p'/>";
    let mut scanner = Scanner::new(text, "x", &limits);
    scanner.next().unwrap();
    assert_eq!(scanner.value(Namespace::Word, "val").as_deref(), Some("<1"));
    assert_eq!(scanner.value(Namespace::None, "val").as_deref(), Some("2"));
    assert_eq!(scanner.value(Namespace::Xml, "space").as_deref(), Some("p"));
    assert_eq!(scanner.value(Namespace::Drawing, "val"), None);
    assert_eq!((scanner.attributes().len(), scanner.depth()), (4, 1));
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for text in [
        "",
        " ",
        "x",
        "<a>",
        "<a></b>",
        "</a>",
        "<a/><b/>",
        "<a/>x",
        "<a b/>",
        "<a b=c/>",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a b='1'c='2'/>",
        "<a>&nbsp;</a>",
        "<a>&</a>",
        "<a b='&#0;'/>",
        "< a/>",
        "<1/>",
        "<a",
        "<a b='",
        "<!-- ",
        "<a><![CDATA[",
        "<![CDATA[x]]>",
        "<?x",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a><!DOCTYPE b></a>",
        "<a:/>x",
        "<a/ >",
        "<a></a b>",
    ] {
        assert!(matches!(events(text), Err(FormatError::Corrupt { .. })), "{text}");
    }
}

#[test]
fn floods_are_refused() {
    let attributes: String = (0..1001).map(|n| format!(" a{n}='1'")).collect();
    let namespaces: String = (0..257).map(|n| format!(" xmlns:a{n}='u{n}'")).collect();
    let nested: String =
        (0..5).map(|m| (0..250).fold(format!("<e{m}"), |e, n| e + &format!(" xmlns:a{n}='u'")) + ">").collect();
    for text in [
        format!("<a{attributes}/>"),
        format!("<a{namespaces}/>"),
        nested,
        "<a>".repeat(1001),
        format!("<{}/>", "a".repeat(1025)),
        format!("<a b='{}'/>", "x".repeat((8 << 20) + 1)),
    ] {
        assert!(matches!(events(&text), Err(FormatError::TooComplex { .. })), "{}", &text[..60]);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[<>/a:!?&;='\" \\[\\]CDAT#x0-]{0,60}") {
        let _ = events(&text);
    }
}

#[test]
fn a_document_type_passes_where_it_may_and_declares_nothing() {
    let limits = Limits::default();
    let read = |text: &str| {
        let mut scanner = Scanner::new(text, "x", &limits).allow_document_type();
        while scanner.next()?.is_some() {}
        Ok::<_, FormatError>(())
    };
    for good in [
        "<!DOCTYPE a><a/>",
        "<?xml version='1.0'?>\n<!DOCTYPE a PUBLIC \"-//OASIS//DTD DITA Topic//EN\" 'topic.dtd' >\n<a/>",
        "<!DOCTYPE a SYSTEM 'a>b'><a/>",
        "<!DOCTYPE a SYSTEM 'b' []><a/>",
        "<!DOCTYPE a [\n<!-- x ]> -->\n<?x y?><!ATTLIST a b CDATA 'c>]'><!ELEMENT a ANY>\n] ><a/>",
    ] {
        read(good).unwrap();
        assert!(events(good).is_err(), "refused without leave: {good}");
    }
    for bad in [
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
        "<!DOCTYPE a [%b;]><a/>",
        "<!DOCTYPE a [<!ATTLIST a %b;>]><a/>",
        "<!DOCTYPE a [<!ELEMENT a ANY]><a/>",
        "<!DOCTYPE a [",
        "<!DOCTYPE a SYSTEM 'b' [] x><a/>",
        "<!DOCTYPE a SYSTEM><a/>",
        "<!DOCTYPE a PUBLIC 'b'><a/>",
        "<!DOCTYPE a SYSTEM 'b",
        "<!DOCTYPE a><!DOCTYPE a><a/>",
        "<a><!DOCTYPE a></a>",
        "<!DOCTYPE><a/>",
        "<!DOCTYPE a>",
        "<!DOCTYPE a SYSTEM 'b'><a>&c;</a>",
    ] {
        assert!(matches!(read(bad), Err(FormatError::Corrupt { .. })), "{bad}");
    }
}
