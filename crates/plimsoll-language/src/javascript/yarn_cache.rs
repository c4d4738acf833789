//! Packages that Yarn runs from their archives, without unpacking them (Plug'n'Play).
//!
//! <https://yarnpkg.com/features/pnp>, <https://yarnpkg.com/features/caching>. Each archive in
//! `.yarn/cache` has one package in `node_modules`, which may have bundled others. `.pnp.cjs` lists
//! the same packages and is not needed for that.

use std::io::{Cursor, Read};

use plimsoll_image::{Parsed, ProblemKind};

use super::installed::{self, Place};
use super::json::Object;
use crate::{Component, Input};

/// The largest real `package.json` has under 1 MiB.
const MAX_MANIFEST: u64 = 4 << 20;

/// Members of one archive; the largest real ones have some ten thousand.
const MAX_MEMBERS: usize = 200_000;

/// Packages bundled in one archive.
const MAX_PACKAGES: usize = 5_000;

/// Reads the manifests in the archive.
pub(super) fn parse(input: Input<'_>) -> Parsed<Vec<Component>> {
    let mut parsed = Parsed::default();
    let mut archive = match zip::ZipArchive::new(Cursor::new(input.content)) {
        Ok(archive) => archive,
        Err(error) => {
            parsed.problem(ProblemKind::Malformed, format!("it is no zip archive: {error}"));
            return parsed;
        }
    };
    if archive.len() > MAX_MEMBERS {
        parsed.problem(ProblemKind::TooLarge, format!("it has more than {MAX_MEMBERS} members"));
        return parsed;
    }
    let mut wanted: Vec<(String, Place)> = archive
        .file_names()
        .filter_map(|name| {
            let name = name.ok()?.into_owned();
            let place = Place::of(&name)?;
            Some((name, place))
        })
        .collect();
    wanted.sort_unstable_by(|left, right| left.0.cmp(&right.0));
    if wanted.len() > MAX_PACKAGES {
        let message = format!("there are more than {MAX_PACKAGES} packages in it");
        parsed.problem(ProblemKind::TooLarge, message);
        wanted.truncate(MAX_PACKAGES);
    }
    for (name, place) in wanted {
        match read(&mut archive, &name) {
            Ok(content) => {
                let text = String::from_utf8_lossy(&content);
                match Object::parse(&text) {
                    Ok(object) => {
                        if let Some(mut component) = installed::component(&object, &place) {
                            component.inside = Some(name);
                            parsed.add(component);
                        }
                    }
                    Err(error) => {
                        parsed.problem(ProblemKind::Malformed, format!("{name}: {error}"));
                    }
                }
            }
            Err(error) => parsed.problem(ProblemKind::Malformed, format!("{name}: {error}")),
        }
    }
    parsed
}

fn read(archive: &mut zip::ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Vec<u8>, String> {
    let member = archive.by_name(name).map_err(|error| error.to_string())?;
    let mut content = Vec::new();
    let read = member.take(MAX_MANIFEST + 1).read_to_end(&mut content);
    read.map_err(|error| error.to_string())?;
    if content.len() as u64 > MAX_MANIFEST {
        return Err(format!("it is larger than {MAX_MANIFEST} bytes"));
    }
    Ok(content)
}
