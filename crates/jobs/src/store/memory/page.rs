//! Pages of listings.

use terjuman_model::Timestamp;

use crate::store::listing::{self, Listed};
use crate::{JobsError, ListQuery, Page};

/// One page of what is there.
pub(super) fn page<S: Copy + PartialEq, T: Listed>(
    all: impl Iterator<Item = T>,
    query: &ListQuery<S>,
    status: fn(&T) -> S,
) -> Result<Page<T>, JobsError> {
    use std::cmp::Ordering;

    use crate::{Order, OrderField};
    listing::check(query)?;
    let newest_first = [Order { field: OrderField::Created, descending: true }];
    let order = if query.order.is_empty() { &newest_first[..] } else { &query.order };
    let turned = |ordering: Ordering, descending: bool| if descending { ordering.reverse() } else { ordering };
    let compare = |item: &T, keys: &[Timestamp], id: uuid::Uuid| {
        let by_keys = order.iter().zip(keys).map(|(by, key)| turned(item.key(by.field).cmp(key), by.descending));
        let by_keys = by_keys.fold(Ordering::Equal, Ordering::then);
        by_keys.then(turned(item.id().cmp(&id), order[0].descending))
    };
    let keys = |item: &T| order.iter().map(|by| item.key(by.field)).collect::<Vec<_>>();
    let mut found: Vec<T> = all
        .filter(|item| query.ids.is_empty() || query.ids.contains(&item.id()))
        .filter(|item| query.statuses.is_empty() || query.statuses.contains(&status(item)))
        .filter(|item| query.created_from.is_none_or(|from| item.key(OrderField::Created) >= from))
        .filter(|item| query.created_to.is_none_or(|to| item.key(OrderField::Created) <= to))
        .filter(|item| query.after.as_ref().is_none_or(|after| compare(item, &after.keys, after.id).is_gt()))
        .collect();
    found.sort_by(|a, b| compare(a, &keys(b), b.id()));
    let limit = query.limit.max(1) as usize + 1;
    Ok(listing::page(query, found.into_iter().skip(query.skip as usize).take(limit).collect()))
}
