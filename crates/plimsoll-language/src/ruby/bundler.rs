//! `Gemfile.lock`: what Bundler decided on.
//!
//! Indentation says what a line is; [Bundler's own reader][reader] has the one expression for
//! `name (version-platform)` that is followed here.
//!
//! [reader]: https://github.com/rubygems/rubygems/blob/master/bundler/lib/bundler/lockfile_parser.rb

use std::collections::HashMap;

use plimsoll_image::Parsed;
use plimsoll_version::Ecosystem;

use super::gemfile;
use crate::graph::Graph;
use crate::source_text::one_line;
use crate::{Component, Files, Input, Relationship};

/// Reads a lock file; which gems are for development is known from the `Gemfile` beside it.
pub(super) fn parse(input: Input<'_>, files: &dyn Files) -> Parsed<Vec<Component>> {
    if is_in_gem(input.directory()) {
        return Parsed::default();
    }
    let text = input.lossy();
    let manifest = if input.name() == "gems.locked" { "gems.rb" } else { "Gemfile" };
    let groups: HashMap<String, bool> = files
        .content(&input.beside(manifest))
        .and_then(|content| gemfile::groups(&String::from_utf8_lossy(content)))
        .map(collect)
        .unwrap_or_default();
    let mut reader = Reader { groups, ..Reader::default() };
    for (index, line) in text.lines().enumerate() {
        reader.line(index + 1, line);
    }
    reader.finish()
}

/// Whether a directory is below `gems/NAME-VERSION`: a lock file there says what the makers of the
/// gem used, which nobody else installs.
fn is_in_gem(directory: &str) -> bool {
    let names = directory.split('/');
    std::iter::zip(names.clone(), names.skip(1)).any(|(parent, name)| {
        let versions = name.split('-').skip(1);
        parent == "gems"
            && versions.into_iter().any(|part| part.starts_with(|sign: char| sign.is_ascii_digit()))
    })
}

/// A gem that is named twice is for development only if it is so both times.
fn collect(gems: Vec<(String, bool)>) -> HashMap<String, bool> {
    let mut groups = HashMap::new();
    for (name, dev) in gems {
        *groups.entry(name).or_insert(dev) &= dev;
    }
    groups
}

#[derive(Default)]
struct Reader {
    graph: Graph,
    groups: HashMap<String, bool>,
    section: String,
    remote: String,
    revision: String,
    /// The gem whose requirements follow.
    current: Option<(Component, Vec<String>)>,
    sections: usize,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) {
        let content = line.trim();
        if content.is_empty() {
            return;
        }
        if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|mark| line.starts_with(mark)) {
            self.graph.malformed(format!("line {number}: a merge conflict was not resolved"));
            return;
        }
        match line.len() - line.trim_start().len() {
            0 => {
                self.flush();
                self.section = content.to_owned();
                (self.remote, self.revision) = (String::new(), String::new());
                let known = ["GEM", "GIT", "PATH", "PLUGIN SOURCE", "DEPENDENCIES", "PLATFORMS"];
                self.sections += usize::from(known.contains(&content));
            }
            2 if self.section == "DEPENDENCIES" => {
                let name = content.split([' ', '!']).next().unwrap_or(content);
                let dev = self.groups.get(name).copied().unwrap_or(false);
                self.graph.ask(Ecosystem::Gem, name, dev);
            }
            2 if self.section == "CHECKSUMS" => self.checksum(content),
            2 if self.is_source() => {
                if let Some((key, value)) = content.split_once(": ") {
                    match key {
                        "remote" => value.clone_into(&mut self.remote),
                        "revision" => value.clone_into(&mut self.revision),
                        _ => {}
                    }
                }
            }
            4 if self.is_source() => self.gem(number, content),
            6 if self.is_source() => {
                if let (Some((_, needs)), Some(name)) =
                    (&mut self.current, content.split(' ').next())
                {
                    needs.push(name.to_owned());
                }
            }
            _ => {}
        }
    }

    fn is_source(&self) -> bool {
        matches!(self.section.as_str(), "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE")
    }

    fn gem(&mut self, number: usize, content: &str) {
        self.flush();
        let Some((name, version)) = name_and_version(content) else {
            self.graph.malformed(format!("line {number}: no name with a version: {content}"));
            return;
        };
        let mut component = Component::new(Ecosystem::Gem, name, version);
        component.lines.push(one_line(number));
        match self.section.as_str() {
            "PATH" => component.relationship = Relationship::Workspace,
            "GIT" => {
                let (remote, revision) = (&self.remote, &self.revision);
                component.doubt = Some(format!("from {remote} at {revision}, not from a release"));
            }
            _ => {}
        }
        self.current = Some((component, Vec::new()));
    }

    /// `name (version) sha256=…`, since Bundler 2.5.
    fn checksum(&mut self, content: &str) {
        let Some((_, sums)) = content.split_once(") ") else { return };
        let Some((name, version)) = name_and_version(content) else { return };
        // Sums stand behind all gems, so each gem is there already.
        if let Some(component) = self.graph.get_mut(&crate::component_id(name, version)) {
            for sum in sums.split(',') {
                if let Some((algorithm @ ("sha256" | "sha512"), digits)) =
                    sum.trim().split_once('=')
                {
                    component.digests.push(format!("{algorithm}:{digits}"));
                }
            }
        }
    }

    fn flush(&mut self) {
        if let Some((component, needs)) = self.current.take() {
            self.graph.add(component, needs);
        }
    }

    fn finish(mut self) -> Parsed<Vec<Component>> {
        self.flush();
        if self.sections == 0 {
            self.graph.malformed("has no section of a lock file of Bundler");
        }
        self.graph.finish()
    }
}

/// Of `nokogiri (1.15.0-x86_64-linux)` the name and the version, without the platform.
fn name_and_version(content: &str) -> Option<(&str, &str)> {
    let (name, rest) = content.split_once(" (")?;
    let inside = rest.split_once(')')?.0;
    let version = inside.split('-').next()?;
    (!name.is_empty() && version.starts_with(|sign: char| sign.is_ascii_digit()))
        .then_some((name, version))
}
