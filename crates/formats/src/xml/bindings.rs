//! Which namespace a prefix stands for at a place.

use std::collections::HashMap;

use super::namespaces::Namespace;

/// The declarations in force. A look-up takes as long with a thousand of them as with one.
#[derive(Default)]
pub(super) struct Bindings<'a> {
    /// As they were declared.
    declared: Vec<Binding<'a>>,
    in_force: HashMap<&'a str, Namespace>,
    /// The last prefix that was looked up: most elements of a file share one.
    recent: Option<(&'a str, Namespace)>,
}

/// A declaration of a prefix, and what that stands for outside of it.
struct Binding<'a> {
    prefix: &'a str,
    outside: Option<Namespace>,
}

impl<'a> Bindings<'a> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.declared.len()
    }

    /// Puts a declaration into force.
    pub(super) fn declare(&mut self, prefix: &'a str, namespace: Namespace) {
        let outside = self.in_force.insert(prefix, namespace);
        self.declared.push(Binding { prefix, outside });
        self.recent = None;
    }

    /// Takes back all but the first ones.
    pub(super) fn truncate(&mut self, length: usize) {
        if length >= self.declared.len() {
            return;
        }
        for Binding { prefix, outside } in self.declared.drain(length..).rev() {
            match outside {
                Some(namespace) => self.in_force.insert(prefix, namespace),
                None => self.in_force.remove(prefix),
            };
        }
        self.recent = None;
    }

    /// What the prefix stands for.
    pub(super) fn resolve(&mut self, prefix: &'a str) -> Namespace {
        if let Some((recent, namespace)) = self.recent
            && recent == prefix
        {
            return namespace;
        }
        if prefix == "xml" {
            return Namespace::Xml;
        }
        let namespace = self.in_force.get(prefix).copied().unwrap_or(Namespace::None);
        self.recent = Some((prefix, namespace));
        namespace
    }

    /// A prefix that stands for the namespace, the one that was declared last.
    pub(super) fn prefix(&self, namespace: Namespace) -> Option<&'a str> {
        let mut prefixes = self.declared.iter().rev().map(|binding| binding.prefix).filter(|prefix| !prefix.is_empty());
        prefixes.find(|prefix| self.in_force.get(prefix) == Some(&namespace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations_hide_those_outside_and_bring_them_back() {
        let mut bindings = Bindings::default();
        bindings.declare("a", Namespace::Word);
        bindings.declare("", Namespace::Word);
        let outside = bindings.len();
        bindings.declare("a", Namespace::Chart);
        bindings.declare("a", Namespace::Drawing);
        bindings.declare("b", Namespace::Word);
        let resolved =
            |bindings: &mut Bindings<'static>| ["a", "b", "", "c", "xml"].map(|prefix| bindings.resolve(prefix));
        let [word, none, xml] = [Namespace::Word, Namespace::None, Namespace::Xml];
        assert_eq!(resolved(&mut bindings), [Namespace::Drawing, word, word, none, xml]);
        assert_eq!((bindings.prefix(word), bindings.prefix(Namespace::Chart)), (Some("b"), None));
        bindings.truncate(outside);
        assert_eq!(resolved(&mut bindings), [word, none, word, none, xml]);
        assert_eq!(bindings.prefix(word), Some("a"));
        bindings.truncate(0);
        assert_eq!(resolved(&mut bindings), [none, none, none, none, xml]);
    }
}
