//! Erlang and Elixir: Mix, Rebar and installed OTP applications.
//!
//! [`mix.lock`][mix] is a map in Elixir, [`rebar.lock`][rebar] and [`*.app`][app] are Erlang terms.
//! Hex has [semantic versions][versions].
//!
//! [mix]: https://hexdocs.pm/mix/Mix.Tasks.Deps.html
//! [rebar]: https://rebar3.org/docs/configuration/dependencies/#lock-files
//! [app]: https://www.erlang.org/doc/apps/kernel/app.html
//! [versions]: https://hexdocs.pm/elixir/Version.html

mod application;
mod mix;
mod rebar;
mod term;

use plimsoll_version::Ecosystem;

use crate::{Evidence, Extractor, Parser};

/// The files that are read.
pub(crate) const EXTRACTORS: &[Extractor] = &[
    Extractor {
        id: "mix-lock",
        ecosystem: Ecosystem::Hex,
        type_name: "hex",
        evidence: Evidence::Locked,
        files: &["mix.lock"],
        limit: 8 << 20,
        parser: Parser::Alone(mix::parse),
        defined_by: "https://hexdocs.pm/mix/Mix.Tasks.Deps.html",
    },
    Extractor {
        id: "rebar-lock",
        ecosystem: Ecosystem::Hex,
        type_name: "hex",
        evidence: Evidence::Locked,
        files: &["rebar.lock"],
        limit: 8 << 20,
        parser: Parser::Alone(rebar::parse),
        defined_by: "https://rebar3.org/docs/configuration/dependencies/#lock-files",
    },
    Extractor {
        id: "otp-application",
        ecosystem: Ecosystem::Hex,
        type_name: "hex",
        evidence: Evidence::Installed,
        files: &["*/ebin/*.app"],
        limit: 4 << 20,
        parser: Parser::Alone(application::parse),
        defined_by: "https://www.erlang.org/doc/apps/kernel/app.html",
    },
];
