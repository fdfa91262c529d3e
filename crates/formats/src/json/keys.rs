//! Which names the options choose: a name's choice holds for all that is in its value.

use super::strings;
use crate::Options;

/// Names whose values are translated (all if there are none), and names whose values are not.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    only: &'a [String],
    never: &'a [String],
}

/// What the names around a value say about it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Choice {
    is_listed: bool,
    is_excluded: bool,
}

impl<'a> Keys<'a> {
    pub(super) fn of(options: &'a Options) -> Self {
        Self { only: &options.json_keys, never: &options.json_keys_excluded }
    }

    /// What is said of the value of `key`, as it is spelled between its quotes, inside of what `around` was said of.
    pub(super) fn choose(&self, around: Choice, key: &str) -> Choice {
        if self.only.is_empty() && self.never.is_empty() {
            return around;
        }
        let decoded = if key.contains('\\') { strings::decode(key) } else { None };
        let key = decoded.as_deref().unwrap_or(key);
        let is_in = |names: &[String]| names.iter().any(|name| name == key);
        Choice { is_listed: around.is_listed || is_in(self.only), is_excluded: around.is_excluded || is_in(self.never) }
    }

    /// Whether a value is translated.
    pub(super) fn allow(&self, choice: Choice) -> bool {
        !choice.is_excluded && (self.only.is_empty() || choice.is_listed)
    }
}
