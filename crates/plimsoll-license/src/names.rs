//! Names under which licences are known beside their SPDX identifiers.

/// The licence with this name in any spelling.
pub(crate) fn by_name(name: &str) -> Option<String> {
    let key = key(name);
    let listed = NAMES.binary_search_by(|(known, _)| (*known).cmp(key.as_str())).ok();
    if let Some((_, id)) = listed.and_then(|index| NAMES.get(index)) {
        return Some((*id).to_owned());
    }
    // An identifier in another case, or with spaces for its hyphens.
    let spelled = name.trim().replace([' ', '_'], "-");
    IDENTIFIERS.iter().find(|id| id.eq_ignore_ascii_case(&spelled)).map(|id| (*id).to_owned())
}

/// Several licences that share one name, which is all that can be said.
pub(crate) fn family(name: &str) -> Option<&'static str> {
    match key(name).as_str() {
        "bsd" | "bsd style" | "bsd like" => Some("BSD"),
        // Version 1.1 of the Apache licence asks for more than version 2 does.
        "apache" | "asl" => Some("Apache"),
        "public domain" | "pd" => Some("Public Domain"),
        _ => None,
    }
}

/// The licence whose text stands at an address.
pub(crate) fn by_address(address: &str) -> Option<&'static str> {
    let lower = address.trim().to_ascii_lowercase();
    let (_, rest) = lower.split_once("://")?;
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let rest = rest.trim_end_matches('/');
    let rest = [".txt", ".html", ".php", ".htm", ".md"]
        .iter()
        .find_map(|ending| rest.strip_suffix(ending))
        .unwrap_or(rest);
    if let Some((_, id)) = ADDRESSES.iter().find(|(known, _)| *known == rest) {
        return Some(id);
    }
    let (place, last) = rest.rsplit_once('/')?;
    let is_list = ["spdx.org/licenses", "opensource.org/licenses", "opensource.org/license"];
    if is_list.contains(&place) {
        return IDENTIFIERS
            .iter()
            .find(|id| id.eq_ignore_ascii_case(last))
            .copied()
            .or_else(|| spdx_id_ignoring_case(last));
    }
    None
}

fn spdx_id_ignoring_case(name: &str) -> Option<&'static str> {
    [name.to_owned(), name.to_uppercase()]
        .iter()
        .find_map(|name| spdx::license_id(name))
        .map(|id| id.name)
}

/// Lower case, without what says nothing: `The MIT License (MIT)` and `mit` are one.
fn key(name: &str) -> String {
    const FILLING: &[&str] =
        &["the", "license", "licence", "licenses", "version", "v", "software", "of", "a"];
    let is_between = |sign: char| !(sign.is_alphanumeric() || sign == '.' || sign == '+');
    let lower = name.to_lowercase();
    let mut words: Vec<&str> = Vec::new();
    for word in lower.split(is_between) {
        let word = match word.strip_prefix('v') {
            Some(number) if number.starts_with(|sign: char| sign.is_ascii_digit()) => number,
            _ => word,
        };
        let word = word.trim_end_matches('.');
        let word = word.strip_suffix(".0").unwrap_or(word);
        if word.is_empty() || FILLING.contains(&word) || words.contains(&word) {
            continue;
        }
        words.push(word);
    }
    words.join(" ")
}

/// Identifiers that are often written in another case.
const IDENTIFIERS: &[&str] = &[
    "0BSD",
    "AFL-2.1",
    "AFL-3.0",
    "Apache-1.0",
    "Apache-1.1",
    "Apache-2.0",
    "APSL-2.0",
    "Artistic-1.0",
    "Artistic-1.0-Perl",
    "Artistic-2.0",
    "Beerware",
    "BlueOak-1.0.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-2-Clause-Patent",
    "BSD-3-Clause",
    "BSD-4-Clause",
    "BSD-4-Clause-UC",
    "BSL-1.0",
    "bzip2-1.0.6",
    "CC-BY-2.0",
    "CC-BY-2.5",
    "CC-BY-3.0",
    "CC-BY-4.0",
    "CC-BY-NC-4.0",
    "CC-BY-NC-SA-4.0",
    "CC-BY-ND-4.0",
    "CC-BY-SA-2.0",
    "CC-BY-SA-3.0",
    "CC-BY-SA-4.0",
    "CC0-1.0",
    "CDDL-1.0",
    "CDDL-1.1",
    "CPL-1.0",
    "curl",
    "ECL-2.0",
    "EPL-1.0",
    "EPL-2.0",
    "EUPL-1.1",
    "EUPL-1.2",
    "FSFAP",
    "FSFUL",
    "FSFULLR",
    "FTL",
    "HPND",
    "ICU",
    "IJG",
    "ImageMagick",
    "Info-ZIP",
    "Intel",
    "IPL-1.0",
    "ISC",
    "JSON",
    "Latex2e",
    "Libpng",
    "libpng-2.0",
    "libtiff",
    "LPPL-1.3c",
    "MirOS",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-1.0",
    "MPL-1.1",
    "MPL-2.0",
    "MS-PL",
    "MS-RL",
    "MulanPSL-2.0",
    "NCSA",
    "NTP",
    "ODbL-1.0",
    "OFL-1.0",
    "OFL-1.1",
    "OLDAP-2.8",
    "OpenSSL",
    "OSL-3.0",
    "PHP-3.0",
    "PHP-3.01",
    "PostgreSQL",
    "PSF-2.0",
    "Python-2.0",
    "QPL-1.0",
    "Ruby",
    "SGI-B-2.0",
    "Sleepycat",
    "SSPL-1.0",
    "TCL",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "UPL-1.0",
    "Vim",
    "W3C",
    "WTFPL",
    "X11",
    "Zlib",
    "zlib-acknowledgement",
    "ZPL-2.0",
    "ZPL-2.1",
];

/// By [`key`], sorted.
const NAMES: &[(&str, &str)] = &[
    ("apache 1.1", "Apache-1.1"),
    ("apache 2", "Apache-2.0"),
    ("apache 2.0", "Apache-2.0"),
    ("apache public 2", "Apache-2.0"),
    ("apache2", "Apache-2.0"),
    // Perl's, as Debian keeps it among the common ones and Fedora's conversion table has it.
    ("artistic", "Artistic-1.0-Perl"),
    ("artistic 2", "Artistic-2.0"),
    ("asf 2", "Apache-2.0"),
    ("asl 1.1", "Apache-1.1"),
    ("asl 2", "Apache-2.0"),
    ("boost", "BSL-1.0"),
    ("boost 1", "BSL-1.0"),
    ("bouncy castle", "MIT"),
    ("bsd 0 clause", "0BSD"),
    ("bsd 2 clause", "BSD-2-Clause"),
    ("bsd 2 clause simplified", "BSD-2-Clause"),
    ("bsd 3 clause", "BSD-3-Clause"),
    ("bsd 3 clause new or revised", "BSD-3-Clause"),
    ("bsd 4 clause", "BSD-4-Clause"),
    ("bsd new", "BSD-3-Clause"),
    ("bsd simplified", "BSD-2-Clause"),
    ("bsd with advertising", "BSD-4-Clause"),
    ("cc by 4", "CC-BY-4.0"),
    ("cc by sa 4", "CC-BY-SA-4.0"),
    ("cc0", "CC0-1.0"),
    ("cc0 1", "CC0-1.0"),
    ("cc0 1 universal", "CC0-1.0"),
    ("cc0 1 universal public domain dedication", "CC0-1.0"),
    ("cddl 1", "CDDL-1.0"),
    ("cddl 1.1", "CDDL-1.1"),
    ("common development and distribution cddl 1", "CDDL-1.0"),
    ("common public 1", "CPL-1.0"),
    ("eclipse distribution 1", "BSD-3-Clause"),
    ("eclipse public 1", "EPL-1.0"),
    ("eclipse public 2", "EPL-2.0"),
    ("edl 1", "BSD-3-Clause"),
    ("epl 1", "EPL-1.0"),
    ("epl 2", "EPL-2.0"),
    ("european union public 1.2", "EUPL-1.2"),
    ("expat", "MIT"),
    ("expat mit", "MIT"),
    ("historical permission notice and disclaimer hpnd", "HPND"),
    ("isc", "ISC"),
    ("isc iscl", "ISC"),
    ("mit", "MIT"),
    ("mit expat", "MIT"),
    ("mit x11", "MIT"),
    ("mozilla public 1.1", "MPL-1.1"),
    ("mozilla public 1.1 mpl", "MPL-1.1"),
    ("mozilla public 2", "MPL-2.0"),
    ("mozilla public 2 mpl", "MPL-2.0"),
    ("mozilla public mpl 2", "MPL-2.0"),
    ("mpl 1.1", "MPL-1.1"),
    ("mpl 2", "MPL-2.0"),
    ("mplv1.1", "MPL-1.1"),
    ("mplv2", "MPL-2.0"),
    ("new bsd", "BSD-3-Clause"),
    ("openldap", "OLDAP-2.8"),
    ("openssl", "OpenSSL"),
    ("php 3.01", "PHP-3.01"),
    ("postgresql", "PostgreSQL"),
    ("psf", "PSF-2.0"),
    ("psf 2", "PSF-2.0"),
    ("psfl", "PSF-2.0"),
    ("python foundation", "PSF-2.0"),
    ("revised bsd", "BSD-3-Clause"),
    ("sil open font 1.1", "OFL-1.1"),
    ("sil open font 1.1 ofl", "OFL-1.1"),
    ("simplified bsd", "BSD-2-Clause"),
    ("unlicense", "Unlicense"),
    ("w3c", "W3C"),
    ("wtfpl", "WTFPL"),
    ("zlib", "Zlib"),
    ("zlib libpng", "Zlib"),
    ("zope public 2.1", "ZPL-2.1"),
];

/// Without scheme, `www.` and what follows the name of the file.
const ADDRESSES: &[(&str, &str)] = &[
    ("apache.org/licenses", "Apache-2.0"),
    ("apache.org/licenses/license-1.1", "Apache-1.1"),
    ("apache.org/licenses/license-2.0", "Apache-2.0"),
    ("repository.jboss.org/licenses/apache-2.0", "Apache-2.0"),
    ("opensource.org/licenses/mit-license", "MIT"),
    ("bouncycastle.org/licence", "MIT"),
    ("opensource.org/licenses/bsd-3-clause", "BSD-3-Clause"),
    ("eclipse.org/legal/epl-v10", "EPL-1.0"),
    ("eclipse.org/legal/epl-1.0", "EPL-1.0"),
    ("eclipse.org/legal/epl-v20", "EPL-2.0"),
    ("eclipse.org/legal/epl-2.0", "EPL-2.0"),
    ("eclipse.org/org/documents/epl-v10", "EPL-1.0"),
    ("eclipse.org/org/documents/edl-v10", "BSD-3-Clause"),
    ("mozilla.org/mpl/2.0", "MPL-2.0"),
    ("mozilla.org/en-us/mpl/2.0", "MPL-2.0"),
    ("mozilla.org/mpl/mpl-1.1", "MPL-1.1"),
    ("gnu.org/licenses/old-licenses/gpl-2.0", "GPL-2.0-only"),
    ("gnu.org/licenses/old-licenses/lgpl-2.1", "LGPL-2.1-only"),
    ("gnu.org/licenses/gpl-3.0", "GPL-3.0-only"),
    ("gnu.org/licenses/gpl-2.0", "GPL-2.0-only"),
    ("gnu.org/licenses/lgpl-3.0", "LGPL-3.0-only"),
    ("gnu.org/licenses/lgpl-2.1", "LGPL-2.1-only"),
    ("gnu.org/licenses/agpl-3.0", "AGPL-3.0-only"),
    ("creativecommons.org/publicdomain/zero/1.0", "CC0-1.0"),
    ("creativecommons.org/licenses/by/3.0", "CC-BY-3.0"),
    ("creativecommons.org/licenses/by/4.0", "CC-BY-4.0"),
    ("creativecommons.org/licenses/by-sa/4.0", "CC-BY-SA-4.0"),
    ("boost.org/license_1_0", "BSL-1.0"),
    ("unlicense.org", "Unlicense"),
    ("glassfish.dev.java.net/public/cddlv1.0", "CDDL-1.0"),
    ("json.org/license", "JSON"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_and_have_identifiers() {
        for pair in NAMES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{:?}", pair[1]);
        }
        let ids =
            NAMES.iter().chain(ADDRESSES).map(|(_, id)| *id).chain(IDENTIFIERS.iter().copied());
        for id in ids {
            assert_eq!(spdx::license_id(id).map(|known| known.name), Some(id));
        }
        for (name, _) in NAMES {
            assert!(by_name(name).is_some(), "{name}");
        }
    }

    #[test]
    fn a_family_is_no_licence() {
        assert_eq!((by_name("BSD"), family("BSD License")), (None, Some("BSD")));
        assert_eq!(by_name("apache"), None);
        assert_eq!(family("Apache Software License"), Some("Apache"));
    }
}
