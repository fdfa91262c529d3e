//! Query parameters, as tolerant as the clients are various (`api.md` sections 3.1 and 9.2).

use url::form_urlencoded;

use crate::error::ApiError;

/// The parameters of a request: names in any case and with or without `$`, `+` and `%20` both a blank.
#[derive(Debug, Default)]
pub(crate) struct Query(Vec<Parameter>);

#[derive(Debug)]
struct Parameter {
    /// Lower case, without `$`.
    name: String,
    dollar: bool,
    value: String,
}

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        let parameters = form_urlencoded::parse(query.as_bytes()).map(|(name, value)| {
            let plain = name.strip_prefix('$').unwrap_or(&name);
            Parameter { name: plain.to_ascii_lowercase(), dollar: plain.len() < name.len(), value: value.into_owned() }
        });
        Self(parameters.collect())
    }

    /// The values of a parameter. Those without `$` win if there are any.
    fn values<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let name = name.to_ascii_lowercase();
        let plain = self.0.iter().any(|p| p.name == name && !p.dollar && !p.value.trim().is_empty());
        self.0
            .iter()
            .filter(move |p| p.name == name && p.dollar != plain)
            .map(|p| p.value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The one value; an empty one is none.
    ///
    /// # Errors
    /// If different values are given.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, ApiError> {
        let mut values = self.values(name);
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            return Err(ApiError::invalid(name, format!("'{name}' is given more than once.")));
        }
        Ok(first)
    }

    /// All items: repeated, comma-joined, or both; blanks around them and empty ones are dropped.
    pub(crate) fn list<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.values(name).flat_map(|value| value.split(',')).map(str::trim).filter(|item| !item.is_empty())
    }

    /// A whole number from `least` to the largest 32-bit integer.
    ///
    /// # Errors
    /// If it is anything else.
    pub(crate) fn number(&self, name: &str, least: u32) -> Result<Option<u32>, ApiError> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse::<i32>().ok().filter(|_| digits).and_then(|number| u32::try_from(number).ok());
        number.filter(|number| *number >= least).map(Some).ok_or_else(|| {
            ApiError::invalid(name, format!("The value of '{name}' must be an integer of {least} or more."))
        })
    }

    /// `true` or `false`, in any case.
    ///
    /// # Errors
    /// If it is anything else.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.one(name)? {
            None => Ok(None),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(ApiError::invalid(name, format!("The value of '{name}' must be true or false."))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn list(query: &str, expected: &[&str]) {
        let query = Query::parse(query);
        assert_eq!(query.list("statuses").collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lists_are_repeated_joined_or_both() {
        list("statuses=A&statuses=B", &["A", "B"]);
        list("Statuses=A,B", &["A", "B"]);
        list("$statuses=A%2CB&$STATUSES=+C+", &["A", "B", "C"]);
        list("statuses=,%20,A,,&x=B", &["A"]);
        list("$statuses=X&statuses=A", &["A"]);
        list("$statuses=X&statuses=", &["X"]);
    }

    #[test]
    fn numbers_are_digits() {
        let number = |text: &str| Query::parse(&format!("top={text}")).number("top", 1).ok();
        assert_eq!(number("7"), Some(Some(7)));
        assert_eq!(number("+7+"), Some(Some(7)));
        assert_eq!(number(""), Some(None));
        assert_eq!(number("2147483647"), Some(Some(2_147_483_647)));
        for bad in ["0", "-1", "1e3", "2147483648", "%2B1", "x", "1%00", "1.0", "0x1"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_value_may_be_repeated_but_not_contradicted() {
        assert_eq!(Query::parse("a=1&A=1").one("a").ok(), Some(Some("1")));
        assert!(Query::parse("a=1&a=2").one("a").is_err());
        assert_eq!(Query::parse("$a=1&a=2").one("a").ok(), Some(Some("2")));
    }
}
