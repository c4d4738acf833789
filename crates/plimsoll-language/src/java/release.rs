//! Java runtimes: the `release` file at the root of each JDK and JRE.
//!
//! <https://openjdk.org/jeps/223> says what `JAVA_VERSION` is; the other properties are
//! [those of the vendors](https://adoptium.net/blog/2021/08/using-the-release-file/).
//! NVD knows versions up to 8 by their update (`1.8.0:update392`), and later ones as they are.

use plimsoll_version::Ecosystem;

use crate::{Component, Input, Parsed, ProblemKind};

/// A build of OpenJDK, or of something like it.
struct Flavour {
    /// What `IMPLEMENTOR` or `IMPLEMENTOR_VERSION` contains, in lower case.
    sign: &'static str,
    name: &'static str,
    /// `vendor:product` in NVD besides `oracle:openjdk`, where its versions are those of Java.
    product: Option<&'static str>,
}

/// The first that fits holds.
const FLAVOURS: &[Flavour] = &[
    flavour("temurin", "temurin", Some("eclipse:temurin")),
    flavour("adoptium", "temurin", Some("eclipse:temurin")),
    flavour("adoptopenjdk", "adoptopenjdk", None),
    flavour("corretto", "corretto", Some("amazon:corretto")),
    flavour("amazon", "corretto", Some("amazon:corretto")),
    flavour("zulu", "zulu", None),
    flavour("azul", "zulu", None),
    flavour("bellsoft", "liberica", None),
    flavour("microsoft", "microsoft-openjdk", None),
    flavour("sap se", "sapmachine", None),
    flavour("dragonwell", "dragonwell", None),
    flavour("alibaba", "dragonwell", None),
    flavour("tencent", "kona", None),
    flavour("jetbrains", "jetbrains-runtime", None),
    flavour("international business machines", "semeru", None),
    flavour("ibm", "semeru", None),
];

const fn flavour(sign: &'static str, name: &'static str, product: Option<&'static str>) -> Flavour {
    Flavour { sign, name, product }
}

/// Reads a `release` file; nothing for one of another program.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    let text = String::from_utf8_lossy(input.content);
    let get = |name: &str| {
        let mut values =
            text.lines().filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
        values
            .next()
            .map(|value| value.trim().trim_matches('"').trim())
            .filter(|one| !one.is_empty())
    };
    let others = ["IMPLEMENTOR", "MODULES", "OS_ARCH", "OS_NAME", "SOURCE"];
    if !text.lines().any(|line| line.trim_start().starts_with("JAVA_VERSION="))
        || others.iter().all(|name| get(name).is_none())
    {
        return parsed;
    }
    let stated = get("JAVA_VERSION").unwrap_or_default();
    let Some(version) = Version::parse(stated) else {
        parsed.problem(
            ProblemKind::Malformed,
            format!("JAVA_VERSION {stated:?} is no version of Java"),
        );
        return parsed;
    };
    let said = ["IMPLEMENTOR", "IMPLEMENTOR_VERSION", "JVM_VARIANT"]
        .map(|name| get(name).unwrap_or_default());
    let all = said.join("\n").to_lowercase();
    let graal = get("GRAALVM_VERSION");
    let commercial = get("BUILD_TYPE") == Some("commercial");
    let mut cpes = Vec::new();
    let name = if graal.is_some() || all.contains("graalvm") {
        cpes.push(version.cpe("oracle:graalvm_for_jdk"));
        if let Some(graal) = graal.and_then(Version::parse) {
            cpes.push(graal.cpe("oracle:graalvm"));
        }
        "graalvm"
    } else if commercial {
        let product = match get("IMAGE_TYPE") {
            Some("JRE") => "oracle:jre",
            _ => "oracle:jdk",
        };
        cpes.push(version.cpe(product));
        cpes.push(version.cpe("oracle:java_se"));
        "oracle-jdk"
    } else {
        cpes.push(version.cpe("oracle:openjdk"));
        let known = FLAVOURS.iter().find(|flavour| all.contains(flavour.sign));
        cpes.extend(known.and_then(|flavour| flavour.product).map(|product| version.cpe(product)));
        known.map_or("openjdk", |flavour| flavour.name)
    };
    if all.contains("openj9")
        && let Some(of_machine) = get("JVM_VERSION").and_then(openj9)
    {
        cpes.push(of_machine.cpe("eclipse:openj9"));
    }
    let mut component = Component::new(Ecosystem::Generic, name, version.text());
    component.cpes = cpes;
    parsed.value.push(component);
    parsed
}

/// `openj9-0.36.0` of a virtual machine's version.
fn openj9(text: &str) -> Option<Version<'_>> {
    let version = text.strip_prefix("openj9-").unwrap_or(text);
    Version::parse(version).filter(|_| text.starts_with("openj9-"))
}

/// A version of Java.
enum Version<'a> {
    /// `1.8.0_392`: 8, update 392.
    Old { major: &'a str, update: &'a str },
    /// `17.0.15`.
    New(&'a str),
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Version<'a>> {
        // The number of the build is no part of a release's version.
        let text = text.split(['+', '-']).next().unwrap_or(text);
        if let Some(old) = text.strip_prefix("1.") {
            let (number, update) = old.split_once('_').unwrap_or((old, ""));
            let major = number.split('.').next().unwrap_or(number);
            let update = update.trim_start_matches('0');
            return (is_number(major) && (update.is_empty() || is_number(update)))
                .then_some(Version::Old { major, update });
        }
        let fits = text.split('.').all(is_number);
        fits.then_some(Version::New(text))
    }

    /// `8u392`, `17.0.15`.
    fn text(&self) -> String {
        match self {
            Version::Old { major, update: "" } => (*major).to_owned(),
            Version::Old { major, update } => format!("{major}u{update}"),
            Version::New(text) => (*text).to_owned(),
        }
    }

    /// The name of this version of a product, as NVD writes it.
    fn cpe(&self, product: &str) -> String {
        let (version, update) = match (self, product) {
            (Version::Old { .. }, "oracle:java_se") => (self.text(), "*".to_owned()),
            (Version::Old { major, update }, _) => {
                let version = match product {
                    "oracle:jdk" | "oracle:jre" => format!("1.{major}.0"),
                    _ => (*major).to_owned(),
                };
                let update = match *update {
                    "" => "-".to_owned(),
                    update => format!("update{update}"),
                };
                (version, update)
            }
            (Version::New(text), _) => ((*text).to_owned(), "*".to_owned()),
        };
        format!("cpe:2.3:a:{product}:{version}:{update}:*:*:*:*:*:*")
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String, Vec<String>)> {
        let parsed = parse(Input { path: "opt/java/release", content: text.as_bytes() });
        parsed.value.into_iter().map(|one| (one.name, one.version, one.cpes)).collect()
    }

    #[test]
    fn flavours_are_told_apart() {
        for (text, name, version, cpes) in [
            (
                "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"17.0.15\"\n",
                "temurin",
                "17.0.15",
                &["oracle:openjdk:17.0.15:*", "eclipse:temurin:17.0.15:*"][..],
            ),
            (
                "JAVA_VERSION=\"1.8.0_392\"\nOS_NAME=\"Linux\"\n",
                "openjdk",
                "8u392",
                &["oracle:openjdk:8:update392"],
            ),
            (
                "JAVA_VERSION=\"1.8.0_401\"\nOS_ARCH=\"amd64\"\nBUILD_TYPE=\"commercial\"\n",
                "oracle-jdk",
                "8u401",
                &["oracle:jdk:1.8.0:update401", "oracle:java_se:8u401:*"],
            ),
            (
                "IMPLEMENTOR=\"GraalVM Community\"\nJAVA_VERSION=\"21.0.2\"\nGRAALVM_VERSION=\"23.1.2\"\n",
                "graalvm",
                "21.0.2",
                &["oracle:graalvm_for_jdk:21.0.2:*", "oracle:graalvm:23.1.2:*"],
            ),
            (
                "IMPLEMENTOR=\"Azul Systems, Inc.\"\nJAVA_VERSION=\"11.0.21\"\n",
                "zulu",
                "11.0.21",
                &["oracle:openjdk:11.0.21:*"],
            ),
        ] {
            let cpes: Vec<String> =
                cpes.iter().map(|one| format!("cpe:2.3:a:{one}:*:*:*:*:*:*")).collect();
            assert_eq!(read(text), [(name.to_owned(), version.to_owned(), cpes)]);
        }
    }

    #[test]
    fn other_release_files_are_none() {
        assert_eq!(read("Debian 12\n"), []);
        assert_eq!(read("JAVA_VERSION=\"17\"\n"), []);
        assert_eq!(read("# JAVA_VERSION=\"17\"\nOS_NAME=\"Linux\"\n"), []);
    }
}
