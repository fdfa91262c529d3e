//! A point in time as it stands in the database and on the wire.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime};

/// Microseconds since 1970-01-01T00:00:00Z. An integer, so that both databases sort and compare it alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// The text is not a date and time that the API accepts.
#[derive(Debug, thiserror::Error)]
#[error("not an RFC 3339 date and time")]
pub struct TimestampError;

impl Timestamp {
    /// This moment plus `micros` microseconds; stays at the ends of the range instead of wrapping.
    #[must_use]
    pub fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// This moment plus a duration; stays at the end of the range instead of wrapping.
    #[must_use]
    pub fn plus(self, duration: std::time::Duration) -> Self {
        self.plus_micros(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with six fractional digits: `2026-04-02T09:15:30.123456Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i128::from(self.0) * 1000;
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");
        let text = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|t| t.format(&format).ok());
        f.write_str(text.as_deref().unwrap_or("9999-12-31T23:59:59.999999Z"))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// RFC 3339 with `Z` or an offset, with or without a fraction; without an offset it is UTC; a bare date is midnight.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let text = text.trim();
        let parsed = OffsetDateTime::parse(text, &Rfc3339).ok().or_else(|| {
            let with_fraction = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond]");
            let whole = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
            let date = format_description!("[year]-[month]-[day]");
            PrimitiveDateTime::parse(text, &with_fraction)
                .or_else(|_| PrimitiveDateTime::parse(text, &whole))
                .or_else(|_| Date::parse(text, &date).map(Date::midnight))
                .ok()
                .map(PrimitiveDateTime::assume_utc)
        });
        let nanos = parsed.ok_or(TimestampError)?.unix_timestamp_nanos();
        i64::try_from(nanos.div_euclid(1000)).map(Self).map_err(|_| TimestampError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, expected: &str) {
        assert_eq!(input.parse::<Timestamp>().unwrap().to_string(), expected);
    }

    #[test]
    fn every_accepted_spelling_becomes_utc_microseconds() {
        check("2026-04-02T09:15:30.1234567Z", "2026-04-02T09:15:30.123456Z");
        check("2026-04-02T11:15:30+02:00", "2026-04-02T09:15:30.000000Z");
        check("2026-04-02T09:15:30", "2026-04-02T09:15:30.000000Z");
        check("2026-04-02T09:15:30.5", "2026-04-02T09:15:30.500000Z");
        check("2026-04-02", "2026-04-02T00:00:00.000000Z");
        check("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in ["", "yesterday", "2026-13-01", "999999-01-01T00:00:00Z", "2026-04-02T25:00:00Z", "2026-04-02 x"] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }
}
