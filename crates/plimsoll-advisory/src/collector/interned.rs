//! Strings and verdicts, each kept once and spoken of by number.

use std::collections::HashMap;

use crate::database::format;
use crate::model::{Affected, Import, Range, Severity, Status};

/// Every string once, by number.
#[derive(Debug, Default)]
pub(crate) struct Strings(HashMap<Box<str>, u32>);

impl Strings {
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(&id) = self.0.get(text) {
            return id;
        }
        let id = u32::try_from(self.0.len()).expect("four thousand million strings fit no memory");
        self.0.insert(text.into(), id);
        id
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The number of a string that is there.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        self.0.get(text).copied()
    }

    /// The strings in the order of their numbers.
    pub(crate) fn list(&self) -> Vec<&str> {
        let mut list = vec![""; self.0.len()];
        for (text, &id) in &self.0 {
            list[id as usize] = text;
        }
        list
    }

    /// The same, without keeping anything else.
    pub(crate) fn into_list(self) -> Vec<Box<str>> {
        let mut list = vec![Box::default(); self.0.len()];
        for (text, id) in self.0 {
            list[id as usize] = text;
        }
        list
    }
}

/// [`Affected`] without the names of package, release and vulnerability, strings as numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Verdict {
    pub(crate) status: Status,
    pub(crate) severity: Option<Severity>,
    pub(crate) raw_status: Option<u32>,
    pub(crate) channel: Option<u32>,
    pub(crate) modularity: Option<u32>,
    pub(crate) advisories: Box<[u32]>,
    pub(crate) architectures: Box<[u32]>,
    pub(crate) ranges: Box<[[Option<u32>; format::BOUNDS]]>,
    pub(crate) versions: Box<[u32]>,
    pub(crate) cpes: Box<[u32]>,
    pub(crate) platforms: Box<[u32]>,
    pub(crate) imports: Box<[ImportIds]>,
}

/// [`Import`] with strings as numbers: the path, then symbols, systems and architectures.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ImportIds {
    pub(crate) path: u32,
    pub(crate) lists: [Box<[u32]>; 3],
}

impl Verdict {
    pub(crate) fn new(affected: &Affected, strings: &mut Strings) -> Verdict {
        let mut list = |texts: &[String]| texts.iter().map(|text| strings.intern(text)).collect();
        let advisories = list(&affected.advisories);
        let architectures = list(&affected.architectures);
        let versions = list(&affected.versions);
        let cpes = list(&affected.cpes);
        let platforms = list(&affected.platforms);
        let mut lists = |import: &Import| {
            [&import.symbols, &import.systems, &import.architectures].map(|texts| list(texts))
        };
        let lists: Vec<_> = affected.imports.iter().map(&mut lists).collect();
        let paths = affected.imports.iter().map(|import| strings.intern(&import.path));
        let imports = paths.zip(lists).map(|(path, lists)| ImportIds { path, lists }).collect();
        let mut one = |text: &Option<String>| text.as_deref().map(|text| strings.intern(text));
        let range = |range: &Range| {
            [&range.introduced, &range.after, &range.fixed, &range.last_affected].map(&mut one)
        };
        let ranges = affected.ranges.iter().map(range).collect();
        Verdict {
            status: affected.status,
            severity: affected.severity,
            raw_status: one(&affected.raw_status),
            channel: one(&affected.channel),
            modularity: one(&affected.modularity),
            advisories,
            architectures,
            ranges,
            versions,
            cpes,
            platforms,
            imports,
        }
    }

    /// Every string that it needs.
    pub(crate) fn each_string(&self, mut add: impl FnMut(u32)) {
        let ones = [self.raw_status, self.channel, self.modularity];
        ones.into_iter().flatten().for_each(&mut add);
        let bounds = self.ranges.as_flattened().iter().flatten();
        let lists =
            [&self.advisories, &self.architectures, &self.versions, &self.cpes, &self.platforms];
        let listed = lists.into_iter().flat_map(|list| list.iter());
        let imported = self.imports.iter().flat_map(|import| {
            let listed = import.lists.iter().flat_map(|list| list.iter());
            std::iter::once(&import.path).chain(listed)
        });
        bounds.chain(listed).chain(imported).for_each(|&id| add(id));
    }

    pub(crate) fn map_strings(mut self, map: impl Fn(u32) -> u32) -> Verdict {
        for one in [&mut self.raw_status, &mut self.channel, &mut self.modularity] {
            *one = one.map(&map);
        }
        let imports = self.imports.iter_mut();
        let imported = imports.flat_map(|import| {
            import.path = map(import.path);
            &mut import.lists
        });
        let lists = [
            &mut self.advisories,
            &mut self.architectures,
            &mut self.versions,
            &mut self.cpes,
            &mut self.platforms,
        ];
        for list in lists.into_iter().chain(imported) {
            for id in list {
                *id = map(*id);
            }
        }
        for bound in self.ranges.as_flattened_mut() {
            *bound = bound.map(&map);
        }
        self
    }
}

/// Every verdict once, by number.
#[derive(Debug, Default)]
pub(crate) struct Verdicts(HashMap<Verdict, u32>);

impl Verdicts {
    pub(crate) fn intern(&mut self, verdict: Verdict) -> u32 {
        let next = u32::try_from(self.0.len()).expect("as with strings");
        *self.0.entry(verdict).or_insert(next)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Verdicts with their numbers, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Verdict, u32)> {
        self.0.iter().map(|(verdict, &id)| (verdict, id))
    }

    /// The verdicts in the order of their numbers.
    pub(crate) fn list(&self) -> Vec<&Verdict> {
        let mut list: Vec<(u32, &Verdict)> =
            self.0.iter().map(|(verdict, &id)| (id, verdict)).collect();
        list.sort_unstable_by_key(|(id, _)| *id);
        list.into_iter().map(|(_, verdict)| verdict).collect()
    }

    /// The same, without keeping anything else.
    pub(crate) fn into_list(self) -> Vec<Verdict> {
        let mut list: Vec<(u32, Verdict)> =
            self.0.into_iter().map(|(verdict, id)| (id, verdict)).collect();
        list.sort_unstable_by_key(|(id, _)| *id);
        list.into_iter().map(|(_, verdict)| verdict).collect()
    }
}
