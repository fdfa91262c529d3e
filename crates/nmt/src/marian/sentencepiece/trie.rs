//! A set of byte strings with a number and a score each, walked byte by byte.
//!
//! Nodes are numbered breadth first, so that a node's children are neighbours and their labels lie in one run. The first
//! level, where every walk begins, is a table, and nodes with many children have one each. Most nodes have one child, and
//! know its label: what a walk costs is how many lines of the cache it reads.

/// Nothing ends here.
const NONE: u32 = u32::MAX;

/// The label of a child is looked for among so many; with more, a table tells.
const FEW: u16 = 8;

/// A quarter of a line of the cache.
#[derive(Debug, Clone, Copy)]
struct Node {
    /// The first child; the labels of all children lie from the same index on.
    children: u32,
    value: u32,
    score: f32,
    count: u16,
    /// The label of the only child; of a node with more than [`FEW`], one more than the number of its table, if it has one.
    aid: u16,
}

/// By byte, one more than the child's number among its siblings; 0 if there is none.
type Table = [u8; 256];

/// See the module.
#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    /// `labels[n]` leads to node `n`.
    labels: Vec<u8>,
    first: Box<[u32; 256]>,
    tables: Vec<Table>,
}

/// A place in the trie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Trie {
    /// Where every walk begins.
    pub(super) const ROOT: Place = Place(0);

    /// Of these keys, none empty; of equal ones the first counts.
    pub(super) fn new(mut keys: Vec<(&[u8], u32, f32)>) -> Self {
        keys.sort_by_key(|&(key, ..)| key);
        keys.dedup_by_key(|&mut (key, ..)| key);
        let node = Node { children: 0, value: NONE, score: 0.0, count: 0, aid: 0 };
        let first = Box::new([NONE; 256]);
        let mut trie = Self { nodes: vec![node], labels: vec![0], first, tables: Vec::new() };
        // Runs of sorted keys that share their first `depth` bytes, one for each node, in the order of the nodes.
        let mut level = vec![(0_usize, keys.as_slice())];
        let mut depth = 0;
        while !level.is_empty() {
            let mut next = Vec::new();
            for (place, run) in level {
                let longer = match run.first() {
                    Some(&(key, value, score)) if key.len() == depth => {
                        (trie.nodes[place].value, trie.nodes[place].score) = (value, score);
                        &run[1..]
                    }
                    _ => run,
                };
                trie.nodes[place].children = u32::try_from(trie.nodes.len()).expect("a vocabulary is far smaller");
                for group in longer.chunk_by(|(one, ..), (other, ..)| one[depth] == other[depth]) {
                    let label = group[0].0[depth];
                    trie.nodes[place].count += 1;
                    trie.nodes[place].aid = u16::from(label);
                    next.push((trie.nodes.len(), group));
                    trie.labels.push(label);
                    trie.nodes.push(node);
                }
            }
            level = next;
            depth += 1;
        }
        let root = trie.nodes[0];
        for child in root.children..root.children + u32::from(root.count) {
            trie.first[usize::from(trie.labels[child as usize])] = child;
        }
        trie.tabulate();
        trie
    }

    /// Makes the tables; those with most children come first, should there be too many to number.
    fn tabulate(&mut self) {
        let mut wide: Vec<usize> = (1..self.nodes.len()).filter(|&node| self.nodes[node].count > FEW).collect();
        wide.sort_by_key(|&node| std::cmp::Reverse(self.nodes[node].count));
        let numbers = (1..=u16::MAX).map(Some).chain(std::iter::repeat(None));
        for (number, node) in numbers.zip(wide) {
            let node = &mut self.nodes[node];
            let start = node.children as usize;
            let mut table = [0; 256];
            let places = u8::try_from(node.count).ok().zip(number);
            node.aid = places.map_or(0, |(_, number)| number);
            let Some((count, _)) = places else { continue };
            for (&label, place) in self.labels[start..].iter().zip(1..=count) {
                table[usize::from(label)] = place;
            }
            self.tables.push(table);
        }
        self.tables.shrink_to_fit();
    }

    /// Bytes of memory held.
    pub(super) fn bytes(&self) -> usize {
        let tables = self.tables.capacity() * size_of::<Table>() + size_of_val(&*self.first);
        self.nodes.capacity() * size_of::<Node>() + self.labels.capacity() + tables
    }

    /// One byte further, if some key goes on with it.
    #[inline]
    pub(super) fn step(&self, from: Place, byte: u8) -> Option<Place> {
        if from == Self::ROOT {
            let child = self.first[usize::from(byte)];
            return (child != NONE).then_some(Place(child));
        }
        let node = &self.nodes[from.0 as usize];
        if node.count <= 1 {
            return (node.count == 1 && node.aid == u16::from(byte)).then_some(Place(node.children));
        }
        if node.count > FEW && node.aid > 0 {
            let place = self.tables[usize::from(node.aid) - 1][usize::from(byte)];
            return (place > 0).then(|| Place(node.children + u32::from(place) - 1));
        }
        let start = node.children as usize;
        let labels = &self.labels[start..start + usize::from(node.count)];
        let found = labels.iter().position(|&label| label == byte)?;
        Some(Place(node.children + u32::try_from(found).ok()?))
    }

    /// The number and the score of the key that ends here.
    #[inline]
    pub(super) fn value(&self, at: Place) -> Option<(u32, f32)> {
        let Node { value, score, .. } = self.nodes[at.0 as usize];
        (value != NONE).then_some((value, score))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(trie: &Trie, key: &str) -> Option<u32> {
        let place = key.bytes().try_fold(Trie::ROOT, |place, byte| trie.step(place, byte))?;
        trie.value(place).map(|(value, _)| value)
    }

    #[test]
    fn keys_are_found_and_nothing_else_is() {
        let keys = ["a", "abc", "abd", "b", "été", "z"];
        let trie = Trie::new(keys.iter().zip(0..).map(|(key, value)| (key.as_bytes(), value, 0.0)).collect());
        for (key, value) in keys.iter().zip(0..) {
            assert_eq!(find(&trie, key), Some(value), "{key}");
        }
        for other in ["", "ab", "abcd", "c", "ét"] {
            assert_eq!(find(&trie, other), None, "{other}");
        }
    }

    #[test]
    fn nodes_with_many_children_know_them_all() {
        // One, few, many, and all that a byte can say.
        for count in [1, FEW, FEW + 1, 255, 256] {
            let keys: Vec<[u8; 2]> = (0..count).map(|label| [b'x', u8::try_from(label).unwrap()]).collect();
            let trie = Trie::new(keys.iter().zip(0..).map(|(key, value)| (&key[..], value, 1.5)).collect());
            let x = trie.step(Trie::ROOT, b'x').unwrap();
            for label in 0..=u8::MAX {
                let found = trie.step(x, label).and_then(|place| trie.value(place));
                assert_eq!(found, (u16::from(label) < count).then_some((u32::from(label), 1.5)), "{label} of {count}");
            }
        }
    }

    #[test]
    fn an_empty_set_has_nothing() {
        assert_eq!(find(&Trie::new(Vec::new()), "a"), None);
    }
}
