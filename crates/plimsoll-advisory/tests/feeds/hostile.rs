//! What no feed should publish: broken samples, cut and changed files.

use std::time::{Duration, Instant};

use crate::support::{Watch, each_file};
use crate::unpack::unpack;

/// A small generator of the xorshift family: the same changes in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1) as u64).expect("it is below a usize")
    }
}

/// One well-formed file of each feed.
const SEEDS: &[(&str, &str)] = &[
    (
        "advisories/almalinux9/ALSA-2022:7288.json",
        r#"{"id":"ALSA-2022:7288","summary":"Important: virt:rhel security update","affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1:3.0.1-43.module_el8.3.0+1+2"}]}]}],"related":["CVE-2022-3602"],"details":"* a: b (CVE-2022-3602)","modified":"2022-11-02T00:00:00Z","references":[{"url":"https://a/CVE-2022-3602"}]}"#,
    ),
    (
        "data/DSA/list",
        "[12 Feb 2025] DSA-5865-1 webkit2gtk - security update\n\t{CVE-2025-24143 CVE-2025-24150}\n\t[bookworm] - webkit2gtk 2.46.6-1~deb12u1\n\t[jessie] - x <end-of-life> (y)\n\tNOTE: z\n",
    ),
    (
        "data/CVE/list",
        "CVE-2023-XXXX [code]\n\t- foot 1.15.3-2 (low; bug #1053115)\n\t[bookworm] - foot <no-dsa> (Minor)\nCVE-2021-1234 (words)\n\t{DSA-1-1}\n\t- ant <unfixed> (unimportant)\n",
    ),
    (
        "data/json",
        r#"{"a":{"CVE-2020-1111":{"description":"ä","releases":{"sid":{"status":"open","repositories":{"sid":"1"},"nodsa":"x","nodsa_reason":"postponed","urgency":"high**"},"bookworm":{"status":"resolved","repositories":{},"fixed_version":"0"}}}}}"#,
    ),
    (
        "active/CVE-2019-15903",
        "Candidate: CVE-2019-15903\nPublicDate: 2019-09-04 06:15:00 UTC\nReferences:\n https://a\nDescription:\n ä b\nPriority: medium\nPriority_a_xenial: low\nCVSS:\n nvd: CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H\njammy_a: released (1.2-3)\nesm-infra/xenial_a: ignored (end of life, was needed)\nbionic_a: not-affected\n",
    ),
    (
        "v3.19/main.json",
        r#"{"apkurl":"x","reponame":"main","urlprefix":"https://dl-cdn.alpinelinux.org/alpine","distroversion":"v3.19","packages":[{"pkg":{"name":"xen","secfixes":{"4-r0":["CVE-2018-3620 XSA-273","CVE 2018-1"],"0":["CVE-2022-1343"],"1":{}}}}]}"#,
    ),
    (
        "v3.9/main.yaml",
        "---\ndistroversion: v3.9\nreponame: main\napkurl: \"{{urlprefix}}\"\npackages:\n  - pkg:\n      name: ansible\n      secfixes:\n        2.7.3-r0:\n          - CVE 2018-16859\n        0: &a\n          - CVE-2019-3828\n        1: *a\n",
    ),
    (
        "a.advisories.yaml",
        "package:\n  name: openssl\nadvisories:\n  - id: CGA-3mrr-589r-46qj\n    aliases: [CVE-2024-5535, GHSA-4fc7-mvrr-wv2c]\n    events:\n      - timestamp: 2024-06-28T16:12:19Z\n        type: fixed\n        data:\n          fixed-version: 3.3.1-r3\n",
    ),
    (
        "azurelinux-3.0-oval.xml",
        r#"<oval_definitions xmlns:l="y"><generator><timestamp>2024-10-10T12:04:24Z</timestamp></generator><definitions><definition id="d"><metadata><title>a &amp; &#x41;<![CDATA[b]]></title><reference ref_id="CVE-2024-4577" ref_url="u"/><patchable>true</patchable><severity>High</severity></metadata><criteria><criterion test_ref="t"/></criteria></definition></definitions><tests><l:rpminfo_test id="t"><l:object object_ref="o"/><l:state state_ref="s"/></l:rpminfo_test></tests><objects><l:rpminfo_object id="o"><l:name>thrift</l:name></l:rpminfo_object></objects><states><l:rpminfo_state id="s"><l:evr operation="less than">0:1-1</l:evr></l:rpminfo_state></states></oval_definitions>"#,
    ),
    ("vex/2024/cve-2024-1.json", include_str!("../../../../fuzz/seeds/feeds/csaf")),
    ("vex/cve/2016/CVE-2016-20013.json", include_str!("../../../../fuzz/seeds/feeds/openvex")),
    ("cve/CVE-2023-48161.json", include_str!("../../../../fuzz/seeds/feeds/redhat-api")),
    ("external/cve_feed", include_str!("../../../../fuzz/seeds/feeds/rootio")),
    ("echo/data.json", include_str!("../../../../fuzz/seeds/feeds/echo")),
    ("vex/deletions.csv", include_str!("../../../../fuzz/seeds/feeds/redhat-deletions")),
    ("repository-to-cpe.json", include_str!("../../../../fuzz/seeds/feeds/redhat-repositories")),
    (
        "kev.json",
        r#"{"dateReleased":"2026-08-07T16:45:47Z","vulnerabilities":[{"cveID":"CVE-2021-44228","dateAdded":"2021-12-10","dueDate":"2021-12-24","knownRansomwareCampaignUse":"Known"}]}"#,
    ),
    (
        "epss_scores-2026-08-16.csv",
        "#model_version:v,score_date:2026-08-16T00:00:00Z\ncve,epss,percentile\nCVE-1999-0001,0.03351,0.8765\n",
    ),
    (
        "CVE-2024-3094.json",
        r#"{"dataType":"CVE_RECORD","cveMetadata":{"cveId":"CVE-2024-3094","state":"REJECTED","dateUpdated":"2024-08-20T17:24:56.165Z"},"containers":{"cna":{"title":"Xz","metrics":[{"cvssV3_1":{"vectorString":"CVSS:3.1/AV:N"}}],"descriptions":[{"lang":"en","value":"a"}],"problemTypes":[{"descriptions":[{"cweId":"CWE-506"}]}]},"adp":[{"title":"CISA ADP Vulnrichment","metrics":[{"other":{"type":"ssvc","content":{"options":[{"Exploitation":"poc"}]}}}],"providerMetadata":{"shortName":"CISA-ADP"}}]}}"#,
    ),
    (
        "products/debian.md",
        "---\ntitle: Debian\npermalink: /debian\nreleases:\n- releaseCycle: \"12\"\n  eol: 2026-07-11\n  eoes: true\n---\ntext\n",
    ),
    (
        "full",
        r#"{"generated_at":"2025-07-02T00:53:29+00:00","result":[{"name":"ubuntu","releases":[{"name":"24.04","isEol":false,"eolFrom":"2029-04-25"}]}]}"#,
    ),
    ("GO-2024-0001.json", include_str!("../../../../fuzz/seeds/feeds/osv")),
    ("PYSEC-2024-0001.yaml", include_str!("../../../../fuzz/seeds/feeds/osv-yaml")),
    ("RUSTSEC-2024-0001.md", include_str!("../../../../fuzz/seeds/feeds/rustsec-markdown")),
    (
        "ubuntu.csv",
        "version,codename,series,created,release,eol,eol-server,eol-esm\n22.04 LTS,J,jammy,2021-10-14,2022-04-21,2027-06-01,2027-06-01,2032-04-21\n",
    ),
    ("gems/activerecord/CVE-2022-0001.yml", include_str!("../../../../fuzz/seeds/feeds/rubysec")),
    (
        "vendor/package/CVE-2022-0001.yaml",
        include_str!("../../../../fuzz/seeds/feeds/friendsofphp"),
    ),
    (
        "maven/org.example/thing/CVE-2022-0001.yml",
        include_str!("../../../../fuzz/seeds/feeds/gitlab-community"),
    ),
    ("vuln/core/1.json", include_str!("../../../../fuzz/seeds/feeds/nodejs-security-wg")),
    ("repository/jsrepository-v5.json", include_str!("../../../../fuzz/seeds/feeds/retirejs")),
    ("Content/3.json", include_str!("../../../../fuzz/seeds/feeds/retirenet")),
    (
        "statements/CVE-2022-0001/statement.yaml",
        include_str!("../../../../fuzz/seeds/feeds/project-kb"),
    ),
    ("data/2024/CVE-2024-0072.json", include_str!("../../../../fuzz/seeds/feeds/nvd-overrides")),
    ("nvdcve-2.0-2024.json", include_str!("../../../../fuzz/seeds/feeds/nvd")),
];

/// Feeds whose seeds are those of the fuzz targets, and what their files are called.
const FUZZED: &[(&str, &str)] = &[
    ("redhat-oval", "rhel-8.oval.xml"),
    ("almalinux-oval", "org.almalinux.alsa-9.xml"),
    ("oracle-oval", "com.oracle.elsa-all.xml"),
    ("suse-oval", "suse.linux.enterprise.server.15.xml"),
    ("photon-oval", "com.vmware.phsa-photon5.xml"),
    ("debian-oval", "oval-definitions-bullseye.xml"),
    ("ubuntu-oval", "com.ubuntu.jammy.cve.oval.xml"),
    ("amazon-updateinfo", "repodata/updateinfo.xml"),
    ("fedora-updateinfo", "repodata/updateinfo.xml"),
    ("fedora-bodhi", "updates.json"),
    ("rocky-apollo", "page1.json"),
    ("almalinux-errata", "8/errata.json"),
    ("alpine-tracker", "CVE-2019-1003051.json"),
    ("arch-groups", "all.json"),
    ("bottlerocket-advisories", "advisories/2.8.1/BRSA-r8uf9b2maepy.toml"),
    ("photon-cves", "cve_data_photon4.0.json"),
    ("suse-cvrf", "cvrf-suse-su-2019-1608-1.xml"),
];

/// Pieces that parsers stumble over, put in at random places.
const PIECES: &[&str] = &[
    "\u{0}", "\n", "\"", "{", "[", "<", "&", ":", "-", "(", "ä", "\u{fffd}", "CVE-", "0", "*a",
    "&a ", "]]>", "<!--", "\t", "  ", ",",
];

#[test]
fn cut_and_changed_files_are_read_to_some_end() {
    let begun = Instant::now();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut read = 0;
    let fuzzed = FUZZED.iter().map(|(feed, path)| {
        let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/feeds");
        let text = std::fs::read_to_string(format!("{seeds}/{feed}")).expect("a seed");
        // They are longer, and the fuzzer goes on where this ends.
        (*path, text, 7, 300)
    });
    let own = SEEDS.iter().map(|(path, text)| (*path, (*text).to_owned(), 1, 1500));
    for (path, text, step, changes) in own.chain(fuzzed) {
        let mut whole = Watch::of(&[]);
        assert!(whole.read(path, text.as_bytes()), "{path} has no feed");
        assert!(
            whole.counts.values().any(|counts| counts.kept > 0),
            "{path}: {:?}",
            whole.problems
        );
        let feed = plimsoll_advisory::feed::detect(path, text.as_bytes()).unwrap();
        let mut take = |bytes: &[u8]| {
            let mut watch = Watch::of(&[]);
            // Straight to the parser: the changed file may no longer look like its own feed.
            (feed.parse)(&plimsoll_advisory::feed::FileContext { path }, bytes, &mut watch);
            watch.read(path, bytes);
            read += 1;
        };
        for end in (0..text.len()).step_by(step) {
            take(&text.as_bytes()[..end]);
        }
        for _ in 0..changes {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len());
                match random.below(4) {
                    0 => bytes[at] ^= 1 << random.below(8),
                    1 => {
                        bytes.remove(at);
                    }
                    2 => {
                        let piece = PIECES[random.below(PIECES.len())];
                        bytes.splice(at..at, piece.bytes());
                    }
                    _ => {
                        let end = (at + random.below(40)).min(bytes.len());
                        let copy = bytes[at..end].to_vec();
                        let to = random.below(bytes.len());
                        bytes.splice(to..to, copy);
                    }
                }
                if bytes.is_empty() {
                    bytes.push(b'\n');
                }
            }
            take(&bytes);
        }
    }
    println!("{read} files in {:.1} s", begun.elapsed().as_secs_f64());
    assert!(begun.elapsed() < Duration::from_secs(120), "some change made a parser slow");
}

/// Feeds of which the samples have nothing; tests of their own read complete copies of them.
const WITHOUT_SAMPLE: [&str; 15] = [
    "bottlerocket-advisories",
    "openeuler-updateinfo",
    "photon-updateinfo",
    "suse-updateinfo",
    "rustsec-markdown",
    "endoflife-products",
    "distro-info",
    "wolfi-advisories",
    "rubysec",
    "friendsofphp",
    "nodejs-security-wg",
    "retirejs",
    "retirenet",
    "project-kb",
    "nvd-overrides",
];

#[test]
fn every_real_sample_is_read_or_passed_over() {
    let begun = Instant::now();
    let mut watch = Watch::of(&[]);
    let mut taken = std::collections::BTreeMap::new();
    let mut slowest = (Duration::ZERO, String::new());
    let found =
        each_file("data/upstream-feed-samples/upstream-feed-samples.tar.zst", |path, bytes| {
            unpack(path, bytes, &mut |path, bytes| {
                let start = Instant::now();
                if let Some(feed) = plimsoll_advisory::feed::detect(
                    path,
                    &bytes[..bytes.len().min(plimsoll_advisory::feed::HEAD)],
                ) {
                    taken.entry(feed.id).or_insert_with(Vec::new).push(path.to_owned());
                    watch.read(path, bytes);
                    for end in [bytes.len() / 3, bytes.len() / 2, bytes.len().saturating_sub(3)] {
                        (feed.parse)(
                            &plimsoll_advisory::feed::FileContext { path },
                            &bytes[..end],
                            &mut Watch::of(&[]),
                        );
                    }
                }
                if start.elapsed() > slowest.0 {
                    slowest = (start.elapsed(), path.to_owned());
                }
            });
        });
    if !found {
        return;
    }
    watch.report("samples", begun);
    println!("  slowest: {slowest:?}");
    for (feed, paths) in &taken {
        println!("  {feed}: {} files", paths.len());
        for path in paths {
            println!("    {path}");
        }
    }
    // These have complete sets, or nothing but what the parser's own tests have.
    for feed in plimsoll_advisory::feed::FEEDS {
        assert!(
            taken.contains_key(feed.id) || WITHOUT_SAMPLE.contains(&feed.id),
            "no sample of {}",
            feed.id
        );
    }
}
