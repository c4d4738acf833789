//! Java: archives, builds of Maven, Gradle and sbt, and runtimes.

mod archive;
mod catalog;
mod gradle;
mod gradle_version;
mod pom;
mod release;
mod sbt;
mod xml;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "jar",
        ecosystem: Ecosystem::Maven,
        type_name: "jar",
        evidence: Evidence::Installed,
        files: &[
            "*.jar", "*.war", "*.ear", "*.par", "*.hpi", "*.jpi", "*.sar", "*.kar", "*.nar",
            "*.rar",
        ],
        limit: 1 << 30,
        parser: Parser::Alone(archive::parse),
        defined_by: "https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html",
    },
    Extractor {
        id: "pom",
        ecosystem: Ecosystem::Maven,
        type_name: "pom",
        evidence: Evidence::Locked,
        files: &["pom.xml"],
        limit: 8 << 20,
        parser: Parser::WithOthers(pom::parse),
        defined_by: "https://maven.apache.org/pom.html",
    },
    Extractor {
        id: "maven-repository",
        ecosystem: Ecosystem::Maven,
        type_name: "pom",
        evidence: Evidence::Locked,
        files: &[".m2/repository/**/*.pom"],
        limit: 8 << 20,
        parser: Parser::Companion,
        defined_by: "https://maven.apache.org/repository/layout.html",
    },
    Extractor {
        id: "gradle-lock",
        ecosystem: Ecosystem::Maven,
        type_name: "gradle",
        evidence: Evidence::Locked,
        files: &["*gradle.lockfile", "gradle/dependency-locks/*.lockfile"],
        limit: 16 << 20,
        parser: Parser::Alone(gradle::parse),
        defined_by: "https://docs.gradle.org/current/userguide/dependency_locking.html",
    },
    Extractor {
        id: "gradle-catalog",
        ecosystem: Ecosystem::Maven,
        type_name: "gradle",
        evidence: Evidence::Locked,
        files: &["gradle/*.versions.toml"],
        limit: 4 << 20,
        parser: Parser::Alone(catalog::parse),
        defined_by: "https://docs.gradle.org/current/userguide/version_catalogs.html",
    },
    Extractor {
        id: "sbt-lock",
        ecosystem: Ecosystem::Maven,
        type_name: "sbt",
        evidence: Evidence::Locked,
        files: &["build.sbt.lock"],
        limit: 64 << 20,
        parser: Parser::Alone(sbt::parse),
        defined_by: "https://stringbean.github.io/sbt-dependency-lock/file-formats/version-1.html",
    },
    Extractor {
        id: "jvm-release",
        ecosystem: Ecosystem::Generic,
        type_name: "jvm",
        evidence: Evidence::Installed,
        files: &["release"],
        limit: 1 << 20,
        parser: Parser::Alone(release::parse),
        defined_by: "https://openjdk.org/jeps/223",
    },
];
