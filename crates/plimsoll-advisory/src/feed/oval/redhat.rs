//! Red Hat: OVAL v2 by stream and product, and the older v1 by release, from
//! <https://www.redhat.com/security/data/oval/v2/>, explained at
//! <https://www.redhat.com/en/blog/red-hat-and-oval-compatible>; AlmaLinux writes the same dialect
//! (<https://wiki.almalinux.org/development/Errata.html>).
//!
//! | definition | status |
//! |---|---|
//! | `patch`: "x is earlier than …" | fixed |
//! | `vulnerability`, id `…redhat.cve…`: "x is installed" | the word of its `resolution` |
//! | `vulnerability`, id `…redhat.unaffected…` | not affected |
//!
//! The release is the one in "Red Hat Enterprise Linux 8 is installed"; what a package was built
//! in, "Module nodejs:12 is enabled" says. `affected_cpe_list` names the products and repositories
//! that this holds for, and is kept with every statement. Products with longer support than the
//! release's own (EUS, AUS, E4S, TUS, ELS) are the statement's channel. They stand in those CPE
//! names (`rhel_eus:8.4`); where there are none, in the file's name (`rhel-8.4-eus.oval.xml`).
//!
//! Quirks: a resolution may name several components, by their source package or as
//! `nodejs:12/nodejs`; a package that none of them names gets the first of them.

use plimsoll_version::Distribution;

use super::facts::{Ask, facts};
use super::tell::{add, cves, describe, each_definition, severity};
use super::{Definition, Document};
use crate::feed::csaf::redhat::stream;
use crate::feed::identifier::{is_id, rfc3339};
use crate::feed::statements::Statements;
use crate::feed::{FileContext, Publisher, Speaker, alma, contains, file_name};
use crate::model::{Affected, Status, Vulnerability};
use crate::sink::{Fate, Sink};

pub(in crate::feed) static REDHAT: Publisher = Publisher {
    id: "redhat-oval",
    name: "Red Hat OVAL",
    url: "https://www.redhat.com/security/data/oval/v2/",
    license: "CC-BY-4.0",
};

pub(in crate::feed) fn recognises(_: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions")
        && (contains(head, "oval:com.redhat.") || contains(head, ">Red Hat "))
}

pub(in crate::feed) fn recognises_alma(_: &str, head: &[u8]) -> bool {
    contains(head, "<oval_definitions") && contains(head, ">AlmaLinux OS Errata System<")
}

pub(in crate::feed) fn parse(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    let of_file = channel_of_name(file_name(file.path));
    each_definition(file, bytes, &REDHAT, sink, |definition, document, speaker| {
        let release = |product: &str| {
            let version = product.strip_prefix("Red Hat Enterprise Linux ")?;
            let version = version.split(' ').find(|word| is_number(word))?;
            Some(Distribution::RedHat.namespace(version))
        };
        let channel = channel(&definition.cpes).or(of_file);
        tell(definition, document, &release, channel, speaker)
    });
}

pub(in crate::feed) fn parse_alma(file: &FileContext, bytes: &[u8], sink: &mut dyn Sink) {
    each_definition(file, bytes, &alma::ALMA, sink, |definition, document, speaker| {
        let release = |product: &str| {
            let version = product.strip_prefix("AlmaLinux ")?;
            is_number(version).then(|| Distribution::Alma.namespace(version))
        };
        tell(definition, document, &release, None, speaker)
    });
}

fn is_number(word: &str) -> bool {
    word.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The channel where every product of a definition is of one.
fn channel(cpes: &[String]) -> Option<&'static str> {
    let mut channels = cpes.iter().map(|cpe| stream(cpe).1);
    let first = channels.next()??;
    channels.all(|other| other == Some(first)).then_some(first)
}

/// `eus` of `rhel-8.4-eus-including-unpatched.oval.xml`.
fn channel_of_name(name: &str) -> Option<&'static str> {
    let stream = name.strip_prefix("rhel-")?.split(".oval").next()?;
    let mut words = stream.split('-').skip(1);
    let word = words.next()?;
    ["eus", "aus", "e4s", "tus", "els"].into_iter().find(|known| *known == word)
}

fn tell(
    definition: &Definition,
    document: &Document,
    release: &dyn Fn(&str) -> Option<String>,
    channel: Option<&str>,
    speaker: &mut Speaker,
) -> Result<Fate, String> {
    let cves = cves(definition);
    let own = definition.references.first().map_or("", |reference| &*reference.id);
    let is_patch = definition.class == "patch";
    if is_patch && !is_id(own) {
        return Err(format!("{own:?} is no advisory"));
    }
    // A bug-fix erratum without a CVE is nothing to scan for.
    let is_security = own.starts_with("RHSA-") || own.starts_with("ALSA-");
    let ids = if !cves.is_empty() {
        cves
    } else if is_security {
        vec![own]
    } else {
        return Ok(Fate::Skipped);
    };
    let unaffected = definition.id.contains("redhat.unaffected");
    let (facts, wrong) = facts(definition, document);
    wrong.iter().for_each(|reason| speaker.problem(&definition.id, reason));
    let mut statements = Statements::default();
    let mut whole = wrong.is_empty();
    for fact in &facts {
        let named = fact.context.products.iter().find_map(|product| release(product));
        let of_platform = || definition.platforms.iter().find_map(|product| release(product));
        let of_cpes = || {
            let major = definition.cpes.iter().find_map(|cpe| stream(cpe).0)?;
            Some(Distribution::RedHat.namespace(major))
        };
        let Some(namespace) = named.or_else(of_platform).or_else(of_cpes) else {
            whole = false;
            speaker.problem(&definition.id, format!("{} is of no known release", fact.package));
            continue;
        };
        let resolution = if unaffected {
            (Status::NotAffected, None)
        } else {
            resolution(definition, fact.package)
        };
        let mut fact = fact.clone();
        if unaffected {
            fact.ask = Ask::Impossible;
        }
        add(&mut statements, &fact, &namespace, channel, resolution);
    }
    if statements.is_empty() {
        return Err("no package with a release".to_owned());
    }
    let like = Affected {
        advisories: is_patch.then(|| own.to_owned()).into_iter().collect(),
        severity: severity(definition),
        cpes: definition.cpes.clone(),
        ..Affected::with_status(Status::Affected)
    };
    statements.say(&ids, &like, speaker)?;
    // An erratum's text is about all its CVEs at once; a vulnerability's is its own.
    let own = Vulnerability {
        title: if is_patch { String::new() } else { title(definition, ids[0]) },
        description: if is_patch || unaffected {
            String::new()
        } else {
            definition.description.clone()
        },
        modified: rfc3339(&definition.updated).filter(|_| !is_patch),
        ..Vulnerability::default()
    };
    describe(definition, &ids, &own, speaker);
    Ok(if whole { Fate::Kept } else { Fate::Rejected })
}

/// What follows the CVE in `CVE-2005-2541 tar: does not … (moderate)`.
fn title(definition: &Definition, cve: &str) -> String {
    let title = &*definition.title;
    let title = title.split_once(cve).map_or(title, |(_, rest)| rest);
    title.rsplit_once(" (").map_or(title, |(title, _)| title).trim().to_owned()
}

/// What the vendor says of a package that is affected without a fix.
fn resolution<'d>(definition: &'d Definition, package: &str) -> (Status, Option<&'d str>) {
    let names = |component: &String| {
        let name = component.rsplit('/').next().unwrap_or(component);
        name == package || package.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
    };
    let own = definition.resolutions.iter().find(|one| one.components.iter().any(names));
    let Some(resolution) = own.or_else(|| definition.resolutions.first()) else {
        return (Status::Affected, None);
    };
    let status = match &*resolution.state {
        "Will not fix" => Status::WillNotFix,
        "Fix deferred" => Status::FixDeferred,
        "Out of support scope" => Status::EndOfLife,
        "Under investigation" => Status::UnderInvestigation,
        "Not affected" => Status::NotAffected,
        _ => Status::Affected,
    };
    (status, Some(&*resolution.state).filter(|state| !state.is_empty()))
}
