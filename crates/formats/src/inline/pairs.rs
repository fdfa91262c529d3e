//! Which start belongs to which end.

use std::collections::HashMap;

use super::{Item, ItemKind, Key};

/// The other half of each item that has one. Halves without, and pairs that cross elements, become isolated; pairs with a
/// border inside become borders.
pub(super) fn match_up(items: &mut [Item]) -> Vec<Option<usize>> {
    let mut mates = vec![None; items.len()];
    let mut matcher = Matcher::default();
    for index in 0..items.len() {
        match items[index].kind {
            ItemKind::Open(key, _) => matcher.open(index, key),
            ItemKind::Close(key) => match matcher.close(key) {
                Some(open) => {
                    mates[open] = Some(index);
                    mates[index] = Some(open);
                }
                None => items[index].kind = ItemKind::Isolated,
            },
            _ => {}
        }
    }
    let mut borders = 0usize;
    let mut before = Vec::with_capacity(items.len());
    for item in items.iter() {
        before.push(borders);
        borders += usize::from(matches!(item.kind, ItemKind::Border));
    }
    for index in 0..items.len() {
        if !matches!(items[index].kind, ItemKind::Open(..)) {
            continue;
        }
        match mates[index] {
            None => items[index].kind = ItemKind::Isolated,
            Some(mate) if before[index] != before[mate] => {
                items[index].kind = ItemKind::Border;
                items[mate].kind = ItemKind::Border;
                (mates[index], mates[mate]) = (None, None);
            }
            Some(_) => {}
        }
    }
    mates
}

#[derive(Default)]
struct Matcher {
    open: Vec<(usize, Key)>,
    /// How often a key that is no element is open, by the elements it is open in: a look-up that fails costs nothing.
    soft: HashMap<(usize, usize), usize>,
    elements: usize,
}

impl Matcher {
    fn open(&mut self, index: usize, key: Key) {
        self.open.push((index, key));
        if key.is_element {
            self.elements += 1;
        } else {
            *self.soft.entry((self.elements, key.id)).or_default() += 1;
        }
    }

    fn close(&mut self, key: Key) -> Option<usize> {
        if !key.is_element && self.soft.get(&(self.elements, key.id)).is_none_or(|count| *count == 0) {
            return None;
        }
        while let Some((index, open)) = self.open.pop() {
            if open.is_element {
                self.elements -= 1;
            } else if let Some(count) = self.soft.get_mut(&(self.elements, open.id)) {
                *count -= 1;
            }
            if open == key {
                return Some(index);
            }
        }
        None
    }
}
