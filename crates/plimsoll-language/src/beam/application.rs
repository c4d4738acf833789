//! `NAME/ebin/NAME.app`: an application as the Erlang virtual machine starts it.

use plimsoll_image::{Parsed, ProblemKind};
use plimsoll_version::Ecosystem;

use super::term::{self, Term};
use crate::{Component, Input};

/// Applications that come with Erlang/OTP itself.
const OTP: &[&str] = &[
    "asn1",
    "common_test",
    "compiler",
    "crypto",
    "debugger",
    "dialyzer",
    "diameter",
    "edoc",
    "eldap",
    "erl_docgen",
    "erl_interface",
    "erts",
    "et",
    "eunit",
    "ftp",
    "inets",
    "jinterface",
    "kernel",
    "megaco",
    "mnesia",
    "observer",
    "odbc",
    "os_mon",
    "parsetools",
    "public_key",
    "reltool",
    "runtime_tools",
    "sasl",
    "snmp",
    "ssh",
    "ssl",
    "stdlib",
    "syntax_tools",
    "tftp",
    "tools",
    "wx",
    "xmerl",
];

/// Applications that come with Elixir.
const ELIXIR: &[&str] = &["eex", "elixir", "ex_unit", "iex", "logger", "mix"];

/// Reads one application.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    // Test suites of Common Test keep their data so.
    if input.directory().split('/').any(|name| name.ends_with("_SUITE_data")) {
        return parsed;
    }
    let text = input.lossy();
    let terms = match term::read(&text) {
        Ok(terms) => terms,
        Err(at) => {
            parsed.problem(ProblemKind::Malformed, format!("is no Erlang term from byte {at} on"));
            return parsed;
        }
    };
    let [kind, name, properties, ..] = terms.first().map(Term::tuple).unwrap_or_default() else {
        parsed.problem(ProblemKind::Malformed, "is no description of an application");
        return parsed;
    };
    let version = properties.property("vsn").and_then(Term::text);
    let (Some("application"), Some(name), Some(version)) = (kind.text(), name.text(), version)
    else {
        parsed.problem(ProblemKind::Malformed, "has no name or no version of an application");
        return parsed;
    };
    // The virtual machine demands this; a file of another name is never started.
    if input.name().strip_suffix(".app") == Some(name) {
        parsed.add(component(name, version));
    }
    parsed
}

fn component(name: &str, version: &str) -> Component {
    let of = |whole: &str, name: String| {
        let mut component = Component::new(Ecosystem::Generic, name, version);
        component.doubt = Some(format!("an application of {whole} itself, versioned with it"));
        component
    };
    if OTP.contains(&name) {
        return of("Erlang/OTP", format!("otp/{name}"));
    }
    if name == "elixir" {
        return Component::new(Ecosystem::Generic, name, version);
    }
    if ELIXIR.contains(&name) {
        return of("Elixir", format!("elixir/{name}"));
    }
    let mut component = Component::new(Ecosystem::Hex, name, version);
    component.doubt =
        Some("the name is the application's; its package may have another".to_owned());
    component
}
