//! Where an option's value comes from: the command line, else `PLIMSOLL_*`, else `TRIVY_*`, else
//! the configuration file.

use std::fmt;
use std::path::PathBuf;

use anyhow::anyhow;
use serde_json::Value;

use crate::config_file::ConfigFile;

/// Configuration keys of options whose key is not just their name. The first is Trivy's of today;
/// the others are older ones.
#[rustfmt::skip]
const CONFIG_KEYS: &[(&str, &[&str])] = &[
    ("cache-backend", &["cache.backend"]),
    ("cache-dir", &["cache.dir"]),
    ("db", &["db.file"]),
    ("detection-priority", &["scan.detection-priority"]),
    ("docker-host", &["image.docker.host"]),
    ("file-patterns", &["scan.file-patterns"]),
    ("ignore-status", &["vulnerability.ignore-status"]),
    ("ignore-unfixed", &["vulnerability.ignore-unfixed"]),
    ("ignored-licenses", &["license.ignored"]),
    ("image-src", &["image.source"]),
    ("include-dev-deps", &["pkg.include-dev-deps"]),
    ("no-progress", &["db.no-progress"]),
    ("offline-scan", &["scan.offline", "scan.offline-scan"]),
    ("parallel", &["scan.parallel"]),
    ("password", &["registry.password"]),
    ("pkg-relationships", &["pkg.relationships"]),
    ("pkg-types", &["pkg.types", "vulnerability.type"]),
    ("platform", &["image.platform"]),
    ("podman-host", &["image.podman.host"]),
    ("registry-token", &["registry.token", "registry.registry-token"]),
    ("scanners", &["scan.scanners", "scan.security-checks"]),
    ("skip-db-update", &["db.skip-update"]),
    ("skip-dirs", &["scan.skip-dirs"]),
    ("skip-files", &["scan.skip-files"]),
    ("username", &["registry.username"]),
];

/// Whether `key` of a configuration file is an option's own key. Plain names of options are known
/// to [`crate::args`].
pub(crate) fn is_config_key(key: &str) -> bool {
    CONFIG_KEYS.iter().any(|(_, keys)| keys.contains(&key))
}

/// Names of the environment and the configuration file, in the order in which they are asked.
pub(crate) struct Lookup<'a> {
    /// Reads an environment variable.
    pub(crate) environment: &'a dyn Fn(&str) -> Option<String>,
    /// The configuration file, if there is one.
    pub(crate) file: Option<&'a ConfigFile>,
}

/// Where a value was found, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The command line.
    Typed(&'static str),
    /// This environment variable.
    Variable(String),
    /// This key of this file.
    File(PathBuf, String),
}

/// A value with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

impl Lookup<'_> {
    /// One text.
    pub(crate) fn text(
        &self,
        option: &'static str,
        typed: Option<&String>,
    ) -> anyhow::Result<Option<Found<String>>> {
        if let Some(value) = typed {
            return Ok(Some(Found { value: value.clone(), origin: Origin::Typed(option) }));
        }
        if let Some(found) = self.variable(option) {
            return Ok(Some(found));
        }
        let Some((value, origin)) = self.in_file(option) else { return Ok(None) };
        match scalar(value) {
            Some(value) => Ok(Some(Found { value, origin })),
            None => Err(anyhow!("{origin}: one value is wanted here, not a list")),
        }
    }

    /// A list. On the command line an option may be repeated; everywhere its values may be
    /// separated by commas.
    pub(crate) fn list(
        &self,
        option: &'static str,
        typed: &[String],
    ) -> anyhow::Result<Option<Found<Vec<String>>>> {
        if !typed.is_empty() {
            let value = typed.iter().flat_map(|text| split(text)).collect();
            return Ok(Some(Found { value, origin: Origin::Typed(option) }));
        }
        if let Some(Found { value, origin }) = self.variable(option) {
            return Ok(Some(Found { value: split(&value), origin }));
        }
        let Some((value, origin)) = self.in_file(option) else { return Ok(None) };
        let texts = match value {
            Value::Array(items) => items.iter().map(scalar).collect(),
            value => scalar(value).map(|text| split(&text)),
        };
        match texts {
            Some(value) => Ok(Some(Found { value, origin })),
            None => Err(anyhow!("{origin}: a list of plain values is wanted here")),
        }
    }

    /// A switch; off if nobody says otherwise.
    pub(crate) fn switch(&self, option: &'static str, typed: Option<bool>) -> anyhow::Result<bool> {
        Ok(self.set_switch(option, typed)?.unwrap_or(false))
    }

    /// A switch, if anybody set it.
    pub(crate) fn set_switch(
        &self,
        option: &'static str,
        typed: Option<bool>,
    ) -> anyhow::Result<Option<bool>> {
        if typed.is_some() {
            return Ok(typed);
        }
        self.text(option, None)?.map(|found| found.read(read_switch)).transpose()
    }

    fn variable(&self, option: &str) -> Option<Found<String>> {
        let name = option.replace('-', "_").to_ascii_uppercase();
        ["PLIMSOLL", "TRIVY"].into_iter().find_map(|prefix| {
            let name = format!("{prefix}_{name}");
            // Set but empty means not set, as in Trivy: that is how CI systems clear a variable.
            let value = (self.environment)(&name).filter(|value| !value.is_empty())?;
            Some(Found { value, origin: Origin::Variable(name) })
        })
    }

    fn in_file(&self, option: &str) -> Option<(&Value, Origin)> {
        let file = self.file?;
        let own_keys = CONFIG_KEYS.iter().find(|(name, _)| *name == option);
        let own_keys = own_keys.map_or(&[][..], |(_, keys)| keys);
        // `db` is an option and also the name of a group of Trivy's keys.
        let plain = file.get(option).filter(|value| own_keys.is_empty() || !value.is_object());
        let keyed = own_keys.iter().find_map(|key| Some((*key, file.get(key)?)));
        let (key, value) = keyed.or(plain.map(|value| (option, value)))?;
        Some((value, Origin::File(file.path.clone(), key.to_owned())))
    }
}

impl<T> Found<T> {
    /// Reads the value; an error names where it came from.
    pub(crate) fn read<U>(&self, read: impl Fn(&T) -> Result<U, String>) -> anyhow::Result<U> {
        read(&self.value).map_err(|problem| anyhow!("{}: {problem}", self.origin))
    }
}

impl Found<Vec<String>> {
    /// Reads each value of a list.
    pub(crate) fn read_each<U>(
        &self,
        read: impl Fn(&str) -> Result<U, String>,
    ) -> anyhow::Result<Vec<U>> {
        self.value
            .iter()
            .map(|text| read(text).map_err(|problem| anyhow!("{}: {problem}", self.origin)))
            .collect()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Typed(option) => write!(f, "--{option}"),
            Origin::Variable(name) => write!(f, "the environment variable {name}"),
            Origin::File(path, key) => write!(f, "{key} in {}", path.display()),
        }
    }
}

fn read_switch(text: &String) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "t" => Ok(true),
        "false" | "0" | "f" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Splits at commas, but not inside the braces of a file pattern: `**/*.{md,txt}` is one value.
fn split(text: &str) -> Vec<String> {
    let mut depth = 0_u32;
    text.split(|character: char| {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
    .map(str::to_owned)
    .collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn environment(name: &str) -> Option<String> {
        let value = match name {
            "PLIMSOLL_FORMAT" => "json",
            "TRIVY_FORMAT" => "sarif",
            "TRIVY_SEVERITY" => "HIGH, CRITICAL",
            "PLIMSOLL_OUTPUT" => "",
            "TRIVY_OUTPUT" => "out.txt",
            "TRIVY_QUIET" => "yes",
            "TRIVY_DEBUG" => "1",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn file() -> ConfigFile {
        let text = "format: table\ntimeout: 10m\nexit-code: 3\nignore-unfixed: true\n\
                    scan: {skip-dirs: [a, 'b,c'], offline-scan: true}\nplatform: [x]\n\
                    vulnerability: {ignore-unfixed: false}\nskip-files: 'd,e'\nseverity: [[x]]\n";
        ConfigFile::parse(Path::new("trivy.yaml"), text).unwrap()
    }

    #[test]
    fn the_nearest_place_wins() {
        let file = file();
        let lookup = Lookup { environment: &environment, file: Some(&file) };
        let text = |option, typed: Option<&str>| {
            let typed = typed.map(str::to_owned);
            let found = lookup.text(option, typed.as_ref()).unwrap().unwrap();
            (found.value, found.origin.to_string())
        };
        let expect = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
        assert_eq!(text("format", Some("table")), expect("table", "--format"));
        assert_eq!(
            text("format", None),
            expect("json", "the environment variable PLIMSOLL_FORMAT")
        );
        assert_eq!(
            text("output", None),
            expect("out.txt", "the environment variable TRIVY_OUTPUT"),
            "an empty variable counts as absent"
        );
        assert_eq!(text("timeout", None), expect("10m", "timeout in trivy.yaml"));
        assert_eq!(text("exit-code", None), expect("3", "exit-code in trivy.yaml"));
        assert_eq!(lookup.text("cacert", None).unwrap(), None);
        assert!(lookup.text("platform", None).is_err(), "a list where one value is wanted");
    }

    #[test]
    fn lists_come_repeated_or_with_commas() {
        let file = file();
        let lookup = Lookup { environment: &environment, file: Some(&file) };
        let list = |option, typed: &[&str]| {
            let typed: Vec<String> = typed.iter().map(|text| (*text).to_owned()).collect();
            lookup.list(option, &typed).unwrap().unwrap().value
        };
        assert_eq!(list("severity", &["LOW,HIGH", "CRITICAL"]), ["LOW", "HIGH", "CRITICAL"]);
        assert_eq!(list("severity", &[]), ["HIGH", "CRITICAL"]);
        assert_eq!(list("skip-dirs", &[]), ["a", "b,c"], "items of a YAML list stay whole");
        assert_eq!(list("skip-files", &[]), ["d", "e"]);
        assert_eq!(list("skip-files", &["**/*.{md,txt},a"]), ["**/*.{md,txt}", "a"]);
        let nothing = |_: &str| None;
        let lookup = Lookup { environment: &nothing, file: Some(&file) };
        assert!(lookup.list("severity", &[]).is_err(), "a list of lists");
    }

    #[test]
    fn switches_come_from_everywhere() {
        let file = file();
        let lookup = Lookup { environment: &environment, file: Some(&file) };
        assert!(lookup.switch("debug", None).unwrap());
        assert!(!lookup.switch("debug", Some(false)).unwrap());
        assert!(lookup.switch("offline-scan", None).unwrap(), "Trivy's older key");
        assert!(
            !lookup.switch("ignore-unfixed", None).unwrap(),
            "Trivy's key before the plain name"
        );
        assert!(!lookup.switch("insecure", None).unwrap());
        let error = lookup.switch("quiet", None).unwrap_err().to_string();
        assert!(error.contains("TRIVY_QUIET") && error.contains("\"yes\""), "{error}");
    }
}
