//! JavaScript: installed packages and the lock files of npm, Yarn, pnpm, Bun and Deno.

mod browser;
mod bun_lock;
mod deno_lock;
mod graph;
mod installed;
mod integrity;
mod json;
mod libraries;
mod manifest;
mod npm_lock;
mod pnpm_lock;
mod syml;
mod yarn_cache;
mod yarn_lock;

pub(crate) use json::Object;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "npm-installed",
        ecosystem: Ecosystem::Npm,
        type_name: "node-pkg",
        evidence: Evidence::Installed,
        files: &[
            "node_modules/**/package.json",
            "node_modules_*/*/package.json",
            "share/nodejs/*/package.json",
            "share/nodejs/@*/*/package.json",
            "lib/nodejs/*/package.json",
            "lib/nodejs/@*/*/package.json",
            "usr/lib/*/nodejs/*/package.json",
            "usr/lib/*/nodejs/@*/*/package.json",
            "yarn-v*/package.json",
            "corepack/v1/*/*/package.json",
            "registry.npmjs.org/*/*/package.json",
            "registry.npmjs.org/@*/*/*/package.json",
        ],
        // Those of large packages list every file that they export.
        limit: 8 << 20,
        parser: Parser::Alone(installed::parse),
        defined_by: "https://docs.npmjs.com/cli/configuring-npm/folders",
    },
    Extractor {
        id: "yarn-cache",
        ecosystem: Ecosystem::Npm,
        type_name: "node-pkg",
        evidence: Evidence::Installed,
        files: &[".yarn/cache/*.zip", ".yarn/berry/cache/*.zip"],
        limit: 512 << 20,
        parser: Parser::Alone(yarn_cache::parse),
        defined_by: "https://yarnpkg.com/features/caching",
    },
    Extractor {
        id: "npm-lock",
        ecosystem: Ecosystem::Npm,
        type_name: "npm",
        evidence: Evidence::Locked,
        files: &["package-lock.json", "npm-shrinkwrap.json"],
        limit: 256 << 20,
        parser: Parser::WithOthers(npm_lock::parse),
        defined_by: "https://docs.npmjs.com/cli/configuring-npm/package-lock-json",
    },
    Extractor {
        id: "yarn-lock",
        ecosystem: Ecosystem::Npm,
        type_name: "yarn",
        evidence: Evidence::Locked,
        files: &["yarn.lock"],
        limit: 256 << 20,
        parser: Parser::WithOthers(yarn_lock::parse),
        defined_by: "https://classic.yarnpkg.com/en/docs/yarn-lock",
    },
    Extractor {
        id: "pnpm-lock",
        ecosystem: Ecosystem::Npm,
        type_name: "pnpm",
        evidence: Evidence::Locked,
        files: &["pnpm-lock.yaml"],
        limit: 128 << 20,
        parser: Parser::WithOthers(pnpm_lock::parse),
        defined_by: "https://github.com/pnpm/spec/tree/master/lockfile",
    },
    Extractor {
        id: "bun-lock",
        ecosystem: Ecosystem::Npm,
        type_name: "bun",
        evidence: Evidence::Locked,
        files: &["bun.lock"],
        limit: 256 << 20,
        parser: Parser::Alone(bun_lock::parse),
        defined_by: "https://bun.com/docs/pm/lockfile",
    },
    Extractor {
        id: "deno-lock",
        ecosystem: Ecosystem::Npm,
        type_name: "deno",
        evidence: Evidence::Locked,
        files: &["deno.lock"],
        limit: 256 << 20,
        parser: Parser::Alone(deno_lock::parse),
        defined_by: "https://docs.deno.com/runtime/fundamentals/modules/",
    },
    // What projects say of themselves; after installed packages, whose manifests have the same name.
    Extractor {
        id: "npm-manifest",
        ecosystem: Ecosystem::Npm,
        type_name: "npm",
        evidence: Evidence::Locked,
        files: &["package.json"],
        limit: 8 << 20,
        parser: Parser::Companion,
        defined_by: "https://docs.npmjs.com/cli/configuring-npm/package-json",
    },
    Extractor {
        id: "browser-library",
        ecosystem: Ecosystem::Npm,
        type_name: "javascript",
        evidence: Evidence::Fingerprint,
        files: libraries::FILES,
        // Builds for browsers with everything in them have up to ten.
        limit: 32 << 20,
        parser: Parser::Alone(browser::parse),
        defined_by: "https://github.com/RetireJS/retire.js",
    },
];
