//! Rows that others point to, found by their ids.

use std::collections::HashMap;

use plimsoll_sqlite::{Database, Error, Table};
use plimsoll_version::{Scheme, Syntax};

use super::blob::{VulnerabilityBlob, from_json};
use super::{any_text, number, text};
use crate::feed::identifier::is_cve;
use crate::import::namespace::{
    Family, Place, ecosystem_id, ecosystem_syntax, grype_distribution, normalised,
};
use crate::model::Severity;

/// The tables that handles point to.
pub(super) struct Lookup<'d, 'a> {
    vulnerabilities: Table<'d, 'a>,
    systems: Table<'d, 'a>,
    packages: Table<'d, 'a>,
    blobs: Table<'d, 'a>,
    cpes: Option<Table<'d, 'a>>,
    /// Operating systems that have been looked up: there are some hundred.
    places: HashMap<i64, Place>,
    /// The vulnerability that was looked up last: its statements stand together.
    last: Option<(i64, Named)>,
}

/// As many operating systems are remembered; more are an attack.
const MOST_PLACES: usize = 10_000;

/// A vulnerability as statements need it.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) provider: String,
    /// CVEs among its aliases, unless it is one itself.
    pub(super) cves: Vec<String>,
    pub(super) severity: Option<Severity>,
    /// Its record was taken back.
    pub(super) withdrawn: bool,
}

/// A product.
pub(super) struct Product {
    /// `vendor:product`.
    pub(super) name: String,
    /// CPE 2.3, with any version.
    pub(super) cpe: String,
}

impl<'d, 'a> Lookup<'d, 'a> {
    pub(super) fn open(database: &'d Database<'a>) -> Result<Lookup<'d, 'a>, Error> {
        Ok(Lookup {
            vulnerabilities: database.table("vulnerability_handles")?,
            systems: database.table("operating_systems")?,
            packages: database.table("packages")?,
            blobs: database.table("blobs")?,
            cpes: database.table("cpes").ok(),
            places: HashMap::new(),
            last: None,
        })
    }

    /// The JSON of a blob, read.
    pub(super) fn blob<T: serde::de::DeserializeOwned + Default>(
        &self,
        id: Option<i64>,
    ) -> Result<T, String> {
        // A handle may have nothing to say beyond itself.
        let Some(id) = id.filter(|&id| id != 0) else { return Ok(T::default()) };
        let row = self.blobs.row(id).map_err(|error| error.to_string())?;
        let row = row.ok_or_else(|| format!("there is no blob {id}"))?;
        let value = text(&self.blobs, &row, "value").map_err(|error| error.to_string())?;
        from_json(value)
    }

    /// A vulnerability by the id of its handle.
    pub(super) fn vulnerability(&mut self, id: i64) -> Result<Named, String> {
        if let Some((_, named)) = self.last.as_ref().filter(|(last, _)| *last == id) {
            return Ok(named.clone());
        }
        let table = &self.vulnerabilities;
        let read = || {
            let Some(row) = table.row(id)? else { return Ok(None) };
            let named = Named {
                name: text(table, &row, "name")?.to_owned(),
                provider: text(table, &row, "provider_id")?.to_owned(),
                cves: Vec::new(),
                severity: None,
                withdrawn: !any_text(table, &row, &["withdrawn_date"])?.is_empty()
                    || any_text(table, &row, &["status"])? == "rejected",
            };
            Ok(Some((named, number(table, &row, "blob_id")?)))
        };
        let found = read().map_err(|error: Error| error.to_string())?;
        let (mut named, blob) = found.ok_or_else(|| format!("there is no vulnerability {id}"))?;
        if !is_cve(&named.name) {
            let blob: VulnerabilityBlob = self.blob(blob)?;
            named.severity = blob.severity();
            named.cves = blob.aliases.into_iter().filter(|alias| is_cve(alias)).collect();
            named.cves.sort();
            named.cves.dedup();
        }
        self.last = Some((id, named.clone()));
        Ok(named)
    }

    /// The release of an operating system.
    pub(super) fn system(&mut self, id: i64) -> Result<Place, String> {
        if let Some(place) = self.places.get(&id) {
            return Ok(place.clone());
        }
        let table = &self.systems;
        let read = || {
            let Some(row) = table.row(id)? else { return Ok(None) };
            let of = |columns: &[&str]| any_text(table, &row, columns).map(str::to_owned);
            Ok(Some([
                of(&["name"])?,
                of(&["release_id"])?,
                of(&["major_version", "major"])?,
                of(&["minor_version", "minor"])?,
                of(&["label_version"])?,
                of(&["channel"])?,
            ]))
        };
        let found = read().map_err(|error: Error| error.to_string())?;
        let texts = found.ok_or_else(|| format!("there is no operating system {id}"))?;
        let [name, release_id, major, minor, label, channel] = &texts;
        let version = match (&**major, &**minor) {
            ("", _) => label.clone(),
            (major, "") => major.to_owned(),
            (major, minor) => format!("{major}.{minor}"),
        };
        let distribution = grype_distribution(release_id).or_else(|| grype_distribution(name));
        // Debian's unstable has a code name, as in its advisories.
        let version = if version == "unstable" { "sid".to_owned() } else { version };
        let namespace = match distribution {
            Some(distribution) => distribution.namespace(&version),
            None if name.is_empty() => return Err("its operating system has no name".to_owned()),
            None if version.is_empty() => name.clone(),
            None => format!("{name}:{version}"),
        };
        let scheme = distribution.map(plimsoll_version::Distribution::scheme);
        let place = Place {
            namespace,
            family: Family::Distribution,
            channel: Some(channel.clone()).filter(|channel| !channel.is_empty()),
            syntax: Syntax::Comparators(scheme.unwrap_or(Scheme::Generic)),
        };
        if self.places.len() < MOST_PLACES {
            self.places.insert(id, place.clone());
        }
        Ok(place)
    }

    /// Ecosystem and name of a package.
    pub(super) fn package(&self, id: i64) -> Result<(String, String), String> {
        let table = &self.packages;
        let read = || {
            let Some(row) = table.row(id)? else { return Ok(None) };
            let ecosystem = text(table, &row, "ecosystem")?.to_owned();
            Ok(Some((ecosystem, text(table, &row, "name")?.to_owned())))
        };
        let found = read().map_err(|error: Error| error.to_string())?;
        found
            .filter(|(_, name)| !name.is_empty())
            .ok_or_else(|| format!("there is no package {id}"))
    }

    /// A product by the id of its CPE.
    pub(super) fn product(&self, id: i64) -> Result<Product, String> {
        let missing = || format!("there is no CPE {id}");
        let table = self.cpes.as_ref().ok_or_else(missing)?;
        let read = || {
            let Some(row) = table.row(id)? else { return Ok(None) };
            let of = |columns: &[&str]| {
                let value = any_text(table, &row, columns)?;
                Ok::<_, Error>(if value.is_empty() { "*" } else { value }.to_owned())
            };
            let (vendor, product) = (of(&["vendor"])?, of(&["product"])?);
            let cpe = format!(
                "cpe:2.3:{}:{vendor}:{product}:*:*:{}:{}:{}:{}:{}:{}",
                of(&["part"])?,
                of(&["edition"])?,
                of(&["language"])?,
                of(&["software_edition", "sw_edition"])?,
                of(&["target_software", "target_sw"])?,
                of(&["target_hardware", "target_hw"])?,
                of(&["other"])?,
            );
            Ok(Some(Product { name: format!("{vendor}:{product}"), cpe }))
        };
        read().map_err(|error: Error| error.to_string())?.ok_or_else(missing)
    }
}

/// Where packages of an ecosystem without an operating system belong, and the name there.
pub(super) fn ecosystem(ecosystem: &str, name: &str) -> Result<(Place, String), String> {
    let id = match ecosystem_id(ecosystem) {
        Some(id) => id,
        None if ecosystem.is_empty() => return Err("its package has no ecosystem".to_owned()),
        // Others keep their name.
        None => ecosystem,
    };
    let place = Place {
        namespace: id.to_owned(),
        family: Family::Language,
        channel: None,
        syntax: ecosystem_syntax(id),
    };
    Ok((place, normalised(id, name).into_owned()))
}
