//! What a spreadsheet says about the texts of its cells: formulas compare them, filters choose by them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::comparisons::{Compared, literals};
use crate::package::Package;
use crate::xml::{Kind, Namespace, Scanner, XmlPart, unescape};
use crate::{FormatError, Limits};

/// What programs within a document say: they may know cells by their texts.
#[derive(Debug)]
pub(super) enum Macros {
    /// There are none.
    None,
    /// In lower case.
    Said(String),
    /// They cannot be read.
    Unknown,
}

/// The longest programs that are looked through, in bytes.
const LONGEST_MACROS: usize = 4 << 20;

impl Macros {
    pub(super) fn of(package: &mut Package) -> Self {
        let is_program = |name: &&str| name.starts_with("Basic/") || name.starts_with("Scripts/");
        let names: Vec<_> = package.names().filter(is_program).map(str::to_owned).collect();
        let mut said = String::new();
        for name in &names {
            let Ok(Some(bytes)) = package.read(name) else { return Self::Unknown };
            let Ok(text) = String::from_utf8(bytes) else { return Self::Unknown };
            said.push_str(&unescape(&text.to_lowercase()));
            if said.len() > LONGEST_MACROS {
                return Self::Unknown;
            }
        }
        if names.is_empty() { Self::None } else { Self::Said(said) }
    }

    fn may_say(&self, text: &str) -> bool {
        match self {
            Self::None => false,
            Self::Said(said) => said.contains(text),
            Self::Unknown => true,
        }
    }
}

/// What formulas, conditions and filters of a part name.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// Texts that formulas and conditions compare cells with, in lower case: comparisons do not tell case apart.
    literals: HashSet<String>,
    /// What formulas compare cells with and do nothing else with, and in how many places it stands: formulas and cells
    /// are translated alike.
    followed: HashMap<String, usize>,
    /// What lists of allowed values offer, if no formula compares it: it is translated with the cells that say it.
    choices: HashSet<String>,
    /// What formulas show that may take it over from a cell.
    results: HashSet<String>,
    /// Names of sheets stay: a formula makes references of text, or a program may know them.
    pub(super) names_stay: bool,
    /// Pivot tables name what cells say.
    pub(super) has_pilots: bool,
    /// Rows are hidden because a filter is on: they show again when it goes.
    pub(super) is_filtered: bool,
}

impl Sheet {
    /// Reads all formulas, conditions and filters.
    ///
    /// # Errors
    /// As the scanner finds them.
    pub(super) fn read(part: &XmlPart, macros: &Macros, limits: &Limits) -> Result<Self, FormatError> {
        let mut sheet = Self { names_stay: !matches!(macros, Macros::None), ..Self::default() };
        let mut compared = Compared::default();
        if ![":formula=", ":condition", ":filter", ":data-pilot-table"].iter().any(|sign| part.text.contains(sign)) {
            return Ok(sheet);
        }
        let mut scanner = Scanner::new(&part.text, &part.name, limits);
        let mut lists: Vec<Vec<String>> = Vec::new();
        while let Some(event) = scanner.next()? {
            let Kind::Start { name, .. } = event.kind else { continue };
            let known = match (name.namespace, name.local) {
                (Namespace::OdfTable, "filter") => {
                    sheet.is_filtered = true;
                    None
                }
                (Namespace::OdfTable, "data-pilot-table") => {
                    sheet.has_pilots = true;
                    None
                }
                (Namespace::OdfTable, "content-validation") => {
                    let condition = scanner.value(Namespace::OdfTable, "condition");
                    match condition.as_deref().and_then(choices) {
                        Some(list) => {
                            lists.push(list.into_iter().map(|(_, choice)| choice).collect());
                            None
                        }
                        None => condition,
                    }
                }
                (Namespace::OdfTable, "named-expression") => scanner.value(Namespace::OdfTable, "expression"),
                (Namespace::OdfTable, _) => {
                    if let Some(formula) = scanner.value(Namespace::OdfTable, "formula") {
                        sheet.read_formula(&formula, &mut compared);
                        let result = scanner.value(Namespace::OdfOffice, "string-value");
                        sheet.results.extend(result.filter(|_| is_taken_over(&formula)).map(Cow::into_owned));
                    }
                    None
                }
                // Formats that depend on what a cell says, and fields that depend on what another one says.
                (Namespace::OdfStyle, "map") => scanner.value(Namespace::OdfStyle, "condition"),
                (Namespace::LibreOfficeCalc, "condition") => scanner.value(Namespace::LibreOfficeCalc, "value"),
                (Namespace::OdfText, _) => scanner.value(Namespace::OdfText, "condition"),
                _ => None,
            };
            known.into_iter().for_each(|formula| {
                sheet.names_stay |= formula.contains("INDIRECT(") || formula.starts_with("msoxl:");
                sheet.add(&formula);
            });
        }
        let offered: HashSet<String> = lists.iter().flatten().map(|choice| choice.to_lowercase()).collect();
        let is_elsewhere = |text: &str| sheet.literals.contains(text) || offered.contains(text) || macros.may_say(text);
        let settled = compared.settle(is_elsewhere, part, limits)?;
        sheet.followed = settled.followed;
        settled.kept.into_iter().for_each(|text| sheet.add_literal(text));
        sheet.settle(&lists);
        Ok(sheet)
    }

    /// Whether a cell with this text is one that a formula knows by its text.
    pub(super) fn compares(&self, text: &str) -> bool {
        !self.literals.is_empty() && self.literals.contains(&text.trim().to_lowercase())
    }

    /// Whether formulas compare cells with anything that is translated.
    pub(super) fn follows_any(&self) -> bool {
        !self.followed.is_empty()
    }

    /// Whether formulas compare cells with this, and both are translated.
    pub(super) fn follows(&self, text: &str) -> bool {
        self.followed.contains_key(text)
    }

    /// Of what formulas compare cells with, what has not all its places in one segment, as `shared` counts them, stays.
    /// Says whether there are any.
    pub(super) fn keep_unshared(&mut self, shared: &HashMap<Box<str>, usize>) -> bool {
        let all = std::mem::take(&mut self.followed);
        let (followed, others): (HashMap<_, _>, HashMap<_, _>) =
            all.into_iter().partition(|(text, count)| shared.get(text.as_str()) == Some(count));
        self.followed = followed;
        let is_any = !others.is_empty();
        others.into_keys().for_each(|text| self.add_literal(text.to_lowercase()));
        is_any
    }

    /// Whether a list of allowed values offers this, and both may be translated.
    pub(super) fn offers(&self, text: &str) -> bool {
        self.choices.contains(text)
    }

    /// A list stays if a formula compares one of its choices, and then so do all lists with a choice of it.
    fn settle(&mut self, lists: &[Vec<String>]) {
        let mut of_choice: HashMap<&str, Vec<usize>> = HashMap::new();
        for (number, list) in lists.iter().enumerate() {
            list.iter().for_each(|choice| of_choice.entry(choice).or_default().push(number));
        }
        let mut stays = vec![false; lists.len()];
        let compared = of_choice.keys().filter(|choice| self.compares(choice)).copied();
        let mut open: Vec<&str> = compared.collect();
        while let Some(choice) = open.pop() {
            for number in of_choice.remove(choice).unwrap_or_default() {
                if !std::mem::replace(&mut stays[number], true) {
                    open.extend(lists[number].iter().map(String::as_str));
                }
            }
        }
        for (list, stays) in lists.iter().zip(stays) {
            if stays {
                self.literals.extend(list.iter().map(|choice| choice.to_lowercase()));
            } else {
                self.choices.extend(list.iter().cloned());
            }
        }
    }

    /// Whether a formula shows this, which may take it over from a cell.
    pub(super) fn is_result(&self, text: &str) -> bool {
        self.results.contains(text)
    }

    /// Whether any formula does.
    pub(super) fn has_results(&self) -> bool {
        !self.results.is_empty()
    }

    /// Whether it matters what a cell says.
    pub(super) fn knows_texts(&self) -> bool {
        self.has_pilots || !self.choices.is_empty() || !self.literals.is_empty() || !self.followed.is_empty()
    }

    /// Takes in the texts of a formula.
    fn read_formula(&mut self, formula: &str, compared: &mut Compared) {
        self.names_stay |= formula.contains("INDIRECT(") || formula.starts_with("msoxl:");
        for literal in literals(formula) {
            if !literal.text.contains(char::is_alphabetic) {
                continue;
            }
            if literal.is_compared {
                compared.add(&literal.text);
            } else {
                self.add_literal(literal.text.trim().to_lowercase());
            }
        }
    }

    /// Takes in the texts of a condition.
    fn add(&mut self, condition: &str) {
        literals(condition).into_iter().for_each(|literal| self.add_literal(literal.text.trim().to_lowercase()));
    }

    fn add_literal(&mut self, literal: String) {
        if literal.contains(char::is_alphabetic) {
            self.literals.insert(literal);
        }
    }
}

/// Whether a text that a formula shows can only be from a cell: it says none itself, and looks into no other file.
pub(super) fn is_taken_over(formula: &str) -> bool {
    !formula.contains('"') && !formula.contains("file:") && formula.contains('[')
}

/// The texts that a condition offers to choose from, without blanks around them, and where each stands in quotation
/// marks: `of:cell-content-is-in-list("a";"b")`. `None` if it is another condition, or names cells.
pub(super) fn choices(condition: &str) -> Option<Vec<(Range<usize>, String)>> {
    let start = condition.find("cell-content-is-in-list(")? + "cell-content-is-in-list(".len();
    if !matches!(condition[..start].split_once("cell-content")?.0.trim(), "" | "of:" | "oooc:") {
        return None;
    }
    let (mut found, mut at) = (Vec::new(), start);
    loop {
        at += condition[at..].len() - condition[at..].trim_start().len();
        condition[at..].strip_prefix('"')?;
        let from = at + 1;
        at = from;
        loop {
            at += condition[at..].find('"')? + 1;
            if !condition[at..].starts_with('"') {
                break;
            }
            at += 1;
        }
        let spelled = &condition[from..at - 1];
        let trimmed = spelled.trim();
        let begin = from + (spelled.len() - spelled.trim_start().len());
        found.push((begin..begin + trimmed.len(), trimmed.replace("\"\"", "\"")));
        let rest = condition[at..].trim_start();
        at = condition.len() - rest.len();
        if let Some(after) = rest.strip_prefix(')') {
            return after.trim().is_empty().then_some(found);
        }
        rest.strip_prefix([';', ','])?;
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_choices() {
        let found = |condition: &str| choices(condition).map(|list| list.into_iter().map(|(_, text)| text).collect());
        let list = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(found("of:cell-content-is-in-list(\"A b\";\" C \"\"x\"\"\")"), list(&["A b", "C \"x\""]));
        assert_eq!(found("cell-content-is-in-list( \"A\" )"), list(&["A"]));
        for other in [
            "cell-content-is-in-list([.A1:.A3])",
            "cell-content-is-in-list(\"A\";[.A1])",
            "cell-content-is-in-list(\"A\") and x",
            "x and cell-content-is-in-list(\"A\")",
            "cell-content-is-in-list(\"A",
            "cell-content-is-in-list(\"A\"",
            "cell-content()=\"A\"",
        ] {
            assert_eq!(found(other), None::<Vec<String>>, "{other}");
        }
    }

    #[test]
    fn the_texts_of_formulas() {
        let found = |formula: &str| {
            let mut sheet = Sheet::default();
            sheet.add(formula);
            let mut found: Vec<_> = sheet.literals.into_iter().collect();
            found.sort();
            found
        };
        assert_eq!(found("of:=IF([.A1]=\"Yes\";\"No\";\"\")"), ["no", "yes"]);
        assert_eq!(found("of:=\"say \"\"hi\"\"\"&\"1\""), ["say \"hi\""]);
        assert_eq!(found("of:cell-content-is-in-list(\"A b\";\"C\")"), ["a b", "c"]);
        assert_eq!(found("of:=SUM([.A1:.A2])"), [""; 0]);
        assert_eq!(found("of:=\"open"), ["open"]);
    }
}
