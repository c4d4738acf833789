//! Lua: rocks that LuaRocks installed, and its lock file.
//!
//! An installed rock has its [rockspec][rockspec] in a [tree][tree] that names it:
//! `lib/luarocks/rocks-LUA/NAME/VERSION-REVISION/NAME-VERSION-REVISION.rockspec`.
//!
//! [rockspec]: https://github.com/luarocks/luarocks/wiki/Rockspec-format
//! [tree]: https://github.com/luarocks/luarocks/wiki/File-locations

mod lock;
mod rockspec;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "rockspec",
        ecosystem: Ecosystem::LuaRocks,
        type_name: "luarocks",
        evidence: Evidence::Installed,
        files: &["luarocks/rocks-*/*/*/*.rockspec", "luarocks/rocks/*/*/*.rockspec"],
        limit: 1 << 20,
        parser: Parser::Alone(rockspec::parse),
        defined_by: "https://github.com/luarocks/luarocks/wiki/File-locations",
    },
    Extractor {
        id: "luarocks-lock",
        ecosystem: Ecosystem::LuaRocks,
        type_name: "luarocks",
        evidence: Evidence::Locked,
        files: &["luarocks.lock"],
        limit: 4 << 20,
        parser: Parser::Alone(lock::parse),
        defined_by: "https://github.com/luarocks/luarocks/wiki/Pinning-versions-with-a-lock-file",
    },
];
