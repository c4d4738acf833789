//! Files whose shape asks for more than their size: each must be read in about linear time.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::support::Watch;

/// Far more than a linear parser needs for these files without optimisation, far less than a
/// square one.
const LONGEST: Duration = Duration::from_secs(30);

fn read(path: &str, text: &str) -> Watch {
    let begun = Instant::now();
    let mut watch = Watch::of(&[]);
    assert!(watch.read(path, text.as_bytes()), "{path} has no feed");
    println!("{path}: {} bytes in {:.2} s", text.len(), begun.elapsed().as_secs_f64());
    assert!(begun.elapsed() < LONGEST, "{path} took {:?}", begun.elapsed());
    watch
}

fn numbered(count: usize, form: impl Fn(usize, &mut String)) -> String {
    let mut text = String::new();
    for number in 0..count {
        form(number, &mut text);
    }
    text
}

#[test]
fn many_priorities_and_lanes() {
    let lines = numbered(50_000, |number, text| {
        writeln!(text, "Priority_p{number}: low\njammy_p{number}: needed")
            .expect("a string takes it");
    });
    let watch = read(
        "active/CVE-2020-1234",
        &format!("Candidate: CVE-2020-1234\nPublicDate: 2020-01-01\n{lines}"),
    );
    assert_eq!(watch.affected_total, 50_000);
}

#[test]
fn many_ids_in_one_text() {
    let ids = numbered(200_000, |number, text| {
        write!(text, "CVE-2020-{} ", number + 1000).expect("a string takes it");
    });
    let text = format!(
        r#"{{"apkurl":"","urlprefix":"","distroversion":"v3.19","packages":[{{"pkg":{{"name":"a","secfixes":{{"1-r0":["{ids}"]}}}}}}]}}"#
    );
    let watch = read("v3.19/main.json", &text);
    assert!(watch.affected_total < 100);
    let related = ids.trim_end().replace(' ', "\",\"");
    let text = format!(
        r#"{{"id":"ALSA-2020:1","summary":"Low: a","affected":[{{"package":{{"ecosystem":"AlmaLinux:8","name":"a"}},"ranges":[{{"events":[{{"fixed":"1-1"}}]}}]}}],"related":["{related}"]}}"#
    );
    let watch = read("almalinux8/ALSA-2020:1.json", &text);
    assert_eq!(watch.affected_total, 200_000);
}

#[test]
fn many_references_in_one_record() {
    let references = numbered(200_000, |number, text| {
        write!(text, r#"{{"url":"https://a/{number}"}},"#).expect("a string takes it");
    });
    let references = references.trim_end_matches(',');
    let text = format!(
        r#"{{"dataType":"CVE_RECORD","cveMetadata":{{"cveId":"CVE-2020-1234","state":"PUBLISHED"}},"containers":{{"cna":{{"references":[{references}]}},"adp":[{{"references":[{references}]}}]}}}}"#
    );
    assert_eq!(read("CVE-2020-1234.json", &text).counts("cve").kept, 1);
}

#[test]
fn many_attributes_of_one_element() {
    let attributes = numbered(100_000, |number, text| {
        write!(text, " a{number}=\"\"").expect("a string takes it");
    });
    let text = format!(
        "<oval_definitions><definitions><definition{attributes}/></definitions></oval_definitions>"
    );
    assert_eq!(read("azurelinux-3.0-oval.xml", &text).counts("azure").rejected, 1);
}

#[test]
fn deep_documents() {
    for (open, path) in [("[", "known.json"), ("{\"a\":", "known.json")] {
        let text =
            format!(r#"{{"cveID":0,"dateAdded":0,"vulnerabilities":{}"#, open.repeat(200_000));
        assert_eq!(read(path, &text).counts("kev").rejected, 1);
    }
    for open in ["[", "{a: "] {
        let text = format!("package:\n  name: a\nadvisories: {}", open.repeat(50_000));
        assert_eq!(read("a.advisories.yaml", &text).counts("wolfi").rejected, 1);
    }
    let steps = numbered(3000, |number, text| {
        writeln!(text, "{}a:", " ".repeat(number)).expect("a string takes it");
    });
    assert_eq!(
        read("b.advisories.yaml", &format!("package:\n{steps}")).counts("wolfi").rejected,
        1
    );
}

#[test]
fn many_lines_of_one_entry() {
    let lines = numbered(50_000, |number, text| {
        writeln!(text, "\t- p{number} <unfixed>\n\t[bookworm] - p{number} <no-dsa>")
            .expect("a string takes it");
    });
    let watch = read("data/CVE/list", &format!("CVE-2020-1234 (a)\n{lines}"));
    assert_eq!(watch.counts("debian").rejected, 1);
    assert_eq!(watch.affected_total, 0);
}
