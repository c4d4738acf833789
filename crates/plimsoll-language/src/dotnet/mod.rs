//! .NET: what an application is published with, NuGet's lock files and project files.
//!
//! `*.deps.json` is [the runtime's own list][deps] of an application's libraries; in the directory
//! of a [shared framework][layout] it tells the runtime itself. NuGet describes
//! [`packages.lock.json`][lock], [`packages.config`][config], [`PackageReference`][reference] and
//! [central package management][central]. [Versions][versions] are NuGet's.
//!
//! [deps]: https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
//! [layout]: https://learn.microsoft.com/en-us/dotnet/core/distribution-packaging
//! [lock]: https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files#locking-dependencies
//! [config]: https://learn.microsoft.com/en-us/nuget/reference/packages-config
//! [reference]: https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files
//! [central]: https://learn.microsoft.com/en-us/nuget/consume-packages/central-package-management
//! [versions]: https://learn.microsoft.com/en-us/nuget/concepts/package-versioning

mod config;
mod deps;
mod lock;
mod project;
mod xml;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "dotnet-deps",
        ecosystem: Ecosystem::NuGet,
        type_name: "dotnet-core",
        evidence: Evidence::Installed,
        files: &["*.deps.json"],
        limit: 64 << 20,
        parser: Parser::Alone(deps::parse),
        defined_by: "https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md",
    },
    Extractor {
        id: "nuget-lock",
        ecosystem: Ecosystem::NuGet,
        type_name: "nuget",
        evidence: Evidence::Locked,
        files: &["packages.lock.json", "packages.*.lock.json"],
        limit: 64 << 20,
        // A project file beside it has nothing to add to it and looks whether it is there.
        parser: Parser::WithOthers(|input, _| lock::parse(input)),
        defined_by: "https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files#locking-dependencies",
    },
    Extractor {
        id: "nuget-config",
        ecosystem: Ecosystem::NuGet,
        type_name: "nuget",
        evidence: Evidence::Locked,
        files: &["packages.config"],
        limit: 8 << 20,
        parser: Parser::Alone(config::parse),
        defined_by: "https://learn.microsoft.com/en-us/nuget/reference/packages-config",
    },
    Extractor {
        id: "nuget-central",
        ecosystem: Ecosystem::NuGet,
        type_name: "packages-props",
        evidence: Evidence::Locked,
        files: &["Directory.Packages.props", "Packages.props"],
        limit: 8 << 20,
        parser: Parser::Alone(project::central),
        defined_by: "https://learn.microsoft.com/en-us/nuget/consume-packages/central-package-management",
    },
    Extractor {
        id: "nuget-project",
        ecosystem: Ecosystem::NuGet,
        type_name: "nuget",
        evidence: Evidence::Locked,
        files: &["*.csproj", "*.fsproj", "*.vbproj"],
        limit: 8 << 20,
        parser: Parser::WithOthers(project::project),
        defined_by: "https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files",
    },
];
