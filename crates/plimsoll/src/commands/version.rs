//! `plimsoll version`.

use serde_json::json;

use super::Run;
use crate::database::ChosenDatabase;
use crate::exit::Outcome;
use crate::output;
use crate::values::Format;

/// Prints the version of the program and what its database is.
pub(crate) fn run(run: &Run<'_>, format: Format) -> anyhow::Result<Outcome> {
    let database = ChosenDatabase::open(None, &run.cache.directory);
    let text = match (&database, format) {
        (Ok(database), Format::Json) => {
            let info = database.get().info();
            let described = json!({
                "Path": database.path(),
                "Starter": info.starter,
                "CreatedAt": info.created,
                "Vulnerabilities": info.vulnerabilities,
            });
            json!({ "Version": env!("CARGO_PKG_VERSION"), "Database": described }).to_string()
                + "\n"
        }
        (Ok(database), _) => {
            let info = database.get().info();
            let created = info.created.map(|created| format!(" of {created}")).unwrap_or_default();
            format!(
                "plimsoll {}\ndatabase: {}{created}, {} vulnerabilities\n",
                env!("CARGO_PKG_VERSION"),
                database.place(),
                info.vulnerabilities
            )
        }
        (Err(error), Format::Json) => {
            let described = json!({ "Error": format!("{error:#}") });
            json!({ "Version": env!("CARGO_PKG_VERSION"), "Database": described }).to_string()
                + "\n"
        }
        (Err(error), _) => {
            format!("plimsoll {}\ndatabase: {error:#}\n", env!("CARGO_PKG_VERSION"))
        }
    };
    output::deliver(text.as_bytes(), None)?;
    Ok(Outcome::Clean)
}
