//! What NVD calls configurations: which products, by CPE name, have the problem.
//!
//! A configuration is a small logical expression over CPE match criteria: nodes, joined by AND or
//! OR, of matches, joined the same way. It becomes statements in the namespace `cpe`:
//!
//! * One statement for each product and set of platforms; all versions that share them stand in it.
//!   `cpes` has the criterion with its version left open, so that its other attributes (edition,
//!   target software, …) can be compared.
//! * The version bounds of a match are a range; without any, the criterion's own version is an
//!   enumerated one, with the update behind a dash. The version `*` is an open range. The version
//!   `-` is kept as it is: it means a product that has no version.
//! * Where AND joins nodes, the matches that are not vulnerable are what the vulnerable ones run on.
//!   Several such nodes would all have to hold; here any of their names is enough, which may say
//!   too much and never too little. Their version bounds are not kept.
//! * Where OR joins them, a match that is not vulnerable says that this product is not affected.
//! * `negate` says of its matches that they are excepted: not affected. A whole AND that is negated
//!   excepts nothing for certain; it is reported.

use std::borrow::Cow;
use std::collections::HashMap;

use plimsoll_version::Ecosystem;
use serde::Deserialize;

use super::super::cpe::Cpe;
use super::super::language::statement;
use crate::model::{Affected, Range, Status};

/// Platform names in all statements of a record. The largest real records have some thousands; a
/// product of long lists is cut here, and then says that it holds on any platform.
const MOST_PLATFORM_NAMES: usize = 1 << 16;

/// Every node that AND joins is set against all others; real configurations join two, some ten.
const MOST_JOINED_NODES: usize = 256;

/// One configuration. In the 1.1 form a node with children says the same.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::feed) struct Configuration<'a> {
    operator: Operator,
    negate: bool,
    #[serde(borrow)]
    nodes: Vec<Node<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(in crate::feed) struct Node<'a> {
    operator: Operator,
    negate: bool,
    #[serde(borrow, alias = "cpe_match")]
    cpe_match: Vec<Match<'a>>,
    /// Only in the 1.1 form.
    #[serde(borrow)]
    children: Vec<Node<'a>>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
enum Operator {
    #[default]
    Or,
    And,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Match<'a> {
    /// Some copies leave out what is false.
    #[serde(default)]
    vulnerable: bool,
    #[serde(borrow, alias = "cpe23Uri")]
    criteria: Cow<'a, str>,
    #[serde(borrow, default)]
    version_start_including: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_start_excluding: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_end_including: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_end_excluding: Option<Cow<'a, str>>,
}

impl<'a> Configuration<'a> {
    /// A top node of the 1.1 form.
    pub(super) fn from_node(node: Node<'a>) -> Configuration<'a> {
        if node.children.is_empty() {
            return Configuration { nodes: vec![node], ..Configuration::default() };
        }
        let Node { operator, negate, cpe_match, mut children } = node;
        if !cpe_match.is_empty() {
            let children_of_own = Vec::new();
            children.push(Node { operator, negate: false, cpe_match, children: children_of_own });
        }
        Configuration { operator, negate, nodes: children }
    }
}

impl Node<'_> {
    /// Its matches and those of nodes below it, which no real record nests any deeper.
    fn matches(&self) -> impl Iterator<Item = &Match<'_>> {
        self.cpe_match.iter().chain(self.children.iter().flat_map(|child| &child.cpe_match))
    }

    fn platforms(&self) -> impl Iterator<Item = &str> {
        self.matches().filter(|each| !each.vulnerable).map(|each| &*each.criteria)
    }
}

/// The statements of one record, and what was not understood.
#[derive(Default)]
pub(in crate::feed) struct Statements {
    pub(in crate::feed) affected: Vec<Affected>,
    pub(in crate::feed) problems: Vec<String>,
    /// Sets of platforms by their number.
    platforms: HashMap<Vec<String>, usize>,
    /// Statements by criterion, platforms, and whether they are excepted.
    places: HashMap<(String, usize, bool), usize>,
    platform_names: usize,
}

impl Statements {
    /// Adds what a configuration says about a vulnerability.
    pub(in crate::feed) fn add(&mut self, vulnerability: &str, configuration: &Configuration) {
        let joined = configuration.operator == Operator::And;
        if configuration.negate && joined {
            self.problems.push("a negated AND cannot be told".to_owned());
            return;
        }
        if joined && configuration.nodes.len() > MOST_JOINED_NODES {
            self.problems.push(format!("AND joins more than {MOST_JOINED_NODES} nodes"));
            return;
        }
        for (index, node) in configuration.nodes.iter().enumerate() {
            let excepted = configuration.negate != node.negate;
            let mut platforms: Vec<String> = Vec::new();
            if !excepted && joined {
                let others = configuration.nodes.iter().enumerate();
                let others = others.filter(|(other, node)| *other != index && !node.negate);
                let names = others.flat_map(|(_, node)| node.platforms());
                platforms.extend(names.map(str::to_owned));
            }
            if !excepted && node.operator == Operator::And {
                platforms.extend(node.platforms().map(str::to_owned));
            }
            platforms.sort();
            platforms.dedup();
            let next = self.platforms.len();
            let number = *self.platforms.entry(platforms.clone()).or_insert(next);
            let platforms = (number, platforms.as_slice());
            let alternatives = !joined && node.operator == Operator::Or;
            for each in node.matches() {
                if each.vulnerable {
                    self.add_match(vulnerability, each, excepted, platforms);
                } else if alternatives && !excepted {
                    self.add_match(vulnerability, each, true, platforms);
                }
            }
        }
    }

    fn add_match(
        &mut self,
        id: &str,
        each: &Match,
        excepted: bool,
        (number, platforms): (usize, &[String]),
    ) {
        let Some(cpe) = Cpe::parse(&each.criteria) else {
            self.problems.push(format!("{:?} is no CPE name of a product", each.criteria));
            return;
        };
        let range = match each.range() {
            Ok(range) => range,
            Err(bound) => {
                self.problems.push(format!("{bound:?} is no bound of versions"));
                return;
            }
        };
        let key = (cpe.any_version, number, excepted);
        let place = match self.places.get(&key) {
            Some(place) => *place,
            None => {
                let mut new = Affected {
                    vulnerability: id.to_owned(),
                    cpes: vec![key.0.clone()],
                    ..statement(Ecosystem::Cpe, &cpe.package)
                };
                if excepted {
                    new.status = Status::NotAffected;
                }
                self.platform_names += platforms.len();
                if self.platform_names <= MOST_PLATFORM_NAMES {
                    new.platforms = platforms.to_vec();
                } else {
                    self.problems.push(format!("{} has too many platforms", new.package));
                }
                self.affected.push(new);
                self.places.insert(key, self.affected.len() - 1);
                self.affected.len() - 1
            }
        };
        let said = &mut self.affected[place];
        match range {
            None if cpe.version == "*" => said.ranges.push(Range::default()),
            None => said.versions.push(cpe.version),
            Some(range) => {
                if range.fixed.is_some() && !excepted {
                    said.status = Status::Fixed;
                }
                said.ranges.push(range);
            }
        }
    }
}

impl Match<'_> {
    /// The bounds, if there are any; a bound that is no version is the error.
    fn range(&self) -> Result<Option<Range>, String> {
        let bound = |text: &Option<Cow<str>>| match text.as_deref().map(str::trim) {
            None | Some("") => Ok(None),
            Some(text) if is_bound(text) => Ok(Some(text.replace(' ', "_"))),
            Some(text) => Err(text.to_owned()),
        };
        let range = Range {
            introduced: bound(&self.version_start_including)?,
            after: bound(&self.version_start_excluding)?,
            fixed: bound(&self.version_end_excluding)?,
            last_affected: bound(&self.version_end_including)?,
        };
        Ok((range != Range::default()).then_some(range))
    }
}

/// Longer than any bound.
const LONGEST_BOUND: usize = 256;

/// Visible signs, and spaces, which CPE names write as `_`: some products have versions such as
/// `2022 su5` and `r36 p4`.
fn is_bound(text: &str) -> bool {
    text.len() <= LONGEST_BOUND && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}
