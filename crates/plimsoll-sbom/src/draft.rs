//! From a component as a document has it to a package, or to a problem.

use std::collections::{BTreeMap, HashMap};

use plimsoll_language::{ProblemKind, Relationship};

use crate::properties;
use crate::{Bom, BomLayer, BomPackage, BomSystem, Purl, PurlKind};

/// An image has some thousand packages, a company's whole product some ten thousand.
const MOST_PACKAGES: usize = 500_000;

/// Names in one problem.
const MOST_NAMES: usize = 5;

/// A component, before it is clear what it is.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) package: BomPackage,
    /// The package URL as written.
    pub(crate) purl: String,
    /// Group or scope, for messages.
    pub(crate) group: String,
    /// Names and values beyond the standard fields, by whatever tool.
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) layer_digest: String,
    pub(crate) layer_diff_id: String,
    /// Whether it may be left out silently if nothing identifies it: files, applications that are
    /// only a heading.
    pub(crate) is_structure: bool,
}

/// What is known of a document while it is read.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) bom: Bom,
    /// Components that cannot be used, by the reason.
    unusable: BTreeMap<String, Vec<String>>,
    problems: Vec<(ProblemKind, String)>,
    /// Layers by any of their digests.
    layers: HashMap<String, u32>,
    distros: BTreeMap<String, usize>,
    overflowing: bool,
}

impl Sink {
    /// Tells that something could not be read.
    pub(crate) fn problem(&mut self, kind: ProblemKind, message: impl Into<String>) {
        self.problems.push((kind, message.into()));
    }

    /// Adds a layer of the image.
    pub(crate) fn layer(&mut self, digest: &str, diff_id: &str) -> Option<u32> {
        for known in [digest, diff_id] {
            if let Some(&index) = self.layers.get(known) {
                self.complete(index, digest, diff_id);
                return Some(index);
            }
        }
        if digest.is_empty() && diff_id.is_empty() || self.bom.layers.len() >= MOST_PACKAGES {
            return None;
        }
        let index = u32::try_from(self.bom.layers.len()).ok()?;
        self.bom.layers.push(BomLayer::default());
        self.complete(index, digest, diff_id);
        Some(index)
    }

    fn complete(&mut self, index: u32, digest: &str, diff_id: &str) {
        let Some(layer) = self.bom.layers.get_mut(index as usize) else { return };
        for (text, place) in [(digest, &mut layer.digest), (diff_id, &mut layer.diff_id)] {
            if !text.is_empty() && place.is_none() {
                *place = Some(text.to_owned());
                self.layers.entry(text.to_owned()).or_insert(index);
            }
        }
    }

    /// Takes a component over, if it can be used.
    pub(crate) fn add(&mut self, mut draft: Draft) {
        properties::apply(&mut draft);
        let shown = shown(&draft);
        let has_cpe = !draft.package.cpes.is_empty();
        let purl = Purl::parse(&draft.purl);
        match &purl {
            None if !draft.purl.is_empty() && !has_cpe => {
                return self.unusable(
                    format!("the package URL cannot be read: {}", cut(&draft.purl)),
                    shown,
                );
            }
            None if !has_cpe => {
                if !draft.is_structure {
                    self.unusable("neither a package URL nor a CPE name".to_owned(), shown);
                }
                return;
            }
            None => {}
            Some(purl) => match purl.kind() {
                PurlKind::System | PurlKind::Library(_) => {}
                // An image inside of an image; what is in it is listed by itself.
                PurlKind::Image => return,
                PurlKind::Unknown if has_cpe => {}
                PurlKind::Unknown => {
                    let reason =
                        format!("package URLs of the unknown type {:?}", cut(&purl.purl_type));
                    return self.unusable(reason, shown);
                }
            },
        }
        if self.bom.packages.len() >= MOST_PACKAGES {
            if !self.overflowing {
                self.overflowing = true;
                let message =
                    format!("there are more than {MOST_PACKAGES} packages; the rest is left out");
                self.problem(ProblemKind::TooLarge, message);
            }
            return;
        }
        if let Some(purl) = &purl
            && purl.kind() == PurlKind::System
        {
            let distro = purl.qualifier("distro").unwrap_or_default();
            let key = format!("{}/{}\n{distro}", purl.purl_type, purl.namespace);
            *self.distros.entry(key).or_default() += 1;
        }
        let mut package = draft.package;
        package.layer =
            package.layer.or_else(|| self.layer(&draft.layer_digest, &draft.layer_diff_id));
        if package.name.is_empty() {
            package.name = purl.as_ref().map(|purl| purl.name.clone()).unwrap_or_default();
        }
        if package.version.is_empty() {
            package.version = purl.as_ref().map(|purl| purl.version.clone()).unwrap_or_default();
        }
        package.path = package.path.trim_start_matches('/').to_owned();
        package.purl = purl;
        self.bom.packages.push(package);
    }

    fn unusable(&mut self, reason: String, shown: String) {
        // Each type of package URL is a reason; a document may invent any number of them.
        const MOST_REASONS: usize = 18;
        let reason = if self.unusable.len() < MOST_REASONS || self.unusable.contains_key(&reason) {
            reason
        } else {
            "other reasons".to_owned()
        };
        self.unusable.entry(reason).or_default().push(shown);
    }

    /// Adds edges that stand outside of the components: who needs what.
    pub(crate) fn depend(&mut self, edges: &HashMap<String, Vec<String>>) {
        for package in &mut self.bom.packages {
            if let Some(needed) = edges.get(&package.reference) {
                package.depends_on.extend(needed.iter().cloned());
            }
        }
    }

    /// The finished bill, and what is told about it.
    pub(crate) fn finish(mut self) -> (Bom, Vec<(ProblemKind, String)>) {
        for (reason, names) in std::mem::take(&mut self.unusable) {
            let mut listed = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
            if names.len() > MOST_NAMES {
                listed.push_str(", …");
            }
            let count = names.len();
            let noun = if count == 1 { "component" } else { "components" };
            let message = format!("{count} {noun} cannot be matched ({reason}): {listed}");
            self.problems.push((ProblemKind::Unsupported, message));
        }
        if self.bom.system.is_none() {
            self.bom.system = self.system_of_packages();
        }
        for package in &mut self.bom.packages {
            package.depends_on.sort();
            package.depends_on.dedup();
        }
        (self.bom, self.problems)
    }

    /// The system that most packages name.
    fn system_of_packages(&self) -> Option<BomSystem> {
        let (key, _) = self.distros.iter().max_by_key(|(_, count)| **count)?;
        let (place, distro) = key.split_once('\n')?;
        if !distro.is_empty() {
            return Some(properties::system_of_distro(distro));
        }
        let (_, namespace) = place.split_once('/')?;
        let is_named = !namespace.is_empty();
        is_named.then(|| BomSystem { id: namespace.to_owned(), ..BomSystem::default() })
    }
}

fn shown(draft: &Draft) -> String {
    let package = &draft.package;
    let mut shown = String::new();
    for (text, separator) in [(&draft.group, "/"), (&package.name, ""), (&package.version, "")] {
        if text.is_empty() {
            continue;
        }
        if !shown.is_empty() && separator.is_empty() && text == &package.version {
            shown.push(' ');
        }
        shown.push_str(text);
        shown.push_str(separator);
    }
    match shown.is_empty() {
        true => format!("one without a name ({})", cut(&package.reference)),
        false => cut(&shown),
    }
}

/// Short enough for a message.
fn cut(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(100).collect()
}

/// The relationship with this word.
pub(crate) fn relationship(word: &str) -> Relationship {
    [Relationship::Root, Relationship::Workspace, Relationship::Direct, Relationship::Indirect]
        .into_iter()
        .find(|one| one.word() == word)
        .unwrap_or_default()
}
