//! English abbreviations that models read as something else: `No.` is a refusal to them, `Qty.` is nothing.
//!
//! They are written out before the model sees them.

/// Abbreviations, in small letters, and what they stand for. The full stop is part of it.
const ANYWHERE: &[(&str, &str)] = &[
    ("qty.", "quantity"),
    ("dept.", "department"),
    ("depts.", "departments"),
    ("amt.", "amount"),
    ("mgmt.", "management"),
    ("avg.", "average"),
    ("acct.", "account"),
];

/// Those that a number, or `of`, follows.
const BEFORE_NUMBERS: &[(&str, &str)] = &[("no.", "number"), ("nos.", "numbers")];

/// What has a number: `Invoice No.` ends with one, where `Say no.` does not.
const NUMBERED: &[&str] = &[
    "account",
    "article",
    "bank",
    "batch",
    "box",
    "case",
    "certificate",
    "check",
    "cheque",
    "client",
    "contract",
    "copy",
    "customer",
    "document",
    "drawing",
    "employee",
    "fax",
    "file",
    "flight",
    "id",
    "identity",
    "invoice",
    "item",
    "licence",
    "license",
    "line",
    "lot",
    "member",
    "mobile",
    "model",
    "order",
    "page",
    "part",
    "passport",
    "permit",
    "phone",
    "policy",
    "project",
    "protocol",
    "receipt",
    "ref",
    "ref.",
    "reference",
    "reg",
    "reg.",
    "registration",
    "revision",
    "roll",
    "room",
    "row",
    "serial",
    "sl.",
    "sr.",
    "tax",
    "telephone",
    "ticket",
    "unit",
    "vat",
    "version",
    "voucher",
];

/// The longest of all abbreviations.
const LONGEST: usize = 6;

/// The abbreviation that `after` begins with: its length, and what it stands for. `before` is what stands before it, and
/// does not end with a letter.
pub(crate) fn written_out(before: &str, after: &str) -> Option<(usize, &'static str)> {
    let letters = after.bytes().take(LONGEST).take_while(u8::is_ascii_alphabetic).count();
    let has_stop = after[letters..].starts_with('.');
    let length = letters + usize::from(has_stop);
    let (word, rest) = after.split_at(length);
    // Forms say `Phone No:`, and leave the stop away.
    if !has_stop {
        let is_number = word.eq_ignore_ascii_case("no") && is_numbered(before, word, rest);
        return is_number.then_some((length, "number"));
    }
    // `No.5` is well; `no.thing` is a name.
    if rest.starts_with(char::is_alphabetic) {
        return None;
    }
    let find = |list: &[(&str, &'static str)]| {
        list.iter().find(|(short, _)| short.eq_ignore_ascii_case(word)).map(|(_, long)| (length, *long))
    };
    if let Some(found) = find(BEFORE_NUMBERS) {
        return (precedes_number(rest) || is_numbered(before, word, rest)).then_some(found);
    }
    find(ANYWHERE)
}

fn precedes_number(rest: &str) -> bool {
    let rest = rest.trim_start_matches([' ', '\u{a0}']);
    let of = rest.strip_prefix("of").or_else(|| rest.strip_prefix("OF"));
    rest.starts_with(|first: char| first.is_ascii_digit()) || of.is_some_and(|rest| rest.starts_with([' ', '\u{a0}']))
}

/// Whether a thing that has numbers stands before, and nothing or a sign after.
fn is_numbered(before: &str, word: &str, rest: &str) -> bool {
    let ends = !rest.trim_start().starts_with(char::is_alphabetic);
    let thing = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    // `PO No.`
    let is_short = || word.ends_with('.') && thing.len() > 1 && thing.bytes().all(|byte| byte.is_ascii_uppercase());
    ends && word.starts_with('N')
        && (NUMBERED.iter().any(|numbered| numbered.eq_ignore_ascii_case(thing)) || (is_short() && word.contains('o')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str, expected: Option<&str>) {
        assert_eq!(written_out(before, after).map(|(_, long)| long), expected, "{before}|{after}");
    }

    #[test]
    fn numbers_are_numbers_and_refusals_are_none() {
        check("", "No. of months", Some("number"));
        check("", "NO. OF MONTHS", Some("number"));
        check("Invoice ", "No. 2024-001", Some("number"));
        check("see ", "nos. 3 and 4", Some("numbers"));
        check("Item ", "No.", Some("number"));
        check("Item ", "No.:", Some("number"));
        check("Phone ", "No:", Some("number"));
        check("LOA ", "No.:", Some("number"));
        check("I SAY ", "NO.", None);
        check("Phone ", "No", Some("number"));
        check("The phone ", "no longer rings", None);
        check("An unknown case ", "Nothing", None);
        check("Agree? Yes/", "No", None);
        check("Is it a renewal? ", "No:", None);
        check("", "No.", None);
        check("He said ", "no.", None);
        // A blank may have two bytes.
        check("of the\u{a0}item\u{a0}", "No. 5", Some("number"));
        check("there is\u{a0}", "No.", None);
        check("Say ", "No.", None);
        check("", "No. They left.", None);
        check("", "no.thing", None);
        check("", "Qty.", Some("quantity"));
        check("the ", "Dept. of Health", Some("department"));
        check("", "nothing", None);
        check("", "é. a", None);
    }
}
