//! From the criteria of a definition to facts about packages.
//!
//! Criteria say "(this release) and (that module) and (one of these packages is older than …)".
//! What holds beside a package in an AND is the package's context; several packages beside one
//! another are facts of their own, and several bounds on one package are one range. A definition
//! that asks for two packages at once thus yields both, which errs on the side of a finding.

use std::collections::HashMap;

use super::{Definition, Document, Group, Leaf, Node, Object, State, Test};
use crate::feed::identifier::is_word;
use crate::model::Range;

/// A definition with more criteria than this is none: the largest kernel erratum has some 5,000.
const MOST_FACTS: usize = 100_000;

/// What a definition asks of one package.
#[derive(Debug, Clone)]
pub(super) struct Fact<'d> {
    pub(super) package: &'d str,
    pub(super) ask: Ask,
    /// Architectures, in the package manager's words; none means all.
    pub(super) architectures: Vec<&'d str>,
    pub(super) context: Context<'d>,
}

/// What must be true of the installed package.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ask {
    /// Its version is in the range.
    Within(Range),
    /// It is there.
    Installed,
    /// It is not there.
    Absent,
    /// Its version is one that no package has: the definition names the package and means that
    /// it is not affected.
    Impossible,
}

/// What holds beside a package.
#[derive(Debug, Clone, Default)]
pub(super) struct Context<'d> {
    /// Names of products, of which one must be installed.
    pub(super) products: Vec<&'d str>,
    /// `name:stream`, of which one must be enabled.
    pub(super) modules: Vec<&'d str>,
    /// Architectures, of which the machine's must be one.
    pub(super) architectures: Vec<&'d str>,
    /// Which builds of the package are meant, where the criteria tell builds apart.
    pub(super) builds: Vec<&'d str>,
}

/// What one criterion turns out to be.
enum Criterion<'d> {
    Package(Vec<Fact<'d>>),
    Product(&'d str),
    Module(&'d str),
    Architecture(&'d str),
    Build(&'d str),
    /// Signatures, running kernels and the like: nothing that a package list tells.
    Beside,
}

/// The facts of a definition, and what could not be understood.
pub(super) fn facts<'d>(
    definition: &'d Definition,
    document: &'d Document,
) -> (Vec<Fact<'d>>, Vec<String>) {
    let mut walk = Walk { document, facts: Vec::new(), wrong: Vec::new() };
    let context = Context::default();
    for node in &definition.criteria {
        match node {
            Node::Group(group) => walk.group(group, &context, false),
            Node::Leaf(leaf) => {
                let mut found = Vec::new();
                walk.leaf(leaf, &context, false, &mut found);
                walk.facts.append(&mut found);
            }
        }
    }
    if walk.facts.len() > MOST_FACTS {
        walk.wrong.push(format!("more than {MOST_FACTS} criteria"));
        walk.facts.clear();
    }
    (walk.facts, walk.wrong)
}

struct Walk<'d> {
    document: &'d Document,
    facts: Vec<Fact<'d>>,
    wrong: Vec<String>,
}

impl<'d> Walk<'d> {
    /// Recursion ends at the depth at which the reader refuses a file.
    fn group(&mut self, group: &'d Group, outer: &Context<'d>, negated: bool) {
        if self.facts.len() > MOST_FACTS {
            return;
        }
        let negated = negated != group.negated;
        // Under a negation, "all" means "one" and the reverse.
        let all = group.all != negated;
        let mut context = outer.clone();
        if all {
            for node in &group.children {
                let mut inner = Context::default();
                if !negated && self.is_context(node, &mut inner) {
                    narrow(&mut context.products, inner.products);
                    narrow(&mut context.modules, inner.modules);
                    narrow(&mut context.architectures, inner.architectures);
                    narrow(&mut context.builds, inner.builds);
                }
            }
        }
        let mut found = Vec::new();
        for node in &group.children {
            match node {
                Node::Group(inner) => self.group(inner, &context, negated),
                Node::Leaf(leaf) => self.leaf(leaf, &context, negated, &mut found),
            }
        }
        if all {
            found = joined(found);
        }
        self.facts.append(&mut found);
    }

    /// Whether a node speaks of no package; what it says is added to `into`.
    fn is_context(&self, node: &'d Node, into: &mut Context<'d>) -> bool {
        match node {
            Node::Group(group) => {
                !group.negated && group.children.iter().all(|node| self.is_context(node, into))
            }
            Node::Leaf(leaf) if leaf.negated => false,
            Node::Leaf(leaf) => match self.criterion(leaf, false) {
                Ok(Criterion::Product(name)) => {
                    into.products.push(name);
                    true
                }
                Ok(Criterion::Module(name)) => {
                    into.modules.push(name);
                    true
                }
                Ok(Criterion::Architecture(name)) => {
                    into.architectures.push(name);
                    true
                }
                Ok(Criterion::Build(name)) => {
                    into.builds.push(name);
                    true
                }
                Ok(Criterion::Beside) => true,
                Ok(Criterion::Package(_)) | Err(_) => false,
            },
        }
    }

    fn leaf(
        &mut self,
        leaf: &'d Leaf,
        context: &Context<'d>,
        negated: bool,
        found: &mut Vec<Fact<'d>>,
    ) {
        match self.criterion(leaf, negated != leaf.negated) {
            Ok(Criterion::Package(facts)) => {
                found.extend(
                    facts.into_iter().map(|fact| Fact { context: context.clone(), ..fact }),
                );
            }
            Ok(_) => {}
            // The comment may still say what is not there.
            Err(reason) => match by_words(&leaf.comment).filter(|_| negated == leaf.negated) {
                Some(fact) => found.push(Fact { context: context.clone(), ..fact }),
                None => self.wrong.push(reason),
            },
        }
    }

    fn criterion(&self, leaf: &'d Leaf, negated: bool) -> Result<Criterion<'d>, String> {
        let comment = leaf.comment.trim();
        if let Some(criterion) = by_comment(comment) {
            return Ok(criterion);
        }
        let test = self.document.tests.get(&leaf.test);
        let test = test.ok_or_else(|| format!("test {:?} is missing", leaf.test))?;
        if !["rpminfo_test", "dpkginfo_test"].contains(&&*test.kind) {
            return Ok(Criterion::Beside);
        }
        let object = self.document.objects.get(&test.object);
        let object = object.ok_or_else(|| format!("object {:?} is missing", test.object))?;
        let states = self.states(test)?;
        let ask = ask(test, &states, negated)?;
        // "SUSE Linux Enterprise Server 15 is installed" asks for a package too, the one that
        // every release of that product has.
        if let Some(product) = comment.strip_suffix(" is installed")
            && !comment.starts_with(&*object.name)
            && !matches!(&ask, Some(Ask::Within(range)) if range.fixed.is_some())
        {
            return Ok(Criterion::Product(product));
        }
        // A state without a version is one about signatures or architectures only, except where
        // SUSE writes `version` for the zero that no package has.
        let Some(ask) = ask.or_else(|| not_affected(comment)) else { return Ok(Criterion::Beside) };
        let architectures: Vec<&str> =
            states.iter().flat_map(|state| architectures(&state.architecture)).collect();
        let names = self.names(object)?;
        Ok(Criterion::Package(
            names
                .into_iter()
                .map(|package| Fact {
                    package,
                    ask: ask.clone(),
                    architectures: architectures.clone(),
                    context: Context::default(),
                })
                .collect(),
        ))
    }

    fn states(&self, test: &'d Test) -> Result<Vec<&'d State>, String> {
        let known = test.states.iter().map(|id| {
            self.document.states.get(id).ok_or_else(|| format!("state {id:?} is missing"))
        });
        known.collect()
    }

    /// The names of an object, which a variable may list.
    fn names(&self, object: &'d Object) -> Result<Vec<&'d str>, String> {
        let names: Vec<&str> = if object.variable.is_empty() {
            vec![&*object.name]
        } else {
            let values = self.document.variables.get(&object.variable);
            values.into_iter().flatten().map(String::as_str).collect()
        };
        match names.iter().find(|name| !is_word(name)) {
            Some(wrong) => Err(format!("{wrong:?} is no package")),
            None if names.is_empty() => Err(format!("variable {:?} is missing", object.variable)),
            None => Ok(names),
        }
    }
}

/// Criteria that say in their comment what they are, in all dialects.
fn by_comment(comment: &str) -> Option<Criterion<'_>> {
    let between = |start: &str, end: &str| comment.strip_prefix(start)?.strip_suffix(end);
    if let Some(module) = between("Module ", " is enabled") {
        return Some(Criterion::Module(module));
    }
    if comment.contains(" is signed with ") || comment.ends_with(" must be installed") {
        return Some(Criterion::Beside);
    }
    if comment.ends_with(" is ksplice-based") {
        return Some(Criterion::Build("ksplice"));
    }
    if let Some((_, architecture)) = comment.split_once(" arch is ") {
        return Some(Criterion::Architecture(architecture.trim()));
    }
    // No package has a space in its name.
    let product = comment.strip_suffix(" is installed")?;
    let is_product = product.contains(' ') && !product.ends_with(" package");
    is_product.then_some(Criterion::Product(product))
}

/// What a criterion says in words, for when its test is not in the file or makes no sense.
fn by_words(comment: &str) -> Option<Fact<'_>> {
    let comment = comment.trim();
    let within =
        |version: &str| Ask::Within(Range { fixed: Some(version.to_owned()), ..Range::default() });
    let (package, ask) = if let Some((package, version)) = comment.split_once(" is earlier than ") {
        (package, is_word(version).then(|| within(version))?)
    } else if let Some(ask) = not_affected(comment) {
        (comment.split(' ').next()?, ask)
    } else {
        let text = comment.strip_suffix(" is installed")?;
        match name_and_version(text) {
            Some((package, version)) => (package, within(version)),
            None => (text, Ask::Installed),
        }
    };
    is_word(package).then(|| Fact {
        package,
        ask,
        architectures: Vec::new(),
        context: Context::default(),
    })
}

/// SUSE's words for a package that is named for being safe.
fn not_affected(comment: &str) -> Option<Ask> {
    comment.ends_with(" is not affected").then_some(Ask::Impossible)
}

/// `tar` and `1.34-2.2` of `tar-1.34-2.2`.
fn name_and_version(text: &str) -> Option<(&str, &str)> {
    let mut dashes = text.rmatch_indices('-').map(|(at, _)| at);
    let (release, version) = (dashes.next()?, dashes.next()?);
    let is_number =
        |at: usize| text.as_bytes().get(at + 1).is_some_and(|byte| byte.is_ascii_digit());
    (is_number(release) && is_number(version)).then(|| (&text[..version], &text[version + 1..]))
}

/// What a test asks; nothing where its states do not speak of versions.
fn ask(test: &Test, states: &[&State], negated: bool) -> Result<Option<Ask>, String> {
    if states.is_empty() {
        let absent = test.none != negated;
        return Ok(Some(if absent { Ask::Absent } else { Ask::Installed }));
    }
    let mut range = Range::default();
    let mut bounded = false;
    for state in states.iter().filter(|state| !state.operation.is_empty()) {
        if !is_word(&state.version) {
            return Err("the state has no version".to_owned());
        }
        let version = Some(state.version.clone());
        bounded = true;
        let is_zero = is_zero(&state.version);
        match (&*state.operation, test.none != negated) {
            ("less than", false) if is_zero => return Ok(Some(Ask::Impossible)),
            ("equals", false) if is_zero => return Ok(Some(Ask::Impossible)),
            ("less than", false) | ("greater than or equal", true) => range.fixed = version,
            ("less than or equal", false) | ("greater than", true) => range.last_affected = version,
            // The beginning of all versions is no bound.
            ("greater than", false) | ("less than or equal", true) => {
                range.after = version.filter(|_| !is_zero);
            }
            ("greater than or equal", false) | ("less than", true) => {
                range.introduced = version.filter(|_| !is_zero);
            }
            // A companion, such as the kernel that a live patch is for.
            ("equals", _) => return Ok(None),
            (operation, _) => return Err(format!("operation {operation:?} is unknown")),
        }
    }
    Ok(match (bounded, range == Range::default()) {
        (false, _) => None,
        (true, true) => Some(Ask::Installed),
        (true, false) => Some(Ask::Within(range)),
    })
}

/// `0`, `0:0-0`, `0:0.0.0`: before all versions.
fn is_zero(version: &str) -> bool {
    version.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.' | b'-'))
}

/// `(aarch64|x86_64)` as its words; patterns that are more than that stand for all.
fn architectures(pattern: &str) -> impl Iterator<Item = &str> {
    let words = pattern.trim_matches(['^', '$', '(', ')', ' ']);
    let plain = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let usable = words.split('|').all(plain);
    words.split('|').filter(move |_| usable)
}

/// Of two conditions of one kind that must both hold, the inner one is the narrower.
fn narrow<'d>(outer: &mut Vec<&'d str>, inner: Vec<&'d str>) {
    if !inner.is_empty() {
        *outer = inner;
    }
}

/// Bounds on one package that must all hold are one range.
fn joined(facts: Vec<Fact>) -> Vec<Fact> {
    let mut joined: Vec<Fact> = Vec::with_capacity(facts.len());
    let mut places: HashMap<&str, usize> = HashMap::new();
    for fact in facts {
        let Some(place) = places.get(fact.package) else {
            places.insert(fact.package, joined.len());
            joined.push(fact);
            continue;
        };
        let known = &mut joined[*place].ask;
        match (known, fact.ask) {
            (Ask::Within(range), Ask::Within(more)) => {
                range.introduced = more.introduced.or_else(|| range.introduced.take());
                range.after = more.after.or_else(|| range.after.take());
                range.fixed = more.fixed.or_else(|| range.fixed.take());
                range.last_affected = more.last_affected.or_else(|| range.last_affected.take());
            }
            // That it is there goes without saying where its version is asked for.
            (Ask::Within(_) | Ask::Impossible, _) => {}
            (known, ask) => *known = ask,
        }
    }
    joined
}
