//! XML: bilingual files and topics.

use terjuman_formats::Format;

use super::{floods, survives};

const XML: &[&str] = &[
    "<",
    "<!",
    "<!--",
    "<!-- x -->",
    "<?",
    "<?x y?>",
    "<![CDATA[",
    "<![CDATA[x]]>",
    "]]>",
    "&",
    "&amp;",
    "&lt;",
    "&lt;b>",
    "&lt;b>x&lt;/b> ",
    "&#",
    "&#120;",
    "&#x",
    "&x;",
    "<g id='1'>",
    "<g id='1'>x</g>",
    "<x id='1'/>",
    "<bx id='1'/>",
    "<ex id='1'/>",
    "<bpt id='1'>",
    "<ph id='1'>",
    "<ph id='1'><sub>x</sub></ph>",
    "<sub>",
    "<mrk mtype='seg' mid='1'>",
    "<mrk mtype='seg' mid='1'>x</mrk>",
    "<mrk mtype='protected'>",
    "<pc id='1'>",
    "<sc id='1'/>",
    "<ec startRef='1'/>",
    "<sm id='1'/>",
    "<em startRef='1'/>",
    "<cp hex='1'/>",
    "<b>",
    "<b>x</b>",
    "<ph>",
    "<ph>x</ph> ",
    "<p>",
    "<p>x</p>",
    "<fn>",
    "<fn>x</fn>",
    "<indexterm>",
    "<image alt='x'/>",
    "<codeph>",
    "<pre>x\n",
    "<ul><li>",
    "</p>",
    "<x a='1' a='2'>",
    "<x a='",
    "<x xmlns='y'>",
    "<x xmlns:a='y'>",
    "<a:b>",
    "<!DOCTYPE x>",
    "<!ENTITY a '&b;&b;'>",
    "x",
    " ",
    "\n",
    "é",
    "\0",
];

#[test]
fn of_bilingual_files() {
    let unit = (
        "<xliff version='1.2'><file source-language='en' target-language='pt'><body><trans-unit id='1'><source>",
        "</source></trans-unit></body></file></xliff>",
    );
    floods(Format::Xliff, unit, XML);
    let segment = (
        "<xliff xmlns='urn:oasis:names:tc:xliff:document:2.2' version='2.2' srcLang='en' trgLang='pt'><file id='f'><unit \
         id='u'><segment><source>",
        "</source></segment></unit></file></xliff>",
    );
    floods(Format::Xliff, segment, XML);
    let units = ("<xliff version='1.2'><file source-language='en'><body>", "</body></file></xliff>");
    floods(
        Format::Xliff,
        units,
        &[
            "<group>",
            "<trans-unit id='1'>",
            "<trans-unit id='1'><source>One two</source></trans-unit>",
            "<trans-unit><source/><target/></trans-unit>",
            "<source>",
            "<target>",
            "<alt-trans>",
            "<bin-unit>",
            "<trans-unit><source>One</source><seg-source><mrk mtype='seg' mid='1'>",
        ],
    );
    let attributes: String = (0..20_000).map(|n| format!(" a{n}='1'")).collect();
    survives(Format::Xliff, format!("<xliff version='1.2'{attributes}><file/></xliff>").as_bytes());
    let bomb = (0..40).map(|n| format!("<!ENTITY a{} '&a{n};&a{n};&a{n};'>", n + 1)).collect::<String>();
    survives(
        Format::Xliff,
        format!("<!DOCTYPE x [<!ENTITY a0 'x'>{bomb}]><xliff version='1.2'>&a40;</xliff>").as_bytes(),
    );
}

#[test]
fn of_topics() {
    floods(Format::Dita, ("<topic id='t'><title>", "</title></topic>"), XML);
    floods(Format::Dita, ("<topic id='t'><title>One</title><body>", "</body></topic>"), XML);
    floods(Format::Dita, ("<map title='One'>", "</map>"), &["<topicref>", "<topicref navtitle='One'/>", "<topicmeta>"]);
    let attributes: String = (0..20_000).map(|n| format!(" a{n}='1'")).collect();
    survives(Format::Dita, format!("<topic id='t'{attributes}><title>One</title></topic>").as_bytes());
}
