//! Markup that no one should write, and everybody does; and markup made up at random.

use super::{check, check_all};

#[test]
fn misnested_formatting_and_the_adoption_agency() {
    for html in [
        "<p>one <b>two <i>three</b> four</i> five</p>",
        "<b>one<p>two</b>three</p>",
        "<a href=x>one<a href=y>two</a>three</a>",
        "<p><b><b><b><b>one<p>two</b>three",
        "<b><i><u>one</b>two</i>three</u>four",
        "<div><b>one<div>two</b>three</div>four</div>",
        "<em>one<strong>two<table><tr><td>three</em>four</strong></table>five",
        "<font color=red>one<p>two</font>three<p>four",
        "<nobr>one<nobr>two</nobr>three",
        "<p>one<i>two<i>three</i>four</p>five",
        "</b>one</i>two</p>three</div>four</br>five",
    ] {
        check(html);
    }
}

#[test]
fn what_is_not_closed_and_what_is_not_open() {
    for html in [
        "<ul><li>one<li>two<ul><li>three</ul><li>four",
        "<dl><dt>one<dd>two<dt>three</dl>",
        "<table><tr><td>one<td>two<tr><th>three</table>",
        "<table>foster one<tr>foster two<td>three</td>foster four</tr></table>",
        "<table><caption>one<tr><td>two</table>",
        "<select><option>one<option>two<optgroup label=three><option>four</select> five",
        "<p>one<p>two<h1>three<h2>four",
        "<p>one<table><tr><td>two",
        "<button>one<button>two",
        "text only",
        "one < two <3 and <",
        "one <a href='unfinished",
        "one </> two <!> three <!-- four",
        "one <!--> two --> three <!---> four --> five",
        "one <!DOCTYPE html> two <?pi three> four",
        "<title>one <b>two</title>three",
        "<textarea>\n\none\n <b>two</textarea>three",
        "<script>one</script>two<style>three</style>four<script>'</scr' + 'ipt>' <!-- <script> </script> --></script>five",
        "<plaintext>one <b>two",
        "<xmp>one <b></xmp> two",
        "<noscript>one <img alt=two src=x></noscript> three",
        "<iframe srcdoc='<p>one'>two</iframe>three",
        "<template><p>one</p><td>two</td></template>three",
        "<p><p></p></p><p>one",
    ] {
        check(html);
    }
}

#[test]
fn foreign_content() {
    for html in [
        "one <svg><text>two <tspan>three</tspan></text><title>four</title><desc>five</desc><style>six</style></svg> seven",
        "<svg><foreignObject><p>one <b>two</b></p></foreignObject><circle/></svg>three",
        "<svg><p>one</p>two</svg>",
        "one <math><mi>two</mi><mtext>three</mtext></math> four",
        "<math><annotation-xml encoding=text/html><p>one</p></annotation-xml></math>two",
        "<svg><![CDATA[one < two]]></svg>three",
        "<p>one <svg/>two <math/>three",
        "<svg><script>one</script></svg>two",
    ] {
        check(html);
    }
}

#[test]
fn attributes_in_all_their_forms() {
    for html in [
        "<img alt=one src=x><img alt='two \"quoted\"'><img alt=\"three 'quoted' &amp; &quot;more&quot;\"><img alt>",
        "<img ALT=one alt=two><input type=SUBMIT value=three><input value=four><input type=text value=five>",
        "<a title=one/>two</a><abbr title = 'three'\n>four</abbr>",
        "<meta name=description content='one'><meta property=og:title content=two><meta name=author content=three>",
        "<th abbr=one>two</th><option label=three><track label=four><table summary=five>",
        "<img alt='one &copy two &notit; &copy=three &amp four'>",
        "<img alt='one\n two\t three'>",
        "<div aria-label=one title='two' data-text=three aria-labelledby=four>five</div>",
        "<img alt=\"one > two < three\">four",
        "<link title=one rel=alternate><style title=two></style>three",
    ] {
        check(html);
    }
}

#[test]
fn references_blanks_and_line_ends() {
    for html in [
        "<p>&nbsp;one&nbsp;&amp;&#160;two &lt;b&gt; &eacute;&#233;&#xe9; &copy 3 &unknown; & four&nbsp;</p>",
        "<p>one\r\ntwo\rthree\nfour</p>",
        "<pre>\n\none\n  two\n\tthree</pre>",
        "<pre>one <b>two\nthree</b> four</pre><pre><code>five</code></pre>",
        "<p> one <b> two </b> three <i> </i> four </p>",
        "<p>one<br>two<br><br>three<br/>four<wbr>five&shy;six</p>",
        "<p>one <b>t</b>wo <b>th</b>r<i>ee</i></p>",
        "<p>\u{3000}one\u{a0}two\u{202f}three\u{200b}four</p>",
        "<p>&#xD83D; &#0; &#x110000; &#x80; one two\0three</p>",
        "<p>\u{202e}one\u{202d}two \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} e\u{301}</p>",
        "<p>&lt;/w:t> {0} ]]&gt; one &lt;script&gt; &amp;lt; two</p>",
    ] {
        check(html);
    }
}

#[test]
fn what_is_to_be_kept() {
    for html in [
        "<p>one <code>two</code> three <kbd>four</kbd> <span translate=no>five <b>six</b></span> seven</p>",
        "<div translate=no>one <p>two</p> <i translate=yes>three</i></div><p class='x notranslate'>four</p>five",
        "<p translate=no>one</p><ul translate=no><li>two<li translate=yes>three</ul>",
        "<ruby>one<rp>(</rp><rt>two</rt><rp>)</rp></ruby> three <ruby>four<rt>five</ruby>",
        "<p>one {{ two }} three {% if four %}five{% endif %} six {# seven #}</p>",
        "<p><a href=x>one</a> | <a href=y>two</a> | <a href=z>three</a></p>",
        "<my-card><my-title>one</my-title><my-text>two <my-icon></my-icon> three</my-text></my-card>",
        "<p>one <img src=x> two <input> <select><option>three</select> four <object>five</object> six</p>",
        "<!--[if mso]><p>one</p><![endif]--><![if !mso]>two<![endif]>three",
        "<p>https://example.com/a a@example.com</p><p>see https://example.com</p>",
        "<p>one <code>two</b> three</code> four",
    ] {
        check(html);
    }
}

/// Pseudo-random numbers, the same on every machine.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

const PIECES: [&str; 97] = [
    "one",
    "two ",
    " three",
    " ",
    "\n",
    "\r\n",
    "&nbsp;",
    "&amp;",
    "&lt;",
    "&copy",
    "&",
    "é",
    "日本",
    "four five ",
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<b class=x>",
    "<a href=x>",
    "</a>",
    "<span>",
    "</span>",
    "<span title='six'>",
    "<code>six</code>",
    "<kbd>six <b>seven</b></kbd>",
    "<em translate=no>six <i>seven</i></em>",
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<br>",
    "<hr>",
    "<img alt=seven>",
    "<ul>",
    "</ul>",
    "<li>",
    "</li>",
    "<table>",
    "</table>",
    "<tr>",
    "</tr>",
    "<td>",
    "</td>",
    "<tbody>",
    "<select>",
    "</select>",
    "<option>",
    "</option>",
    "<svg>",
    "</svg>",
    "<text>",
    "</text>",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<script>",
    "</script>",
    "<style>",
    "</style>",
    "<!-- c -->",
    "<!--",
    "-->",
    "<",
    ">",
    "</",
    "<x",
    "'",
    "\"",
    "<pre>",
    "</pre>",
    "<math><mi>x</mi></math>",
    "<label>",
    "<foreignObject>",
    "</foreignObject>",
    "<ruby>",
    "</ruby>",
    "<rt>",
    "<rt lang=en title='a word'>",
    "</rt>",
    "<button>",
    "</button>",
    "<font>",
    "</font>",
    "<h1>",
    "</h1>",
    "<template>",
    "</template>",
    "<x-y>",
    "</x-y>",
    "<object>",
    "</object>",
    "<u>",
    "</u>",
    "<body lang=en>",
    "<label>",
];

#[test]
fn markup_at_random() {
    let seed = 20_261_125;
    for round in 0..4_000 {
        let mut dice = Dice(seed + round);
        let length = 1 + dice.roll(24);
        let html: String = (0..length).map(|_| PIECES[dice.roll(PIECES.len())]).collect();
        if let Err(error) = std::panic::catch_unwind(|| check_all(html.as_bytes())).expect(&html) {
            panic!("round {round}: {error}\n{html}");
        }
    }
}
