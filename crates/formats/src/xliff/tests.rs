use terjuman_model::{Mark, TaggedText};

use super::unit::{Longest, Measure};
use crate::{Extracted, Format, FormatError, Limits, Options, Target, WarningKind, extract};

pub(super) const NOWHERE: Target = Target { source_language: None, language: None };

fn to(language: &str) -> Target {
    Target { source_language: None, language: language.parse().ok() }
}

fn read(file: &str) -> Extracted {
    extract(Format::Xliff, file.as_bytes(), &Options::default(), &Limits::default()).unwrap()
}

/// The words in brackets, every mark at its letters.
fn wrap(source: &TaggedText) -> TaggedText {
    let marks = source.marks().iter().map(|mark| Mark { at: mark.at + 1, ..*mark }).collect();
    TaggedText::with_marks(format!("[{}]", source.text()), marks)
}

/// The file after a translation into `target` that puts brackets around each text.
fn translated(file: &str, target: &Target) -> String {
    let extracted = read(file);
    let sources: Vec<_> = extracted.segments.iter().map(|segment| segment.source.clone()).collect();
    let same = extracted.skeleton.merge(&sources, &NOWHERE).unwrap();
    assert_eq!(String::from_utf8_lossy(&same), file, "identity");
    let translations: Vec<_> = sources.iter().map(wrap).collect();
    String::from_utf8(extracted.skeleton.merge(&translations, target).unwrap()).unwrap()
}

fn texts(file: &str) -> Vec<String> {
    read(file).segments.iter().map(|segment| segment.source.text().to_owned()).collect()
}

fn v1(body: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<xliff version=\"1.2\" xmlns=\"urn:oasis:names:tc:xliff:document:1.2\"><file \
         original='f' source-language=\"en\" target-language=\"pt-BR\"><body>{body}</body></file></xliff>\n"
    )
}

fn v2(units: &str) -> String {
    format!(
        "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" version=\"2.1\" srcLang=\"en\" trgLang=\"pt\"><file \
         id=\"f\">{units}</file></xliff>"
    )
}

const DONE: &str = "<target xml:lang=\"pt-BR\" state=\"translated\" state-qualifier=\"mt-suggestion\">";

#[track_caller]
fn check_v1(before: &str, after: &str) {
    assert_eq!(translated(&v1(before), &to("pt")), v1(&after.replace("<DONE>", DONE)));
}

#[track_caller]
fn check_v2(before: &str, after: &str) {
    assert_eq!(translated(&v2(before), &to("pt")), v2(after));
}

#[test]
fn a_target_is_put_behind_its_source() {
    check_v1(
        "<trans-unit id='1'>\n  <source>Hello world</source>\n  <note>n</note></trans-unit>",
        "<trans-unit id='1'>\n  <source>Hello world</source>\n  <DONE>[Hello world]</target>\n  <note>n</note></trans-unit>",
    );
    check_v1(
        "<trans-unit id='1'><source>12</source></trans-unit><trans-unit id='2'><source> </source></trans-unit>",
        "<trans-unit id='1'><source>12</source><DONE>12</target></trans-unit><trans-unit id='2'><source> \
         </source></trans-unit>",
    );
}

#[test]
fn only_targets_that_need_it_are_written() {
    let unit = |target: &str| format!("<trans-unit id='1'><source>Hello</source>{target}</trans-unit>");
    for needs in [
        "<target/>",
        "<target></target>",
        "<target state='needs-translation' />",
        "<target xml:lang='pt-BR' state='new'>Old</target>",
        "<target>Hello</target>",
        "<target><![CDATA[]]></target>",
    ] {
        let file = translated(&v1(&unit(needs)), &to("pt"));
        assert!(file.contains(">[Hello]</target>") && file.matches("<target").count() == 1, "{needs}: {file}");
        assert!(file.contains("translated") && file.contains("mt-suggestion"), "{needs}: {file}");
        assert!(texts(&file).is_empty(), "{needs}: it is finished now");
    }
    for finished in ["<target>Olá</target>", "<target state='final'>Hello</target>", "<target state='x'>Olá</target>"]
    {
        assert!(texts(&v1(&unit(finished))).is_empty(), "{finished}");
    }
    let closed = "<trans-unit id='1' approved='yes'><source>Hello</source><target>Hello</target></trans-unit><group \
                  translate='no'><trans-unit id='2'><source>No</source></trans-unit><trans-unit id='3' \
                  translate='yes'><source>Yes</source></trans-unit></group><trans-unit id='4'><source>A \
                  word</source><alt-trans><source>no</source><target>no</target></alt-trans></trans-unit><bin-unit \
                  id='b'><bin-source><internal-file>no</internal-file></bin-source><trans-unit \
                  id='5'><source>Bin</source></trans-unit></bin-unit>";
    assert_eq!(texts(&v1(closed)), ["Yes", "A word", "Bin"]);
}

#[test]
fn equal_targets_are_written_only_when_there_is_a_language() {
    let file = v1("<trans-unit id='1'><source>A &#38; <x id='1'/>b &quot;c&quot;</source></trans-unit>");
    let extracted = read(&file);
    let same = [extracted.segments[0].source.clone()];
    let merged = |target: &Target| String::from_utf8(extracted.skeleton.merge(&same, target).unwrap()).unwrap();
    assert_eq!(merged(&NOWHERE), file);
    assert!(merged(&to("pt")).contains(&format!("{DONE}A &#38; <x id='1'/>b &quot;c&quot;</target>")));
}

#[test]
fn codes_of_version_1_stand_in_the_target_once() {
    check_v1(
        "<trans-unit id='1'><source><x id='0'/>The <g id='1'>quick</g> <bpt id='2'>&lt;b></bpt>fox<ept id='2'>&lt;/b></ept> \
         is <ph id='3'>{0}</ph>, <bx id='4' rid='4'/>not<ex id='5' rid='4'/> <it id='6' pos='open'>x</it>a <mrk \
         mtype='protected'>Dog &amp; co</mrk>.</source></trans-unit>",
        "<trans-unit id='1'><source><x id='0'/>The <g id='1'>quick</g> <bpt id='2'>&lt;b></bpt>fox<ept id='2'>&lt;/b></ept> \
         is <ph id='3'>{0}</ph>, <bx id='4' rid='4'/>not<ex id='5' rid='4'/> <it id='6' pos='open'>x</it>a <mrk \
         mtype='protected'>Dog &amp; co</mrk>.</source><DONE><x id='0'/>[The <g id='1'>quick</g> <bpt \
         id='2'>&lt;b></bpt>fox<ept id='2'>&lt;/b></ept> is <ph id='3'>{0}</ph>, <bx id='4' rid='4'/>not<ex id='5' \
         rid='4'/> <it id='6' pos='open'>x</it>a <mrk mtype='protected'>Dog &amp; co</mrk>.]</target></trans-unit>",
    );
    let file = v1("<trans-unit id='1'><source><g id='1'><bpt id='2'/>All</g><ept id='2'/> words</source></trans-unit>");
    assert_eq!(texts(&file), ["All words"]);
    translated(&file, &to("pt"));
}

#[test]
fn text_in_codes_is_a_text_of_its_own() {
    let unit = "<trans-unit id='1'><source>See <ph id='1'>&lt;a title='<sub>My title <ph id='2'>x<sub>deep \
                down</sub></ph> end</sub>'></ph> now</source></trans-unit>";
    assert_eq!(texts(&v1(unit)), ["See  now", "My title  end", "deep down"]);
    let file = translated(&v1(unit), &to("pt"));
    assert!(file.contains("[See <ph id='1'>&lt;a title='<sub>[My title <ph id='2'>x<sub>[deep down]</sub></ph> end]"));
}

#[test]
fn segments_of_a_source_are_segments_of_its_target() {
    let source = "<trans-unit id='1'><source>One. Two.</source>\n<seg-source><mrk mid='0' mtype='seg'>One.</mrk> <mrk \
                  mid='1' mtype='seg'>Two.</mrk></seg-source>";
    assert_eq!(texts(&v1(&format!("{source}</trans-unit>"))), ["One.", "Two."]);
    check_v1(
        &format!("{source}</trans-unit>"),
        &format!(
            "{source}<DONE><mrk mid='0' mtype='seg'>[One.]</mrk> <mrk mid='1' mtype='seg'>[Two.]</mrk></target></trans-unit>"
        ),
    );
    check_v1(
        &format!("{source}<target><mrk mid='0' mtype='seg'>Um.</mrk> <mrk mid='1' mtype='seg'/></target></trans-unit>"),
        &format!(
            "{source}<target><mrk mid='0' mtype='seg'>Um.</mrk> <mrk mid='1' mtype='seg'>[Two.]</mrk></target></trans-unit>"
        ),
    );
}

#[test]
fn escaped_html_is_markup() {
    let unit = "<trans-unit id='1'><source>&lt;p>One &lt;b&gt;two&lt;/b&gt;&lt;br/&gt; three&lt;/p&gt;&lt;p>four 1 &lt; \
                2&lt;/p></source></trans-unit><trans-unit id='2'><source><![CDATA[<i>a</i> & more]]></source></trans-unit>";
    assert_eq!(texts(&v1(unit)), ["One two three", "four 1 < 2", "a & more"]);
    let file = translated(&v1(unit), &to("pt"));
    assert!(
        file.contains(
            ">&lt;p>[One &lt;b&gt;two&lt;/b&gt;&lt;br/&gt; three]&lt;/p&gt;&lt;p>[four 1 &lt; 2]&lt;/p></target>"
        ),
        "{file}"
    );
    assert!(file.contains("><![CDATA[[<i>a</i> & more]]]></target>"), "{file}");
}

#[test]
fn segments_of_version_2_get_targets() {
    check_v2(
        "<unit id='1'><notes><note>n</note></notes><segment id='s' state='initial' subState='my:x'>\n <source>Some <pc \
         id='1'>bold</pc> <sc id='2'/>text<ec startRef='2'/> <cp hex='0001'/>and <mrk id='m' translate='no'>Name</mrk>, \
         <sm id='n' translate='no'/>No <ph id='3'/>one<em startRef='n'/>.</source></segment><ignorable><source> \
         </source></ignorable><segment><source>Done</source><target>Feito</target></segment></unit>",
        "<unit id='1'><notes><note>n</note></notes><segment id='s' state='translated'>\n <source>Some <pc \
         id='1'>bold</pc> <sc id='2'/>text<ec startRef='2'/> <cp hex='0001'/>and <mrk id='m' translate='no'>Name</mrk>, \
         <sm id='n' translate='no'/>No <ph id='3'/>one<em startRef='n'/>.</source>\n <target>[Some <pc id='1'>bold</pc> \
         <sc id='2'/>text<ec startRef='2'/> <cp hex='0001'/>and <mrk id='m' translate='no'>Name</mrk>, <sm id='n' \
         translate='no'/>No <ph id='3'/>one<em startRef='n'/>.]</target></segment><ignorable><source> \
         </source></ignorable><segment><source>Done</source><target>Feito</target></segment></unit>",
    );
    check_v2(
        "<unit id='1' translate='no'><segment><source>No</source></segment></unit><group id='g' translate='no'><unit id='2' \
         translate='yes'><segment><source>Yes</source><target order='1'/></segment></unit></group>",
        "<unit id='1' translate='no'><segment><source>No</source></segment></unit><group id='g' translate='no'><unit id='2' \
         translate='yes'><segment state=\"translated\"><source>Yes</source><target \
         order='1'>[Yes]</target></segment></unit></group>",
    );
}

#[test]
fn words_in_another_order_keep_their_codes() {
    let file = v2(
        "<unit id='1'><segment><source>A <pc id='1'>red <pc id='2'>big</pc></pc> house<ph id='3'/> x</source></segment></unit>",
    );
    let extracted = read(&file);
    let ids: Vec<_> = (0..3).map(terjuman_model::TagId).collect();
    let mut out = TaggedText::new();
    out.open(ids[1]);
    out.push_str("grande");
    out.point(ids[2]);
    out.open(ids[0]);
    out.push_str(" <casa>");
    out.close(ids[1]);
    out.close(ids[0]);
    let merged = extracted.skeleton.merge(&[out.clone()], &NOWHERE).unwrap();
    let merged = String::from_utf8(merged).unwrap();
    assert!(
        merged.contains("<target><pc id='2'>grande<ph id='3'/><pc id='1'> &lt;casa&gt;</pc></pc></target>"),
        "{merged}"
    );
    out.point(ids[2]);
    assert!(matches!(extracted.skeleton.merge(&[out], &NOWHERE), Err(FormatError::Verification(_))));
}

#[test]
fn the_target_language_is_stated() {
    let unit = "<trans-unit id='1'><source>Hello</source></trans-unit>";
    let file = v1(unit);
    assert!(translated(&file.replace(" target-language=\"pt-BR\"", ""), &to("pt")).contains("target-language=\"pt\""));
    assert!(translated(&file, &to("fr")).contains("target-language=\"fr\""));
    let kept = v1(&format!("{unit}<trans-unit id='2'><source>a</source><target>b</target></trans-unit>"));
    let kept = translated(&kept, &to("fr"));
    assert!(kept.contains("target-language=\"pt-BR\"") && kept.contains("xml:lang=\"fr\""));
    let unit = v2("<unit id='1'><segment><source>Hello</source></segment></unit>").replace(" trgLang=\"pt\"", "");
    assert!(translated(&unit, &to("zh-Hans")).contains("trgLang=\"zh-Hans\""));
}

#[test]
fn prefixes_document_types_and_encodings_are_kept() {
    let file = "<?xml version='1.0' encoding='ISO-8859-1'?><!DOCTYPE x:xliff PUBLIC '-//XLIFF//DTD XLIFF//EN' \
                'xliff.dtd'><x:xliff xmlns:x='urn:oasis:names:tc:xliff:document:1.2' version='1.2'><x:file \
                source-language='en'><x:body><x:trans-unit id='1'><x:source>Caf\u{e9} now</x:source></x:trans-unit>\
                </x:body></x:file></x:xliff>";
    let bytes: Vec<u8> = file.chars().map(|c| c as u8).collect();
    let extracted = extract(Format::Xliff, &bytes, &Options::default(), &Limits::default()).unwrap();
    let merged = extracted.skeleton.merge(&[TaggedText::plain("caf\u{e9} \u{65e5}")], &to("ja")).unwrap();
    let expected =
        b"<x:target xml:lang=\"ja\" state=\"translated\" state-qualifier=\"mt-suggestion\">caf\xe9 &#26085;</x:target>";
    assert!(merged.windows(expected.len()).any(|window| window == expected));
}

#[test]
fn what_is_no_xliff_is_refused() {
    let refused =
        |file: &str| extract(Format::Xliff, file.as_bytes(), &Options::default(), &Limits::default()).unwrap_err();
    assert!(matches!(refused(" \n"), FormatError::Empty));
    let good = v1("<trans-unit id='1'><source>a</source></trans-unit>");
    for bad in [
        "plain".into(),
        "<html/>".into(),
        "<xliff version='1.2'/>".into(),
        "<xliff version='2.2' xmlns='urn:oasis:names:tc:xliff:document:2.2'></xliff>".into(),
        "<xliff xmlns='urn:x' version='1.2'><file/></xliff>".into(),
        good.replace("1.2\" xmlns", "9.9\" xmlns"),
        good.replace("<source>a", "<source>&a;"),
        good.replace("<source>a", "<source>&#3;"),
        good.replace("<xliff", "<!DOCTYPE xliff [<!ENTITY a 'b'>]><xliff"),
        good[..good.len() - 20].to_owned(),
    ] {
        assert!(matches!(refused(&bad), FormatError::Corrupt { .. }), "{bad}");
    }
    // Two units of one id are two units.
    let twice = "<trans-unit id='1'><source>a</source></trans-unit>".repeat(2);
    assert_eq!(texts(&v1(&twice)), ["a", "a"]);
}

#[test]
fn a_new_target_says_of_its_white_space_what_the_source_says() {
    let unit = v2("<unit id='1'><segment><source xml:space='preserve'>Two  blanks</source></segment></unit>");
    assert!(translated(&unit, &to("pt")).contains("<target xml:space=\"preserve\">[Two  blanks]</target>"));
}

#[test]
fn comments_part_no_word() {
    let extracted = read(&v1("<trans-unit id='1'><source>Un<!-- x -->seen words</source></trans-unit>"));
    assert_eq!(extracted.segments[0].source.text(), "Unseen words");
    assert_eq!(extracted.segments[0].tags[0].kind, terjuman_model::TagKind::Anchor);
}

/// Where the units stand whose translations are too long, by what is in front of them.
fn too_long(file: &str, translation: &str) -> Vec<String> {
    let extracted = read(file);
    let translations: Vec<_> = extracted.segments.iter().map(|_| TaggedText::plain(translation)).collect();
    let flaws = extracted.skeleton.flaws(&translations);
    assert!(flaws.iter().all(|flaw| flaw.kind == WarningKind::TooLong));
    flaws.iter().map(|flaw| file[flaw.place.offset as usize..].split(' ').nth(1).unwrap().to_owned()).collect()
}

#[test]
fn translations_that_are_too_long_are_told() {
    let file = v1("<trans-unit id='a' maxwidth='3' size-unit='char'><source>One</source></trans-unit>\
         <trans-unit id='b' maxwidth='4' size-unit='byte'><source>Two</source></trans-unit>\
         <trans-unit id='c' maxwidth='3'><source>In pixels</source></trans-unit>\
         <trans-unit id='d' maxwidth='9' size-unit='char'><source>Three</source></trans-unit>\
         <trans-unit id='e' maxwidth='4' size-unit='char' approved='yes'><source>x</source><target>fertig</target></trans-unit>");
    assert_eq!(too_long(&file, "ação"), ["id='a'", "id='b'", "id='e'"]);
    let file = format!(
        "<xliff xmlns=\"urn:oasis:names:tc:xliff:document:2.0\" version=\"2.1\" srcLang=\"en\" \
         xmlns:slr=\"urn:oasis:names:tc:xliff:sizerestriction:2.0\"><file id=\"f\">{}</file></xliff>",
        "<unit id='a' slr:sizeRestriction='0,8'><segment><source>One</source></segment><segment state='final'>\
         <source>Two</source><target>fünf5</target></segment></unit><unit id='b' slr:sizeRestriction='9'><segment>\
         <source>One</source></segment><segment><source>Two</source></segment></unit>"
    );
    assert_eq!(too_long(&file, "ação"), ["id='a'"]);
}

#[test]
fn codes_take_no_room_of_a_text() {
    let longest = Longest { count: 0, measure: Measure::Characters, unit: 0 };
    for (content, taken) in [
        ("a &amp; b", 5),
        ("<g id='1'>ab</g><x/>c", 3),
        ("<ph id='1'>&lt;img></ph>a<ph/>b<bpt id='2'>{\\b <sub>x</sub></bpt>c", 3),
        ("<![CDATA[a<b]]>c", 4),
        ("a <", 2),
    ] {
        assert_eq!(longest.taken(content), taken, "{content}");
    }
}

#[test]
fn units_for_other_languages_get_no_target() {
    let unit = |locales: &str, target: &str| {
        format!("<unit id='1' xmlns:its='http://www.w3.org/2005/11/its' {locales}><segment{target}</segment></unit>")
    };
    let (open, done) = ("><source>One</source>", " state=\"translated\"><source>One</source><target>[One]</target>");
    for (locales, is_meant) in [
        ("its:localeFilterList='fr, pt-BR'", false),
        ("its:localeFilterList='fr, pt'", true),
        ("its:localeFilterList='*'", true),
        ("its:localeFilterList=''", false),
        ("its:localeFilterList='pt' its:localeFilterType='exclude'", false),
        ("its:localeFilterList='fr' its:localeFilterType='exclude'", true),
    ] {
        check_v2(&unit(locales, open), &unit(locales, if is_meant { done } else { open }));
    }
}
