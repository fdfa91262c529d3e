//! What one list request asks for, and the link to the page behind it.

use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use terjuman_jobs::{ListQuery, Order, OrderField, Page};
use terjuman_model::Timestamp;

use super::token::Token;
use crate::error::ApiError;
use crate::request::Call;
use crate::request::query::Query;

/// Entries of a page that asks for no number, and the most that one has.
const DEFAULT_PAGE: u32 = 50;
const MAX_PAGE: u32 = 100;

const CONTINUATION: &str = "continuationToken";

/// What stands in a link as it is: the comma too, which clients may or may not encode.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b',');

/// A list request. Filters first, then the order, then `skip`, then `top`, then pages.
#[derive(Debug)]
pub(crate) struct Listing<S> {
    query: ListQuery<S>,
    /// Entries that may still be returned, over all pages.
    top: Option<u32>,
    /// What a caller asked of the creation time, apart from the bound of this walk.
    bound: Option<Timestamp>,
    /// Filters and order as they were given, for the link.
    carried: Vec<(&'static str, String)>,
}

impl<S: FromStr + Copy> Listing<S> {
    /// # Errors
    /// The first parameter that cannot be.
    pub(crate) fn read(query: &Query) -> Result<Self, ApiError> {
        let top = query.number("top", 0)?;
        let skip = query.number("skip", 0)?.unwrap_or(0);
        let page_size = query.number("maxpagesize", 1)?;
        let statuses = both(query, "statuses", "status");
        let ids = both(query, "ids", "id");
        let from = date(query, "createdDateTimeUtcStart")?;
        let to = date(query, "createdDateTimeUtcEnd")?;
        let order = order(query)?;
        let spelled = |moment: Option<Timestamp>| moment.map(|moment| moment.to_string()).unwrap_or_default();
        let mut carried = vec![
            ("statuses", statuses.join(",")),
            ("ids", ids.join(",")),
            ("createdDateTimeUtcStart", spelled(from)),
            ("createdDateTimeUtcEnd", spelled(to)),
            ("orderby", order.iter().map(spell).collect::<Vec<_>>().join(",")),
            ("maxpagesize", page_size.map(|size| size.to_string()).unwrap_or_default()),
        ];
        // A parameter without a value would not survive every client.
        carried.retain(|(_, value)| !value.is_empty());
        let token = query.one(CONTINUATION)?.map(|text| {
            let token = Token::decode(text).filter(|token| token.after.keys.len() == order.len().max(1));
            token.ok_or_else(|| ApiError::invalid(CONTINUATION, "The continuation token is not one of this list's."))
        });
        let token = token.transpose()?;
        let page_size = page_size.unwrap_or(DEFAULT_PAGE).min(MAX_PAGE);
        let bound = token.as_ref().and_then(|token| token.bound);
        let query = ListQuery {
            ids: parse_all(&ids, "ids", "is not a GUID")?,
            statuses: parse_all(&statuses, "statuses", "is not a status")?,
            created_from: from,
            created_to: to.into_iter().chain(bound).min(),
            order,
            skip: if token.is_some() { 0 } else { skip },
            limit: page_size.min(top.unwrap_or(u32::MAX)).max(1),
            after: token.map(|token| token.after),
        };
        Ok(Self { query, top, bound, carried })
    }

    pub(crate) fn query(&self) -> &ListQuery<S> {
        &self.query
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.top == Some(0)
    }

    /// Whether entries that come later could get into this walk: newest first, they stand before its start.
    pub(crate) fn needs_bound(&self) -> bool {
        let newest_first = |order: &Order| order.field == OrderField::Created && order.descending;
        self.query.after.is_none() && !self.query.order.first().is_none_or(newest_first)
    }

    /// The link to the next page, if there is one. `newest` bounds the walk: what is created later is not part of it.
    pub(crate) fn next_link<T>(
        &self,
        page: &Page<T>,
        newest: Option<Timestamp>,
        call: &Call,
        path: &str,
    ) -> Option<String> {
        let returned = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        let left = self.top.map(|top| top.saturating_sub(returned));
        let after = page.next.clone().filter(|_| left != Some(0))?;
        let token = Token { after, bound: self.bound.or(newest) };
        let mut link = format!("{}{path}?api-version={}", call.base, call.version.as_str());
        for (name, value) in &self.carried {
            link.push_str(&format!("&{name}={}", utf8_percent_encode(value, PLAIN)));
        }
        if let Some(left) = left {
            link.push_str(&format!("&top={left}"));
        }
        link.push_str(&format!("&{CONTINUATION}={}", token.encode()));
        Some(link)
    }
}

/// The items of a parameter under either of its names.
fn both<'a>(query: &'a Query, name: &str, alias: &str) -> Vec<&'a str> {
    query.list(name).chain(query.list(alias)).collect()
}

fn parse_all<T: FromStr>(items: &[&str], name: &str, what: &str) -> Result<Vec<T>, ApiError> {
    let refused = || ApiError::invalid(name, format!("An item of '{name}' {what}."));
    items.iter().map(|item| item.parse().map_err(|_| refused())).collect()
}

/// A moment.
fn date(query: &Query, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = query.one(name)? else { return Ok(None) };
    // A `+` that nobody encoded reads as a blank; no other blank stands before an offset.
    let moment = text.parse().or_else(|_| text.replace(' ', "+").parse());
    moment.map(Some).map_err(|_| ApiError::invalid(name, format!("The value of '{name}' is not a date and time.")))
}

/// The sort keys. A field that is named twice counts where it stands first.
fn order(query: &Query) -> Result<Vec<Order>, ApiError> {
    const NAME: &str = "orderby";
    let mut order: Vec<Order> = Vec::new();
    for item in query.list(NAME) {
        let mut words = item.split_ascii_whitespace();
        let field = match words.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "createddatetimeutc" | "createddatetime" => OrderField::Created,
            "lastactiondatetimeutc" | "lastactiondatetime" => OrderField::LastAction,
            _ => {
                let message = "Lists are ordered by createdDateTimeUtc or lastActionDateTimeUtc.";
                return Err(ApiError::invalid(NAME, message));
            }
        };
        let descending = match (words.next().map(str::to_ascii_lowercase).as_deref(), words.next()) {
            (None | Some("asc"), None) => false,
            (Some("desc"), None) => true,
            _ => return Err(ApiError::invalid(NAME, "The direction of an order is asc or desc.")),
        };
        if order.iter().all(|known| known.field != field) {
            order.push(Order { field, descending });
        }
    }
    Ok(order)
}

fn spell(order: &Order) -> String {
    let field = match order.field {
        OrderField::Created => "createdDateTimeUtc",
        OrderField::LastAction => "lastActionDateTimeUtc",
    };
    format!("{field} {}", if order.descending { "desc" } else { "asc" })
}
