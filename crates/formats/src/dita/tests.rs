use terjuman_model::{Edge, Mark, TagId, TaggedText};

use crate::{Extracted, Format, FormatError, Limits, Options, Target, extract};

const NOWHERE: Target = Target { source_language: None, language: None };

fn read(file: &str) -> Extracted {
    extract(Format::Dita, file.as_bytes(), &Options::default(), &Limits::default()).unwrap()
}

fn texts(file: &str) -> Vec<String> {
    read(file).segments.iter().map(|segment| segment.source.text().to_owned()).collect()
}

fn wrap(source: &TaggedText) -> TaggedText {
    let marks = source.marks().iter().map(|mark| Mark { at: mark.at + 1, ..*mark }).collect();
    TaggedText::with_marks(format!("[{}]", source.text()), marks)
}

/// The file after a translation that puts brackets around each text. Reading it again gives what was written.
fn translated(file: &str, target: &Target) -> String {
    let extracted = read(file);
    let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    let same = extracted.skeleton.merge(&sources, &NOWHERE).unwrap();
    assert_eq!(String::from_utf8_lossy(&same), file, "identity");
    let translations: Vec<_> = sources.iter().map(wrap).collect();
    let merged = String::from_utf8(extracted.skeleton.merge(&translations, target).unwrap()).unwrap();
    let again: Vec<_> = read(&merged).segments.iter().map(|segment| segment.source.clone()).collect();
    assert_eq!(again, translations, "read again");
    merged
}

fn to(language: &str) -> Target {
    Target { source_language: None, language: language.parse().ok() }
}

const TASK: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<!DOCTYPE task PUBLIC \"-//OASIS//DTD DITA Task//EN\" \"task.dtd\">
<task id=\"t\" xml:lang=\"en-US\">
  <title>Install the <ph keyref=\"product\"/> server</title>
  <shortdesc>A short
    description.</shortdesc>
  <prolog><author>Somebody Known</author><metadata><keywords><keyword>set up</keyword><keyword>install</keyword>
    <indexterm>servers<indexterm>installing</indexterm></indexterm></keywords></metadata></prolog>
  <taskbody>
    <context><p>Use <b>root &amp; <i>sudo</i></b>.<fn>Not <q>always</q>.</fn> See <xref href=\"a.dita\">the guide</xref>.</p></context>
    <steps><step><cmd>Run <codeph>make all</codeph> in <filepath>/opt</filepath> now</cmd>
      <info><note type=\"tip\">Wait<ul><li>one item</li><li translate=\"no\">kept words</li></ul>until done</note></info>
      <stepxmp><codeblock>keep this code</codeblock><pre>line one
  line two</pre></stepxmp></step></steps>
    <result><p><image href=\"a.png\" alt=\"A picture\"><alt>Another text</alt></image></p><p conref=\"b.dita#b/c\"/>
      <p>Say <ph translate=\"no\">Exact Name</ph> twice</p><draft-comment>kept note</draft-comment></result>
  </taskbody>
</task>
";

#[test]
fn a_comment_in_a_word_does_not_cut_it() {
    let extracted = read("<topic id=\"t\"><title>Equip<!-- x -->ment<?y z?>s</title></topic>");
    assert_eq!(extracted.segments[0].source.text(), "Equipments");
    assert!(extracted.segments[0].tags.iter().all(|tag| tag.kind == terjuman_model::TagKind::Anchor));
}

#[test]
fn texts_of_a_task() {
    assert_eq!(
        texts(TASK),
        [
            "Install the  server",
            "A short description.",
            "set up",
            "install",
            "servers",
            "installing",
            "Use root & sudo. See the guide.",
            "Not always.",
            "Run make all in /opt now",
            "Wait",
            "one item",
            "until done",
            "line one",
            "line two",
            "A picture",
            "Another text",
            "Say Exact Name twice",
        ]
    );
    let merged = translated(TASK, &to("pt"));
    for expected in [
        "<!DOCTYPE task PUBLIC \"-//OASIS//DTD DITA Task//EN\" \"task.dtd\">\n<task id=\"t\" xml:lang=\"pt\">",
        "<title>[Install the <ph keyref=\"product\"/> server]</title>",
        "<p>[Use <b>root &amp; <i>sudo</i></b>.<fn>[Not <q>always</q>.]</fn> See <xref href=\"a.dita\">the guide</xref>.]</p>",
        "<cmd>[Run <codeph>make all</codeph> in <filepath>/opt</filepath> now]</cmd>",
        "<codeblock>keep this code</codeblock><pre>[line one]\n  [line two]</pre>",
        "<image href=\"a.png\" alt=\"[A picture]\"><alt>[Another text]</alt></image></p><p conref=\"b.dita#b/c\"/>",
        "<p>[Say <ph translate=\"no\">Exact Name</ph> twice]</p><draft-comment>kept note</draft-comment>",
        "<author>Somebody Known</author>",
        "<li translate=\"no\">kept words</li>",
    ] {
        assert!(merged.contains(expected), "{expected}\n{merged}");
    }
}

#[test]
fn maps_have_titles_in_attributes() {
    let map = "<!DOCTYPE map SYSTEM 'map.dtd'><map title='My map' id='m'><topicmeta><navtitle>All of \
               it</navtitle></topicmeta><topicref navtitle='First &quot;part&quot;' href='a.dita' copy-to='kept words'><topicref \
               keys='key words'/></topicref><reltable><relrow><relcell><topicref navtitle='x1'/></relcell></relrow></reltable></map>";
    assert_eq!(texts(map), ["My map", "All of it", "First \"part\"", "x1"]);
    let merged = translated(map, &to("fr"));
    assert!(merged.starts_with("<!DOCTYPE map SYSTEM 'map.dtd'><map xml:lang=\"fr\" title='[My map]'"), "{merged}");
    assert!(merged.contains("navtitle='[First &quot;part&quot;]' href='a.dita' copy-to='kept words'"), "{merged}");
}

#[test]
fn languages_of_the_source_become_the_target_and_others_stay() {
    let topic = "<topic id='a' xml:lang='en'><title>A <ph xml:lang='en-GB'>colour</ph> and <ph xml:lang='de'>Farbe</ph> b</title></topic>";
    let merged = translated(topic, &to("pt"));
    assert_eq!(
        merged,
        "<topic id='a' xml:lang='pt'><title>[A <ph xml:lang='pt'>colour</ph> and <ph xml:lang='de'>Farbe</ph> b]</title></topic>"
    );
}

#[test]
fn blocks_in_a_sentence_part_it() {
    let topic = "<topic id='a'><p>Before <ph>one <ul><li>two</li></ul> three <b>four</b></ph> after</p></topic>";
    assert_eq!(texts(topic), ["Before", "one", "two", "three four", "after"]);
    translated(topic, &NOWHERE);
    let special = "<topic id='a'><p>Press <key class='+ topic/keyword ui-d/key '>Enter</key> now</p></topic>";
    assert_eq!(texts(special), ["Press Enter now"]);
}

#[test]
fn formatting_may_be_parted_and_things_may_not() {
    let topic = "<topic id='a'><p>x <b>bold</b> <xref href='y'>link</xref> y</p></topic>";
    let extracted = read(topic);
    let mark = |at, tag, edge| Mark { at, tag: TagId(tag), edge };
    let marks = vec![
        mark(0, 0, Edge::Open),
        mark(2, 1, Edge::Open),
        mark(3, 0, Edge::Close),
        mark(4, 1, Edge::Close),
        mark(6, 0, Edge::Open),
        mark(8, 0, Edge::Close),
    ];
    let merged = extracted.skeleton.merge(&[TaggedText::with_marks("abcdefgh".into(), marks)], &NOWHERE).unwrap();
    let merged = String::from_utf8(merged).unwrap();
    assert!(merged.contains("<p><b>ab<xref href='y'>cd</xref></b>ef<b>gh</b></p>"), "{merged}");
    let lost = extracted.skeleton.merge(&[TaggedText::plain("abc")], &NOWHERE);
    assert!(matches!(lost, Err(FormatError::Verification(_))));
}

#[test]
fn what_is_no_topic_is_refused() {
    let refused =
        |file: &str| extract(Format::Dita, file.as_bytes(), &Options::default(), &Limits::default()).unwrap_err();
    assert!(matches!(refused(""), FormatError::Empty));
    for bad in [
        "text",
        "<html xmlns='http://www.w3.org/1999/xhtml'/>",
        "<topic>",
        "<!DOCTYPE topic [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><topic>&a;</topic>",
        "<!DOCTYPE topic SYSTEM 'a'><topic>&nbsp;</topic>",
        "<!DOCTYPE topic SYSTEM 'a' [%b;]><topic/>",
    ] {
        assert!(matches!(refused(bad), FormatError::Corrupt { .. }), "{bad}");
    }
}

#[test]
fn a_map_of_areas_has_words_in_its_links_alone() {
    let map = "<topic id=\"t\"><title>A map</title><body><imagemap><image href=\"m.png\"/><area><shape>rect</shape>\
               <coords>0,0,9,9</coords><xref href=\"a.dita\">The harbour</xref></area></imagemap></body></topic>";
    assert_eq!(texts(map), ["A map", "The harbour"]);
}

#[test]
fn a_document_type_may_be_empty_inside() {
    assert_eq!(
        texts(
            "<!DOCTYPE topic PUBLIC \"-//OASIS//DTD DITA Topic//EN\" \"topic.dtd\" [\n]>\n<topic id='t'><title>Words</title></topic>"
        ),
        ["Words"]
    );
}

#[test]
fn what_stands_beside_the_words_of_a_link_parts_no_sentence() {
    let topic = "<topic id='t'><title><sort-as>about</sort-as>The title</title><body><p>See <xref href='x'>the guide<desc>Hover \
                 words</desc></xref> now.</p></body></topic>";
    assert_eq!(texts(topic), ["about", "The title", "See the guide now.", "Hover words"]);
    translated(topic, &NOWHERE);
}

#[test]
fn the_direction_follows_the_language() {
    let merged = translated("<topic id='a'><title>A</title></topic>", &to("ar"));
    assert!(merged.starts_with("<topic xml:lang=\"ar\" dir=\"rtl\" id='a'>"), "{merged}");
    let merged = translated("<topic dir='ltr' id='a' xml:lang='en'><title>A</title></topic>", &to("he"));
    assert!(merged.starts_with("<topic dir='rtl' id='a' xml:lang='he'>"), "{merged}");
    let merged = translated("<topic id='a' dir='rtl' xml:lang='ar'><title>A</title></topic>", &to("pt"));
    assert!(merged.starts_with("<topic id='a' dir='ltr' xml:lang='pt'>"), "{merged}");
    let merged = translated("<topic id='a' dir='lro' xml:lang='en'><title>A</title></topic>", &to("ar"));
    assert!(merged.starts_with("<topic id='a' dir='lro' xml:lang='ar'>"), "{merged}");
}

#[test]
fn words_to_be_translated_may_stand_among_those_that_are_not() {
    let topic = "<topic id='t'><title>A</title><body><p translate='no'>kept <ph translate='yes'>Some <b>words</b></ph> kept \
                 <ph>kept</ph></p><p>b <ph translate='no'>kept <ph translate='yes'>kept</ph></ph> c</p></body></topic>";
    assert_eq!(texts(topic), ["A", "Some words", "b kept kept c"]);
    translated(topic, &NOWHERE);
}

#[test]
fn the_steps_of_a_menu_are_texts_of_their_own() {
    let file = "<topic id=\"t\"><body><p>Open <menucascade><uicontrol>Menu</uicontrol><uicontrol>Language</uicontrol>\
                </menucascade> and <uicontrol>Save</uicontrol> it.</p></body></topic>";
    assert_eq!(texts(file), ["Open  and Save it.", "Menu", "Language"]);
    assert!(translated(file, &NOWHERE).contains("<uicontrol>[Menu]</uicontrol><uicontrol>[Language]</uicontrol>"));
}
