//! Locked dependencies of Gradle: `gradle.lockfile`, or a file per configuration in old builds.
//!
//! <https://docs.gradle.org/current/userguide/dependency_locking.html>

use plimsoll_version::Ecosystem;

use crate::{Component, Input, Lines, Parsed, ProblemKind};

/// Configurations of plugins that look at code or make it, besides those of tests.
const TOOLS: &[&str] = &[
    "annotationprocessor",
    "checkstyle",
    "codenarc",
    "detekt",
    "errorprone",
    "jacocoagent",
    "jacocoant",
    "kapt",
    "kotlinbuildtoolsapiclasspath",
    "kotlincompilerclasspath",
    "kotlincompilerpluginclasspath",
    "kotlinklibcommonizerclasspath",
    "kotlinnativecompilerpluginclasspath",
    "ktlint",
    "pmd",
    "signatures",
    "spotbugs",
    "spotbugsplugins",
];

/// Reads a lock file.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::clean(Vec::new());
    let text = String::from_utf8_lossy(input.content);
    // The dependencies of the build script, of `settings.gradle`, and files of old builds, which
    // are named after their configuration.
    let name = input.name();
    let stem = name.strip_suffix(".lockfile").unwrap_or(name);
    let of_build =
        matches!(stem, "buildscript-gradle" | "settings-gradle" | "buildscript-classpath");
    for (line, number) in text.lines().map(str::trim).zip(1u32..) {
        if line.is_empty() || line.starts_with('#') || line.starts_with("empty=") {
            continue;
        }
        let (module, configurations) = line.split_once('=').unwrap_or((line, stem));
        let mut parts = module.split(':').map(str::trim);
        let (Some(group), Some(artifact), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            parsed.problem(
                ProblemKind::Malformed,
                format!("line {number}: no group, artifact and version"),
            );
            continue;
        };
        if group.is_empty() || artifact.is_empty() || version.is_empty() {
            parsed.problem(
                ProblemKind::Malformed,
                format!("line {number}: an empty name or version"),
            );
            continue;
        }
        let mut component =
            Component::new(Ecosystem::Maven, format!("{group}:{artifact}"), version);
        component.lines.push(Lines { start: number, end: number });
        component.dev = of_build || configurations.split(',').all(is_for_development);
        parsed.value.push(component);
    }
    parsed
}

/// Whether a configuration is for tests or tools: `testCompileClasspath`, `debugUnitTestRuntimeClasspath`.
fn is_for_development(configuration: &str) -> bool {
    let name = configuration.trim();
    let lower = name.to_ascii_lowercase();
    name.starts_with("test")
        || name.contains("Test")
        || lower.ends_with("annotationprocessor")
        || TOOLS.contains(&lower.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_tell_what_is_shipped() {
        for (name, expected) in [
            ("compileClasspath", false),
            ("runtimeClasspath", false),
            ("testRuntimeClasspath", true),
            ("integrationTestCompileClasspath", true),
            ("debugAndroidTestRuntimeClasspath", true),
            ("annotationProcessor", true),
            ("jacocoAgent", true),
            ("latestRuntime", false),
        ] {
            assert_eq!(is_for_development(name), expected, "{name}");
        }
    }
}
