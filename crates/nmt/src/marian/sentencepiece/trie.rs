//! A set of byte strings with a number each, walked byte by byte.
//!
//! Nodes are numbered breadth first, so that a node's children are neighbours and their labels lie in one run. The first
//! level, where every walk begins, is a table.

/// Nothing ends here.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Node {
    /// The first child; the labels of all children lie from the same index on.
    children: u32,
    count: u16,
    value: u32,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    /// `labels[n]` leads to node `n`.
    labels: Vec<u8>,
    first: Box<[u32; 256]>,
}

/// A place in the trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Trie {
    /// Where every walk begins.
    pub(super) const ROOT: Place = Place(0);

    /// Of these keys, none empty; of equal ones the first counts.
    pub(super) fn new(mut keys: Vec<(&[u8], u32)>) -> Self {
        keys.sort_by_key(|&(key, _)| key);
        keys.dedup_by_key(|&mut (key, _)| key);
        let root = Node { children: 0, count: 0, value: NONE };
        let mut trie = Self { nodes: vec![root], labels: vec![0], first: Box::new([NONE; 256]) };
        // Runs of sorted keys that share their first `depth` bytes, one for each node, in the order of the nodes.
        let mut level = vec![(0_usize, keys.as_slice())];
        let mut depth = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (node, run) in level {
                let longer = match run.first() {
                    Some(&(key, value)) if key.len() == depth => {
                        trie.nodes[node].value = value;
                        &run[1..]
                    }
                    _ => run,
                };
                trie.nodes[node].children = u32::try_from(trie.nodes.len()).expect("a vocabulary is far smaller");
                for group in longer.chunk_by(|(one, _), (other, _)| one[depth] == other[depth]) {
                    trie.nodes[node].count += 1;
                    next.push((trie.nodes.len(), group));
                    trie.labels.push(group[0].0[depth]);
                    trie.nodes.push(Node { children: 0, count: 0, value: NONE });
                }
            }
            level = next;
            depth += 1;
        }
        let root = trie.nodes[0];
        for child in root.children..root.children + u32::from(root.count) {
            trie.first[usize::from(trie.labels[child as usize])] = child;
        }
        trie
    }

    /// Bytes of memory held.
    pub(super) fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.labels.capacity() + size_of_val(&*self.first)
    }

    /// One byte further, if some key goes on with it.
    #[inline]
    pub(super) fn step(&self, from: Place, byte: u8) -> Option<Place> {
        if from == Self::ROOT {
            let child = self.first[usize::from(byte)];
            return (child != NONE).then_some(Place(child));
        }
        let node = self.nodes[from.0 as usize];
        let start = node.children as usize;
        let labels = &self.labels[start..start + usize::from(node.count)];
        let found = labels.iter().position(|&label| label == byte)?;
        Some(Place(node.children + u32::try_from(found).ok()?))
    }

    /// The number of the key that ends here.
    #[inline]
    pub(super) fn value(&self, at: Place) -> Option<u32> {
        let value = self.nodes[at.0 as usize].value;
        (value != NONE).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(trie: &Trie, key: &str) -> Option<u32> {
        let place = key.bytes().try_fold(Trie::ROOT, |place, byte| trie.step(place, byte))?;
        trie.value(place)
    }

    #[test]
    fn keys_are_found_and_nothing_else_is() {
        let keys = ["a", "abc", "abd", "b", "été", "z"];
        let trie = Trie::new(keys.iter().zip(0..).map(|(key, value)| (key.as_bytes(), value)).collect());
        for (key, value) in keys.iter().zip(0..) {
            assert_eq!(find(&trie, key), Some(value), "{key}");
        }
        for other in ["", "ab", "abcd", "c", "ét"] {
            assert_eq!(find(&trie, other), None, "{other}");
        }
    }

    #[test]
    fn an_empty_set_has_nothing() {
        assert_eq!(find(&Trie::new(Vec::new()), "a"), None);
    }
}
