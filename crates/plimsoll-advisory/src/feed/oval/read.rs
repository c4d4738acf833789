//! The reader: from XML to a [`Document`], without recursion.

use super::{
    Cve, Definition, Document, Group, Leaf, Node, Object, Reference, Resolution, State, Test,
};
use crate::feed::xml::{Element, Handler, walk};

/// What is open while a file is read.
#[derive(Default)]
struct Progress {
    document: Document,
    /// The id of the open test, object, state or variable.
    open: String,
    /// The criteria that are open, outermost first.
    groups: Vec<Group>,
}

/// Reads as much as is well-formed, and says what is wrong with the rest.
pub(super) fn read(bytes: &[u8]) -> (Document, Result<(), String>) {
    let mut progress = Progress::default();
    let outcome = walk(bytes, &mut progress);
    (progress.document, outcome)
}

impl Handler for Progress {
    fn open(&mut self, element: &Element, parent: &str) {
        let attribute = |name: &str| element.attribute(name);
        let name = element.name();
        match &*name {
            "definition" => {
                self.groups.clear();
                self.document.definitions.push(Definition {
                    id: attribute("id"),
                    class: attribute("class"),
                    ..Definition::default()
                });
            }
            "criteria" => self.groups.push(Group {
                // AND is the default; of the others, "exactly one" comes closest to OR.
                all: matches!(&*attribute("operator"), "AND" | ""),
                negated: attribute("negate") == "true",
                children: Vec::new(),
            }),
            "criterion" | "extend_definition" => self.leaf(Leaf {
                test: attribute("test_ref"),
                comment: attribute("comment"),
                negated: attribute("negate") == "true",
            }),
            "object" if parent.ends_with("_test") => {
                if let Some(test) = self.document.tests.get_mut(&self.open) {
                    test.object = attribute("object_ref");
                }
            }
            "state" if parent.ends_with("_test") => {
                if let Some(test) = self.document.tests.get_mut(&self.open) {
                    test.states.push(attribute("state_ref"));
                }
            }
            "name" if parent.ends_with("_object") => {
                if let Some(object) = self.document.objects.get_mut(&self.open) {
                    object.variable = attribute("var_ref");
                }
            }
            "evr" if parent.ends_with("_state") => {
                if let Some(state) = self.document.states.get_mut(&self.open) {
                    state.operation = attribute("operation");
                }
            }
            "constant_variable" => {
                self.open = attribute("id");
                self.document.variables.entry(self.open.clone()).or_default();
            }
            kind if kind.ends_with("_test") => {
                let none = attribute("check") == "none satisfy"
                    || attribute("check_existence") == "none_exist";
                let test = Test { kind: kind.to_owned(), none, ..Test::default() };
                self.open = attribute("id");
                self.document.tests.insert(self.open.clone(), test);
            }
            kind if kind.ends_with("_object") => {
                self.open = attribute("id");
                self.document.objects.insert(self.open.clone(), Object::default());
            }
            kind if kind.ends_with("_state") => {
                self.open = attribute("id");
                self.document.states.insert(self.open.clone(), State::default());
            }
            name => self.describe(name, &attribute),
        }
    }

    fn close(&mut self, name: &str, parent: &str, text: &str) {
        let owned = || text.to_owned();
        match (parent, name) {
            (_, "criteria") => {
                if let Some(group) = self.groups.pop() {
                    self.node(Node::Group(group));
                }
            }
            ("generator", "timestamp") => self.document.timestamp = owned(),
            ("constant_variable", "value") => {
                if let Some(values) = self.document.variables.get_mut(&self.open) {
                    values.push(owned());
                }
            }
            (parent, "name") if parent.ends_with("_object") => {
                if let Some(object) = self.document.objects.get_mut(&self.open) {
                    object.name = owned();
                }
            }
            (parent, field) if parent.ends_with("_state") => {
                let Some(state) = self.document.states.get_mut(&self.open) else { return };
                match field {
                    // A space may stand behind the epoch.
                    "evr" => state.version = text.split_whitespace().collect(),
                    "arch" => state.architecture = owned(),
                    _ => {}
                }
            }
            _ => self.close_metadata(parent, name, text),
        }
    }
}

impl Progress {
    /// An element of a definition's metadata starts.
    fn describe(&mut self, name: &str, attribute: &dyn Fn(&str) -> String) {
        let Some(definition) = self.document.definitions.last_mut() else { return };
        match name {
            "reference" => definition.references.push(Reference {
                source: attribute("source"),
                id: attribute("ref_id"),
                url: attribute("ref_url"),
            }),
            "issued" => definition.issued = attribute("date"),
            "updated" => definition.updated = attribute("date"),
            "resolution" => definition
                .resolutions
                .push(Resolution { state: attribute("state"), components: Vec::new() }),
            "cve" => {
                let scores = ["cvss2", "cvss3", "cvss4", "cvss_vector"];
                let impact = attribute("impact");
                definition.cves.push(Cve {
                    text: String::new(),
                    link: attribute("href"),
                    impact: if impact.is_empty() { attribute("priority") } else { impact },
                    vectors: scores
                        .iter()
                        .map(|name| attribute(name))
                        .filter(|vector| !vector.is_empty())
                        .collect(),
                    weaknesses: attribute("cwe"),
                    public: attribute("public"),
                });
            }
            _ => {}
        }
    }

    fn close_metadata(&mut self, parent: &str, name: &str, text: &str) {
        let Some(definition) = self.document.definitions.last_mut() else { return };
        let text = text.to_owned();
        match (parent, name) {
            ("metadata", "title") => definition.title = text,
            ("metadata", "description") => definition.description = text,
            ("metadata", "patchable") => definition.patchable = text,
            ("metadata" | "advisory", "severity") => definition.severity = text,
            ("affected", "platform") => definition.platforms.push(text),
            ("debian", "dsa") => definition.advisory = text,
            ("affected_cpe_list", "cpe") => definition.cpes.push(text),
            ("resolution", "component") => {
                if let Some(resolution) = definition.resolutions.last_mut() {
                    resolution.components.push(text);
                }
            }
            (_, "cve") => {
                if let Some(cve) = definition.cves.last_mut() {
                    cve.text = text;
                }
            }
            _ => {}
        }
    }

    fn leaf(&mut self, leaf: Leaf) {
        self.node(Node::Leaf(leaf));
    }

    fn node(&mut self, node: Node) {
        if let Some(group) = self.groups.last_mut() {
            group.children.push(node);
        } else if let Some(definition) = self.document.definitions.last_mut() {
            definition.criteria.push(node);
        }
    }
}
