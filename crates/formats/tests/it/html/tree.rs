//! A document as another parser sees it: html5ever's tree, flattened into what opens, closes and stands between.

use std::borrow::Cow;
use std::cell::RefCell;

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, LocalName, Namespace, ParseOpts, QualName};

/// A step of a walk through the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Open(Element),
    Close,
    Text(String),
    Comment(String),
    Doctype(String),
}

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) foreign: bool,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// Parses `html` and walks through the tree. What tells the encoding is left out: it may change.
pub(crate) fn parse(html: &str) -> Vec<Step> {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() },
        ..ParseOpts::default()
    };
    html5ever::parse_document(Sink::default(), options).one(html)
}

fn tells_encoding(element: &Element) -> bool {
    element.name == "meta"
        && (element.attribute("charset").is_some()
            || element.attribute("http-equiv").is_some_and(|value| value.trim().eq_ignore_ascii_case("content-type")))
}

#[derive(Debug)]
struct Node {
    parent: Option<usize>,
    children: Vec<usize>,
    name: Option<QualName>,
    content: Option<usize>,
    step: Step,
}

/// The document is node 0.
struct Sink {
    nodes: RefCell<Vec<Node>>,
}

impl Default for Sink {
    fn default() -> Self {
        let document =
            Node { parent: None, children: Vec::new(), name: None, content: None, step: Step::Doctype(String::new()) };
        Self { nodes: RefCell::new(vec![document]) }
    }
}

/// The nodes are behind a cell, so a name has to be a copy.
#[derive(Debug)]
struct Name(QualName);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

fn pairs(attributes: Vec<Attribute>) -> impl Iterator<Item = (String, String)> {
    attributes.into_iter().map(|a| (a.name.local.to_string(), a.value.to_string()))
}

impl Sink {
    fn add(&self, step: Step, name: Option<QualName>) -> usize {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node { parent: None, children: Vec::new(), name, content: None, step });
        nodes.len() - 1
    }

    fn detach(&self, node: usize) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[node].parent.take() {
            nodes[parent].children.retain(|child| *child != node);
        }
    }

    fn insert(&self, parent: usize, at: usize, child: NodeOrText<usize>) {
        let node = match child {
            NodeOrText::AppendNode(node) => {
                self.detach(node);
                node
            }
            NodeOrText::AppendText(text) => {
                let mut nodes = self.nodes.borrow_mut();
                if let Some(before) = at.checked_sub(1).map(|index| nodes[parent].children[index])
                    && let Step::Text(found) = &mut nodes[before].step
                {
                    found.push_str(&text);
                    return;
                }
                drop(nodes);
                self.add(Step::Text(text.to_string()), None)
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        nodes[node].parent = Some(parent);
        let at = at.min(nodes[parent].children.len());
        nodes[parent].children.insert(at, node);
    }

    fn walk(self) -> Vec<Step> {
        let nodes = self.nodes.into_inner();
        let mut steps = Vec::new();
        // What is still to be visited, the next one last; `None` closes an element.
        let mut to_visit: Vec<Option<usize>> = nodes[0].children.iter().rev().map(|n| Some(*n)).collect();
        while let Some(next) = to_visit.pop() {
            let Some(index) = next else {
                steps.push(Step::Close);
                continue;
            };
            match &nodes[index].step {
                Step::Open(element) if tells_encoding(element) => continue,
                Step::Comment(comment) if comment.starts_with("?xml ") => continue,
                // To this parser it is text in one piece, to people who see it a page.
                Step::Text(_) if in_noframes(&nodes, index) => continue,
                _ => {}
            }
            steps.push(nodes[index].step.clone());
            if matches!(nodes[index].step, Step::Open(_)) {
                to_visit.push(None);
                let content = nodes[index].content.map_or(&[][..], |content| &nodes[content].children);
                to_visit.extend(nodes[index].children.iter().rev().chain(content.iter().rev()).map(|n| Some(*n)));
            }
        }
        join(steps)
    }
}

/// Two equal formatting elements in a row are one to a translator.
fn join(steps: Vec<Step>) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::with_capacity(steps.len());
    let mut open: Vec<Element> = Vec::new();
    let mut closed: Option<Element> = None;
    for step in steps {
        match (&step, closed.take()) {
            (Step::Open(element), Some(before)) if *element == before && is_formatting(element) => {
                out.pop();
                open.push(before);
                continue;
            }
            (Step::Open(element), _) => open.push(element.clone()),
            (Step::Close, _) => closed = open.pop(),
            _ => {}
        }
        out.push(step);
    }
    out
}

fn is_formatting(element: &Element) -> bool {
    ["b", "strong", "i", "em", "u", "s", "font", "span"].contains(&element.name.as_str())
        && !element.attributes.iter().any(|(name, _)| name == "id" || name == "class")
}

fn in_noframes(nodes: &[Node], index: usize) -> bool {
    let parent = nodes[index].parent.map(|parent| &nodes[parent].step);
    matches!(parent, Some(Step::Open(element)) if element.name == "noframes")
}

impl TreeSink for Sink {
    type Handle = usize;
    type Output = Vec<Step>;
    type ElemName<'a> = Name;

    fn finish(self) -> Vec<Step> {
        self.walk()
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> usize {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a usize) -> Name {
        Name(self.nodes.borrow()[*target].name.clone().expect("the parser asks for names of elements only"))
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> usize {
        let element = Element {
            name: name.local.to_string(),
            foreign: name.ns != html5ever::ns!(html),
            attributes: pairs(attributes).collect(),
        };
        let node = self.add(Step::Open(element), Some(name));
        if flags.template {
            let content = self.add(Step::Doctype(String::new()), None);
            self.nodes.borrow_mut()[node].content = Some(content);
        }
        node
    }

    fn create_comment(&self, text: StrTendril) -> usize {
        self.add(Step::Comment(text.to_string()), None)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> usize {
        self.add(Step::Comment(format!("{target} {data}")), None)
    }

    fn append(&self, parent: &usize, child: NodeOrText<usize>) {
        let at = self.nodes.borrow()[*parent].children.len();
        self.insert(*parent, at, child);
    }

    fn append_based_on_parent_node(&self, element: &usize, previous: &usize, child: NodeOrText<usize>) {
        let has_parent = self.nodes.borrow()[*element].parent.is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        let node = self.add(Step::Doctype(format!("{name} {public} {system}")), None);
        self.append(&0, NodeOrText::AppendNode(node));
    }

    fn get_template_contents(&self, target: &usize) -> usize {
        self.nodes.borrow()[*target].content.expect("templates have contents")
    }

    fn same_node(&self, one: &usize, other: &usize) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &usize, child: NodeOrText<usize>) {
        if let NodeOrText::AppendNode(node) = &child {
            self.detach(*node);
        }
        let (parent, at) = {
            let nodes = self.nodes.borrow();
            let parent = nodes[*sibling].parent.expect("a sibling has a parent");
            (parent, nodes[parent].children.iter().position(|n| n == sibling).expect("and is its child"))
        };
        self.insert(parent, at, child);
    }

    fn add_attrs_if_missing(&self, target: &usize, attributes: Vec<Attribute>) {
        if let Step::Open(element) = &mut self.nodes.borrow_mut()[*target].step {
            for (name, value) in pairs(attributes) {
                if element.attribute(&name).is_none() {
                    element.attributes.push((name, value));
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &usize) {
        self.detach(*target);
    }

    fn reparent_children(&self, node: &usize, new_parent: &usize) {
        let children = std::mem::take(&mut self.nodes.borrow_mut()[*node].children);
        for child in children {
            self.nodes.borrow_mut()[child].parent = None;
            self.append(new_parent, NodeOrText::AppendNode(child));
        }
    }
}
