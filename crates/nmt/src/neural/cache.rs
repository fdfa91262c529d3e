//! Translations already made, by everything they depend on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::translator::{Link, Source, Translated};

/// A digest of the models, the text and its fixed ranges. Cryptographic: nobody can make two documents share one.
pub(crate) type Key = [u8; 32];

pub(crate) fn key(models: &str, source: &Source) -> Key {
    let mut hash = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    field(models.as_bytes());
    field(source.text.as_bytes());
    field(&[u8::from(source.linked)]);
    for fixed in &source.fixed {
        field(&(fixed.range.start as u64).to_le_bytes());
        field(&(fixed.range.end as u64).to_le_bytes());
        field(fixed.text.as_bytes());
    }
    hash.finalize().into()
}

/// A bounded cache in two halves: when the young one is full it becomes the old one, and the old one is forgotten.
/// What is found in the old half moves to the young one, so what is used stays.
pub(crate) struct Cache {
    half: usize,
    halves: Mutex<Halves>,
}

#[derive(Default)]
struct Halves {
    young: HashMap<Key, Translated>,
    young_bytes: usize,
    old: HashMap<Key, Translated>,
}

impl Cache {
    /// A cache of about so many bytes; 0 keeps nothing.
    pub(crate) fn new(bytes: usize) -> Self {
        Self { half: bytes / 2, halves: Mutex::default() }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Translated> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = halves.young.get(key) {
            return Some(found.clone());
        }
        let found = halves.old.remove(key)?;
        self.insert(&mut halves, *key, found.clone());
        Some(found)
    }

    pub(crate) fn put(&self, key: Key, translated: &Translated) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        self.insert(&mut halves, key, translated.clone());
    }

    fn insert(&self, halves: &mut Halves, key: Key, translated: Translated) {
        let bytes = weight(&translated);
        if bytes > self.half {
            return;
        }
        if halves.young_bytes + bytes > self.half {
            halves.old = std::mem::take(&mut halves.young);
            halves.young_bytes = 0;
        }
        match halves.young.insert(key, translated) {
            // Two callers made the same one.
            Some(before) => halves.young_bytes = halves.young_bytes + bytes - weight(&before),
            None => halves.young_bytes += bytes,
        }
    }
}

/// About the memory of an entry, the table's share included.
fn weight(translated: &Translated) -> usize {
    size_of::<(Key, Translated)>() * 2
        + translated.text.capacity()
        + translated.links.capacity() * size_of::<Link>()
        + translated.fixed.capacity() * size_of::<std::ops::Range<usize>>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fixed;

    fn source(text: &str) -> Source {
        Source { text: text.into(), fixed: Vec::new(), linked: false }
    }

    fn translated(text: &str) -> Translated {
        Translated::from(text)
    }

    #[test]
    fn keys_differ_by_everything_that_matters() {
        let plain = source("one two");
        let linked = Source { linked: true, ..plain.clone() };
        let fixed = Source { fixed: vec![Fixed { range: 0..3, text: "um".into() }], ..plain.clone() };
        let other = Source { fixed: vec![Fixed { range: 0..3, text: "uns".into() }], ..plain.clone() };
        let keys = [key("a", &plain), key("b", &plain), key("a", &linked), key("a", &fixed), key("a", &other)];
        for (index, one) in keys.iter().enumerate() {
            assert!(keys[index + 1..].iter().all(|other| other != one));
        }
        assert_eq!(key("a", &plain), key("a", &plain.clone()));
    }

    #[test]
    fn what_is_used_stays_and_memory_is_bounded() {
        let cache = Cache::new(40_000);
        let used = key("m", &source("used"));
        cache.put(used, &translated("usado"));
        for index in 0..1_000 {
            cache.put(key("m", &source(&index.to_string())), &translated("x"));
            assert!(cache.get(&used).is_some());
        }
        assert!(cache.get(&key("m", &source("0"))).is_none());
        let halves = cache.halves.lock().unwrap();
        let held: usize = halves.young.values().chain(halves.old.values()).map(weight).sum();
        assert!(held <= 40_000 && halves.young_bytes <= 20_000);
    }

    #[test]
    fn no_room_keeps_nothing() {
        let cache = Cache::new(0);
        cache.put([0; 32], &translated("x"));
        assert!(cache.get(&[0; 32]).is_none());
    }
}
