//! Which texts a page is cut into, and which tags they have.

use terjuman_model::{Edge, Piece, Segment, TagKind};

use super::read;

/// The text with a letter for each tag: `<f:` … `>` formatting, `<w:` a thing, `<p:` protected; `(.)` a point, `(-)` an anchor, `(/)` a line
/// break, `(?)` half of a broken pair.
fn show(segment: &Segment) -> String {
    let mut out = String::new();
    for piece in segment.source.pieces() {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Mark(Edge::Open, tag) => out.push_str(match segment.kind(tag) {
                TagKind::Format => "<f:",
                TagKind::Whole => "<w:",
                _ => "<p:",
            }),
            Piece::Mark(Edge::Close, _) => out.push('>'),
            Piece::Mark(Edge::Point, tag) => out.push_str(match segment.kind(tag) {
                TagKind::Break => "(/)",
                TagKind::Isolated => "(?)",
                TagKind::Anchor => "(-)",
                _ => "(.)",
            }),
        }
    }
    out
}

#[track_caller]
fn check(html: &str, expected: &[&str]) {
    let extracted = read(html.as_bytes()).expect("can be read");
    let found: Vec<_> = extracted.segments.iter().map(show).collect();
    assert_eq!(found, expected);
}

#[test]
fn blocks_part_the_text_and_formatting_does_not() {
    check("<h1>One</h1> <p>Two <b>three</b> four.<p>Five", &["One", "Two <f:three> four.", "Five"]);
    check("<ul><li>One<ul><li>Two</ul>three<li>Four</ul>", &["One", "Two", "three", "Four"]);
    check("<table><caption>One<tr><th>Two<td>Three</table>", &["One", "Two", "Three"]);
    check("<div>One<p>Two</p>three</div>", &["One", "Two", "three"]);
    check("<details><summary>One</summary>Two</details>", &["One", "Two"]);
    check("<fieldset><legend>One</legend><label>Two <input></label></fieldset>", &["One", "Two"]);
    check("<p>One</div>two</p>", &["One", "two"]);
}

#[test]
fn pairs_around_everything_and_things_at_the_ends_are_not_in_the_text() {
    check("<p> <b><a href=x>One</a></b> </p>", &["One"]);
    check("<p><img src=x> One <br></p>", &["One"]);
    check("<p><b></b>One <b>two</b><i> </i></p>", &["One <f:two>"]);
    check("<p><b>One</b> two</p>", &["<f:One> two"]);
}

#[test]
fn what_nobody_sees_parts_no_word() {
    check("<p>Un<wbr>be<!-- x -->liev&shy;ab\u{ad}le words", &["Un(-)be(-)lievable words"]);
    check("<p>Un<?x y?>seen</wbr>, too", &["Un(-)seen(-), too"]);
    check("<p>http://a.b/<!-- x -->c <!-- y --> word", &["http://a.b/(-)c (-) word"]);
}

#[test]
fn what_stands_in_a_text_is_a_tag() {
    check("<p>One<img src=x>two<wbr>three<!-- x -->four", &["One(.)two(-)three(-)four"]);
    check("<p>One <a href=x>two</a> <output>three</output>", &["One <w:two> <w:three>"]);
    check("<p>One<br>two<br><br>three", &["One(/)two", "three"]);
    check("<p>http://a.b/c<br>Two", &["http://a.b/c(/)Two"]);
    check("<p>http://a.b/c<b>d</b>", &[]);
    check("<p>One <b>two <i>three</b> four</i> five", &["One (?)two (?)three(?) four(?) five"]);
    check("<p>One <select><option>Two<option>Three</select> four", &["One (.) four", "Two", "Three"]);
    check("<p>One <svg><text>Two</text></svg> three", &["One (.) three", "Two"]);
    check("<p>One <x-y>two</x-y> three", &["One <w:two> three"]);
}

#[test]
fn equal_formatting_in_a_row_is_one() {
    check("<p>One <b>two</b><b> three</b>", &["One <f:two three>"]);
    check("<p>One <span style='color:red'>tw</span><span style='color:red'>o</span>", &["One <f:two>"]);
    check("<p>One <span class=x>two</span><span class=x>three</span>", &["One <f:two><f:three>"]);
    check("<p>One <b>two</b><i>three</i>", &["One <f:two><f:three>"]);
}

#[test]
fn empty_lines_part_paragraphs_also_in_formatting() {
    check("<p><font>One <b>two<br><br>three</b> four</font></p>", &["One", "two", "three", "four"]);
    check("<p><b>One<i><br></i></b><u> <br></u>Two", &["One", "Two"]);
    check("<p>One<br><img src=x><br>two", &["One(/)(.)(/)two"]);
}

#[test]
fn links_without_words_between_them_are_a_list() {
    check("<p><a href=x>One</a> | <a href=y>Two</a>", &["One", "Two"]);
    check("<nav><b><a href=x>One</a> / <a href=y>Two</a></b></nav>", &["One", "Two"]);
    check("<b><a href=x>One</a></b><br><i><a href=y>Two</a></i><br><u></u><br>", &["One", "Two"]);
    check("<p><a href=x>One</a> and <a href=y>two</a>", &["<w:One> and <w:two>"]);
    check("<my-card><my-title>One</my-title><my-text>Two</my-text></my-card>", &["One", "Two"]);
}

#[test]
fn icons_of_links_to_a_heading_are_no_words() {
    check("<h2>Options<a href=#o title='Link to this'>¶</a></h2>", &["Options", "Link to this"]);
    check("<dt><b>--cache</b><i>=SIZE of it</i><a href=#o>\u{f0c1}</a></dt>", &["<f:--cache><f:=SIZE of it>"]);
    check("<p>One <b>¶</b> two", &["One <f:¶> two"]);
}

#[test]
fn letters_of_fixed_pitch_may_be_code() {
    let code = |page: &str| {
        let segment = &read(page.as_bytes()).unwrap().segments[0];
        segment.tags.iter().map(|tag| tag.code).collect::<Vec<_>>()
    };
    assert_eq!(code("<p>See <span style=\"color:red; font-family:'Courier New',serif\">dbo.Users</span> here"), [true]);
    assert_eq!(code("<p>See <font face=Consolas>dbo.Users</font> and <b>this</b>"), [true, false]);
    assert_eq!(code("<p>See <span style='font-family:Arial,monospace'>this</span> here"), [false]);
}

#[test]
fn controls_of_a_form_are_texts_of_their_own() {
    check(
        "<nav><a href=x>One</a> <button>Two</button> <a href=y>Three <b>4</b></a></nav>",
        &["One", "Two", "Three <f:4>"],
    );
    check("<p><button>Reply</button> <button>Report</button>", &["Reply", "Report"]);
    check("<p>Two hours ago <button>Reply</button> <button>Report</button>", &["Two hours ago", "Reply", "Report"]);
    check(
        "<label>First name <input></label> <label>Last name <input></label> <small>We ask</small>",
        &["First name", "Last name", "We ask"],
    );
    check("<p>One <label>two</label> three", &["One", "two", "three"]);
    check("<progress>70% used</progress> <meter>Storage</meter>", &["70% used", "Storage"]);
    check("<p>Press <button>Save</button> to go on", &["Press <w:Save> to go on"]);
}

#[test]
fn code_and_what_is_not_to_be_translated_is_protected_in_a_text_and_left_out_alone() {
    check("<p>Run <code>make <b>x</b></code> now", &["Run <p:make x> now"]);
    check("<p>Press <kbd>Enter</kbd><p><code>make</code>", &["Press <p:Enter>"]);
    check("<p>By <span translate=no>Ann</span>, <span class=notranslate>Bo</span>", &["By <p:Ann>, <p:Bo>"]);
    check("<div translate=no>One<p>Two</p><p translate=yes>Three</p></div>", &["Three"]);
    check("<pre>One\n two</pre><pre><code>three</code></pre><pre class=language-c>four</pre>", &["One", "two"]);
    check("<script>One</script><style>Two</style><math><mi>Three</mi></math>Four", &["Four"]);
}

#[test]
fn template_code_is_kept() {
    check("<p>Dear {{ name }}, hello", &["Dear <p:{{ name }}>, hello"]);
    check("<p><?php if ($a): ?>One<?php else: ?>Two<?php endif ?>", &["One", "Two"]);
    check("---\nlayout: home\ntitle: No words\n---\n<p>Words</p>", &["Words"]);
    check("<p>{% if a %}One <b>{% if b %}two{% endif %}</b>{% endif %} three", &["One <f:(?)two(?)>", "three"]);
    check("<p>One <?= $two ?> three {# four #} five", &["One <p:<?= $two ?>> three (.) five"]);
    check("<img alt='One {{ two }}'>", &["One <p:{{ two }}>"]);
}

#[test]
fn attributes_that_people_read_are_texts() {
    check(
        "<img alt=One title='Two'><input placeholder=\"Three\"><input type=submit value=Four>",
        &["One", "Two", "Three", "Four"],
    );
    check(
        "<meta name=description content='One'><meta property='og:title' content='Two'><meta name=x content=y>",
        &["One", "Two"],
    );
    check("<p>One <a title='Two'>three</a> four", &["One <w:three> four", "Two"]);
    check("<input type=text value=One><a download=Two href=Three data-x=Four>Five</a><link title=Six>", &["Five"]);
}

#[test]
fn only_words_are_texts() {
    check("<p>123<p>https://example.com<p>a@example.com<p>---<p>&copy; 2024<p>One", &["One"]);
    check("<p>&nbsp;One&nbsp;two&shy;three&nbsp;", &["One\u{a0}twothree"]);
}

#[test]
fn ruby_shows_its_base() {
    check("<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rt>ji</rt></ruby>です", &["<w:漢(.)(.)(.)字(.)>です"]);
}

#[test]
fn a_page_in_an_attribute_has_texts_of_its_own() {
    check(
        "<p>a <iframe srcdoc=\"<p>One &amp;amp; <b>two</b></p><p title='x'>Three\" title=\"Four\"></iframe> b",
        &["a (.) b", "One & <f:two>", "x", "Three", "Four"],
    );
    check("<iframe srcdoc=unquoted></iframe><iframe srcdoc=''></iframe><iframe srcdoc='<?= $x ?>'></iframe>x", &["x"]);
    // Pages in pages end somewhere.
    let deep = |depth: usize| {
        (0..depth).fold("<p>deep</p>".to_owned(), |inner, _| {
            format!("<iframe srcdoc=\"{}\"></iframe>", inner.replace('&', "&amp;").replace('"', "&quot;"))
        })
    };
    check(&deep(3), &["deep"]);
    check(&deep(4), &[]);
}

#[test]
fn newsletters_have_words_in_tables_in_tables_and_between_conditions() {
    check(
        "<!--[if mso]><table><tr><td>For one program</td></tr></table><![endif]--><!--[if !mso]><!--><div>One</div>\
         <!--<![endif]--><table><tr><td><table><tr><td>Two <a href=x><img alt=three></a></td><td><![if !mso]>Four<![endif]>\
         </td></tr></table></td></tr></table><o:p>&nbsp;</o:p><v:rect><w:lock/><center>Five</center></v:rect>",
        &["One", "Two", "three", "Four", "Five"],
    );
}

#[test]
fn pages_of_frames_have_words_for_others() {
    check(
        "<head><title>One</title></head><frameset><frame src=a title=Two name=x><noframes><body>Three</body></noframes>\
         </frameset>",
        &["One", "Two", "Three"],
    );
}

#[test]
fn what_is_written_in_xhtml_is_read_as_such() {
    check(
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><script>//<![CDATA[\nvar a = 'kept';\n//]]></script>\
         <body><p>One<a href='#n'>1</a> two</p><p/><div/><span/>Three<br></br></body></html>",
        &["One<w:1> two", "Three"],
    );
}

#[test]
fn cdata_in_xhtml_is_text() {
    check(
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p><![CDATA[\n a < b & c \n]]></p>\
         <p>see <![CDATA[<b>]]>, <![CDATA[x]]></p><p>one<![CDATA[ two]]></p><p><![CDATA[{{ name }} & more]]></p></body></html>",
        &["a < b & c", "see <b>, x", "one"],
    );
}
