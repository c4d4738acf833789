//! Real databases of Arch Linux: each record's directory is named for what must be in it.

use std::fs::File;

use crate::oracle::{files_of_tar, shared};
use flate2::read::GzDecoder;
use plimsoll_inventory::{os, pacman};
use plimsoll_version::Distribution;

#[test]
fn records_are_what_their_directories_say() {
    let Some(archive) = shared("rootfs/packages-rpm-apk-arch.tar.zst") else { return };
    let file = File::open(archive).expect("a readable file");
    let archives = files_of_tar(zstd::Decoder::new(file).expect("zstd"));
    let mut records = 0;
    for (archive, content) in archives.iter().filter(|(path, _)| path.starts_with("arch/")) {
        let files = files_of_tar(GzDecoder::new(&**content));
        for (path, content) in &files {
            let Some((directory, "desc")) = path.rsplit_once('/') else { continue };
            let directory = directory.rsplit('/').next().unwrap_or_default();
            let parsed = pacman::parse_desc(content);
            assert_eq!(parsed.problems, [], "{archive}: {path}");
            let package = &parsed.value[0];
            assert_eq!(format!("{}-{}", package.name, package.version), directory);
            let text = String::from_utf8_lossy(content);
            let architecture = text.split("%ARCH%\n").nth(1).and_then(|rest| rest.lines().next());
            assert_eq!(Some(&*package.architecture), architecture, "{path}");
            let licenses = text.split("%LICENSE%\n").nth(1).unwrap_or_default();
            let licenses: Vec<_> = licenses.lines().take_while(|line| !line.is_empty()).collect();
            assert_eq!(package.licenses, licenses, "{path}");
            records += 1;

            let beside = path.replace("/desc", "/files");
            if let Some((_, content)) = files.iter().find(|(path, _)| *path == beside) {
                let owned = pacman::parse_files(content).value;
                let text = String::from_utf8_lossy(content);
                let text = text.split("%BACKUP%").next().unwrap_or_default();
                let expected: Vec<_> = text
                    .lines()
                    .filter(|line| {
                        !line.is_empty() && !line.starts_with('%') && !line.ends_with('/')
                    })
                    .collect();
                let found: Vec<_> = owned.iter().map(String::from_utf8_lossy).collect();
                assert_eq!(found, expected, "{path}");
            }
        }
        let os_files: Vec<_> = os::OS_FILES
            .iter()
            .filter_map(|wanted| {
                let (_, content) = files.iter().find(|(path, _)| path == wanted)?;
                Some((*wanted, 0, content.as_slice()))
            })
            .collect();
        if let Some(os) = os::detect(&os_files).value {
            assert_eq!(os.distribution, Some(Distribution::Arch), "{archive}");
        }
    }
    assert!(records > 0);
    println!("{records} records");
}
