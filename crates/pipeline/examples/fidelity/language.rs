//! What a translation says of its language and its direction.

use super::read::{Step, steps};

/// A paragraph of a text or a drawing.
#[derive(Default)]
struct Paragraph {
    text: String,
    runs: Vec<Run>,
    turned: bool,
    /// Of DrawingML.
    is_drawn: bool,
}

#[derive(Default)]
struct Run {
    text: String,
    language: Option<String>,
    turned: bool,
}

/// What the translation is into.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Into {
    /// Portuguese.
    Portuguese,
    /// Arabic, from left to right.
    Arabic,
}

/// What is wrong with a part that was translated by `pseudo`.
pub(crate) fn wrong(name: &str, content: &[u8], into: Into) -> Option<String> {
    if !name.ends_with(".xml") {
        return None;
    }
    let steps = steps(std::str::from_utf8(content).ok()?)?;
    match name {
        _ if name.contains("charts/") => None,
        _ if ["word/", "ppt/slides/", "ppt/notesSlides/"].iter().any(|folder| name.starts_with(folder)) => {
            of_runs(&steps, into, name)
        }
        "styles.xml" => of_default_styles(&steps, into),
        _ => None,
    }
}

/// Every run with letters that `pseudo` wrote names the language, and turns where the text does.
fn of_runs(steps: &[Step], into: Into, name: &str) -> Option<String> {
    let is_word = name.starts_with("word/") && !name.contains("/diagrams/") && !name.contains("/drawings/");
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut stack: Vec<&str> = Vec::new();
    for step in steps {
        match step {
            Step::Open(element, attributes) => {
                let of = |key: &str| attributes.get(key).map(String::as_str);
                let above = |at: usize| stack.iter().rev().nth(at).copied().unwrap_or_default();
                match (element.as_str(), paragraphs.last_mut()) {
                    ("p", _) => {
                        // A drawing may stand in the text of Word with its own text.
                        let is_drawn = !is_word || above(0) == "txBody";
                        paragraphs.push(Paragraph { is_drawn, ..Paragraph::default() });
                    }
                    ("r", Some(paragraph)) => paragraph.runs.push(Run::default()),
                    ("bidi", Some(paragraph)) if above(0) == "pPr" => paragraph.turned = of("w:val") != Some("0"),
                    ("pPr", Some(paragraph)) if paragraph.is_drawn && above(0) == "p" => {
                        paragraph.turned = of("rtl") == Some("1")
                    }
                    (_, Some(Paragraph { runs, is_drawn, .. })) => {
                        if let Some(run) = runs.last_mut() {
                            match element.as_str() {
                                "rPr" if above(0) == "r" && *is_drawn => run.language = of("lang").map(str::to_owned),
                                "lang" if above(0) == "rPr" && above(1) == "r" => {
                                    run.language = of("w:val").map(str::to_owned);
                                }
                                "rtl" if above(0) == "rPr" && above(1) == "r" => run.turned = of("w:val") != Some("0"),
                                _ => {}
                            }
                        }
                    }
                    _ => {}
                }
                stack.push(element);
            }
            Step::Close => {
                if stack.pop() == Some("p")
                    && let Some(wrong) = paragraphs.pop().and_then(|paragraph| of_paragraph(&paragraph, into))
                {
                    return Some(wrong);
                }
            }
            Step::Text(text) if stack.iter().rev().take(2).eq(["t", "r"].iter()) => {
                if let Some(paragraph) = paragraphs.last_mut() {
                    paragraph.text.push_str(text);
                    paragraph.runs.last_mut().into_iter().for_each(|run| run.text.push_str(text));
                }
            }
            Step::Text(_) => {}
        }
    }
    None
}

fn of_paragraph(paragraph: &Paragraph, into: Into) -> Option<String> {
    let is_written = |text: &str| text.chars().any(|c| ACCENTED.contains(c));
    if !paragraph.text.contains('[') || !is_written(&paragraph.text) {
        return None;
    }
    let beginning: String = paragraph.text.chars().take(40).collect();
    if into == Into::Arabic && !paragraph.turned {
        return Some(format!("not turned: {beginning}"));
    }
    let wrong = paragraph.runs.iter().filter(|run| is_written(&run.text)).find_map(|run| match into {
        Into::Portuguese => run.language.clone().filter(|language| !language.starts_with("pt")),
        Into::Arabic => (!paragraph.is_drawn && !run.turned).then(|| "not turned".to_owned()),
    });
    wrong.map(|wrong| format!("a run is {wrong}: {beginning}"))
}

/// Letters that `pseudo` writes and hardly anybody else.
const ACCENTED: &str = "ƀɱŵẋʠķŧƥƒĺńŕťďĥé";

/// The default styles of paragraphs name the language and the direction.
fn of_default_styles(steps: &[Step], into: Into) -> Option<String> {
    let mut is_default = false;
    for step in steps {
        let Step::Open(element, attributes) = step else { continue };
        let of = |key: &str| attributes.get(key).map(String::as_str);
        match element.as_str() {
            "style" => is_default = false,
            "default-style" => is_default = of("style:family") == Some("paragraph"),
            "text-properties" if is_default && into == Into::Portuguese => {
                return of("fo:language").filter(|is| *is != "pt").map(|is| format!("the default language is {is}"));
            }
            "text-properties" if is_default => {
                let language = of("style:language-complex");
                return language.filter(|is| *is != "ar").map(|is| format!("the default language is {is}"));
            }
            "paragraph-properties"
                if is_default && into == Into::Arabic && of("style:writing-mode") != Some("rl-tb") =>
            {
                return Some("the default paragraph is not turned".to_owned());
            }
            _ => {}
        }
    }
    None
}
