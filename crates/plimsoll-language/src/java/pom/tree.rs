//! Other POMs of the same tree: modules of the build, and a local repository.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use memchr::memmem;

use super::model::{Parent, Pom};
use crate::{Files, join};

/// Bytes of POMs that are searched for the parents and bills of materials of one project that are
/// not where they are said to be; the POMs of a tree with a thousand projects have half of that.
const MAX_SEARCHED: usize = 32 << 20;

/// Bytes of POMs that are read for one project: its parents and bills of materials.
const MAX_READ: usize = 64 << 20;

/// Bills of materials that are worked out for one project; those import each other many times.
const MAX_IMPORTED: usize = 500;

/// Finds POMs, and reads each once.
pub(super) struct Poms<'a> {
    files: &'a dyn Files,
    known: RefCell<HashMap<String, Option<Rc<Pom>>>>,
    /// Paths of all POMs of the tree, once somebody asked.
    paths: RefCell<Option<Rc<Vec<String>>>>,
    searched: Cell<usize>,
    bytes: Cell<usize>,
    imported: Cell<usize>,
}

impl<'a> Poms<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Poms<'a> {
        Poms {
            files,
            known: RefCell::default(),
            paths: RefCell::default(),
            searched: Cell::default(),
            bytes: Cell::default(),
            imported: Cell::default(),
        }
    }

    /// The parent of the POM at `path`, and its own path.
    pub(super) fn parent(&self, path: &str, parent: &Parent) -> Option<(String, Rc<Pom>)> {
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let relative = parent.relative_path.as_deref().and_then(|relative| {
            let place = join(directory, relative);
            let candidates = [place.clone(), join(&place, "pom.xml")];
            candidates.into_iter().find_map(|place| {
                let pom = (place != path).then(|| self.read(&place)).flatten()?;
                is_named(&pom, &parent.group, &parent.artifact).then_some((place, pom))
            })
        });
        relative.or_else(|| self.find(&parent.group, &parent.artifact, &parent.version))
    }

    /// The POM with these coordinates, wherever it is.
    pub(super) fn find(
        &self,
        group: &str,
        artifact: &str,
        version: &str,
    ) -> Option<(String, Rc<Pom>)> {
        let below = group.replace('.', "/");
        let place = format!("{below}/{artifact}/{version}/{artifact}-{version}.pom");
        let repositories = [".m2/repository", "root/.m2/repository"];
        let in_repository = repositories.iter().find_map(|repository| {
            let place = join(repository, &place);
            self.read(&place).map(|pom| (place, pom))
        });
        in_repository.or_else(|| self.search(group, artifact, version))
    }

    fn search(&self, group: &str, artifact: &str, version: &str) -> Option<(String, Rc<Pom>)> {
        let paths = {
            let mut paths = self.paths.borrow_mut();
            Rc::clone(paths.get_or_insert_with(|| Rc::new(self.files.named("pom.xml"))))
        };
        let name = format!("{artifact}<");
        let finder = memmem::Finder::new(name.as_bytes());
        paths.iter().find_map(|path| {
            let content = self.files.content(path)?;
            if !counted(&self.searched, content.len(), MAX_SEARCHED) {
                return None;
            }
            finder.find(content)?;
            let pom = self.read(path)?;
            let fits = is_named(&pom, group, artifact)
                && pom.own_version().is_none_or(|found| found == version || found.contains("${"));
            fits.then(|| (path.clone(), pom))
        })
    }

    /// Whether one more bill of materials may be worked out.
    pub(super) fn may_import(&self) -> bool {
        counted(&self.imported, 1, MAX_IMPORTED)
    }

    fn read(&self, path: &str) -> Option<Rc<Pom>> {
        let mut known = self.known.borrow_mut();
        if let Some(pom) = known.get(path) {
            return pom.clone();
        }
        let content = self.files.content(path);
        let content = content.filter(|content| counted(&self.bytes, content.len(), MAX_READ));
        let pom = content.and_then(|content| Pom::parse(content).ok()).map(Rc::new);
        known.insert(path.to_owned(), pom.clone());
        pom
    }
}

/// Adds to a count, and says whether it is still within its limit.
fn counted(count: &Cell<usize>, more: usize, most: usize) -> bool {
    count.set(count.get().saturating_add(more));
    count.get() <= most
}

fn is_named(pom: &Pom, group: &str, artifact: &str) -> bool {
    let own_group = pom.group.as_deref();
    let own_group = own_group.or_else(|| pom.parent.as_ref().map(|parent| parent.group.as_str()));
    let fits = |own: Option<&str>, wanted: &str| {
        own.is_some_and(|own| own == wanted || own.contains("${") || wanted.contains("${"))
    };
    fits(own_group, group) && pom.artifact.as_deref() == Some(artifact)
}
