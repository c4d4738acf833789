//! The tables of `docs/coverage.md` that follow from the code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use plimsoll_inventory::{Evidence, Extractor, extractors};
use plimsoll_language::Parser;
use plimsoll_version::Ecosystem;

const PAGE: &str = "docs/coverage.md";

/// Writes the tables, or (with `check`) says whether they are as written.
pub(crate) fn generate(check: bool) -> Result<()> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(PAGE);
    let text = std::fs::read_to_string(&page).with_context(|| format!("cannot read {PAGE}"))?;
    let fresh = with_tables(&text)?;
    if check {
        if fresh != text {
            bail!("{PAGE} is not what the code says: run `cargo xtask coverage`");
        }
        return Ok(());
    }
    std::fs::write(&page, fresh).with_context(|| format!("cannot write {PAGE}"))
}

fn with_tables(text: &str) -> Result<String> {
    let mut text = text.to_owned();
    for (name, table) in [("files", files()), ("programs", programs())] {
        let (start, end) = (format!("<!-- generated: {name} -->\n"), "<!-- end -->");
        let from = text.find(&start).with_context(|| format!("{PAGE} has no place for {name}"))?;
        let from = from + start.len();
        let length =
            text[from..].find(end).with_context(|| format!("the place for {name} has no end"))?;
        text.replace_range(from..from + length, &format!("\n{table}\n"));
    }
    Ok(text)
}

/// Every kind of file, ecosystem by ecosystem.
fn files() -> String {
    let mut rows: Vec<&Extractor> = extractors().collect();
    rows.sort_by_key(|row| name(row.ecosystem).to_lowercase());
    let mut table = String::from(
        "| ecosystem | files | id | type in reports | what it proves | defined by |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let patterns: Vec<String> = row.files.iter().map(|one| format!("`{one}`")).collect();
        let patterns = match row.files {
            [] => "programs (ELF, PE, Mach-O)".to_owned(),
            _ => patterns.join(" "),
        };
        let proves = match (row.parser, row.evidence) {
            (Parser::Companion, _) => "nothing; read with the others",
            (_, Evidence::Installed) => "installed",
            (_, Evidence::Locked) => "will be installed (source trees only)",
            (_, Evidence::Listed) => "listed by whoever built it",
            (_, Evidence::Embedded) => "built in",
            (_, Evidence::Fingerprint) => "looks like it",
        };
        let (ecosystem, id) = (name(row.ecosystem), row.id);
        let (kind, link) = (row.type_name, row.defined_by);
        let _ = writeln!(
            table,
            "| {ecosystem} | {patterns} | {id} | {kind} | {proves} | [link]({link}) |"
        );
    }
    table
}

/// What has no registry stands by itself.
fn name(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Generic => "(no registry)",
        other => other.name(),
    }
}

/// Every product that is known by its looks.
fn programs() -> String {
    let mut products: BTreeMap<&str, (Vec<&str>, Vec<&str>, bool)> = BTreeMap::new();
    for product in plimsoll_binary::products() {
        let (files, cpes, linked) = products.entry(product.name).or_default();
        files.extend(product.files);
        cpes.extend(product.cpes);
        *linked |= product.linked;
    }
    let mut table = String::from("| product | files | CPE | linked copies |\n|---|---|---|---|\n");
    for (name, (mut files, mut cpes, linked)) in products {
        for list in [&mut files, &mut cpes] {
            list.sort_unstable();
            list.dedup();
        }
        let code = |list: &[&str]| -> String {
            let quoted: Vec<String> = list.iter().map(|one| format!("`{one}`")).collect();
            quoted.join(" ")
        };
        let linked = if linked { "looked for in every program" } else { "" };
        let _ = writeln!(table, "| {name} | {} | {} | {linked} |", code(&files), code(&cpes));
    }
    table
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_says_what_the_code_says() {
        super::generate(true).expect("run `cargo xtask coverage`");
    }
}
