//! The command line: what was typed becomes settings, settings become one action, and the action
//! ends in an exit code. Everything that Plimsoll knows is in the other crates.

mod acquire;
mod args;
mod clock;
mod commands;
mod config_file;
mod database;
mod database_args;
mod database_source;
mod deadline;
mod document;
mod duration;
mod exit;
mod ignorefile;
mod java_names;
mod keys;
mod lookup;
mod messages;
mod open;
mod output;
mod places;
mod progress;
mod refresh;
mod render;
mod repository;
mod settings;
mod skip;
mod values;
mod verified;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::args::Args;
use crate::clock::Clock;
use crate::commands::Run;
use crate::exit::Outcome;
use crate::messages::{Messages, with_causes};
use crate::settings::{Action, Settings, Surroundings};

/// How databases name the program that made them.
const BUILDER: &str = concat!("plimsoll ", env!("CARGO_PKG_VERSION"));

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            if let Some(hint) = args::hint_about_trivys_command(&error) {
                Messages { quiet: false, debug: false }.error(hint);
                return ExitCode::from(exit::FAILURE);
            }
            // Prints help and usage errors, and ends with 0 and 2.
            error.exit()
        }
    };

    let environment = |name: &str| std::env::var(name).ok();
    let surroundings = Surroundings { environment: &environment, directory: Path::new(".") };
    let settings = match Settings::resolve(&args, &surroundings) {
        Ok(settings) => settings,
        Err(error) => {
            Messages { quiet: false, debug: false }.error(with_causes(&error));
            return ExitCode::from(exit::FAILURE);
        }
    };
    deadline::enforce(settings.timeout, settings.messages);

    let run = Run {
        messages: settings.messages,
        progress: settings.progress,
        cache: &settings.cache,
        clock: Clock::from_environment(&environment),
        environment: &environment,
        directory: surroundings.directory,
    };
    let outcome = match &settings.action {
        Action::Scan(scan) => commands::scan::run(&run, scan),
        Action::Database(action) => commands::db::run(&run, action),
        Action::Clean(clean) => commands::clean::run(&run, *clean),
        Action::Version { format } => commands::version::run(&run, *format),
    };
    match outcome {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            settings.messages.error(with_causes(&error));
            Outcome::Failed.into()
        }
    }
}
