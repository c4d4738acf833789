//! Which licence a whole text is, by sentences that no other licence has.

/// The licence of a text, or of a file that begins with one.
///
/// The text of a GNU licence does not say whether later versions may be chosen, which stands in
/// each program; without that only the version at hand counts.
pub fn detect(text: &str) -> Option<&'static str> {
    // What tells licences apart stands in their first pages.
    const ENOUGH: usize = 20_000;
    let mut plain = String::new();
    for word in text.split(|sign: char| sign.is_whitespace() || "*#/\"'`“”;".contains(sign)) {
        if word.is_empty() {
            continue;
        }
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.extend(word.chars().flat_map(char::to_lowercase));
        if plain.len() > ENOUGH {
            break;
        }
    }
    let has = |phrase: &str| plain.contains(phrase);
    let found = TEXTS.iter().find(|(_, with, without)| {
        with.iter().all(|phrase| has(phrase)) && !without.iter().any(|phrase| has(phrase))
    });
    found.map(|(id, ..)| *id)
}

/// Phrases that a text must have, and those that it must not have; the first row that fits.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const BSD_SOURCE: &str = "redistributions of source code must retain the above copyright notice";
const BSD_BINARY: &str = "redistributions in binary form must reproduce the above copyright notice";
const MIT_GRANT: &str =
    "permission is hereby granted, free of charge, to any person obtaining a copy";

const TEXTS: &[Row] = &[
    ("AGPL-3.0-only", &["gnu affero general public license", "version 3, 19 november 2007"], &[]),
    ("LGPL-3.0-only", &["gnu lesser general public license", "version 3, 29 june 2007"], &[]),
    ("LGPL-2.1-only", &["gnu lesser general public license", "version 2.1, february 1999"], &[]),
    ("LGPL-2.0-only", &["gnu library general public license", "version 2, june 1991"], &[]),
    ("GPL-3.0-only", &["gnu general public license", "version 3, 29 june 2007"], &[]),
    ("GPL-2.0-only", &["gnu general public license", "version 2, june 1991"], &[]),
    ("Apache-2.0", &["apache license", "version 2.0, january 2004"], &[]),
    ("Apache-2.0", &["licensed under the apache license, version 2.0"], &[]),
    ("MPL-2.0", &["mozilla public license", "version 2.0", "covered software"], &[]),
    ("MPL-2.0", &["subject to the terms of the mozilla public license, v. 2.0"], &[]),
    ("MPL-1.1", &["mozilla public license version 1.1"], &[]),
    ("EPL-2.0", &["eclipse public license - v 2.0"], &[]),
    ("EPL-1.0", &["eclipse public license - v 1.0"], &[]),
    ("CDDL-1.0", &["common development and distribution license", "version 1.0"], &[]),
    ("Artistic-2.0", &["the artistic license 2.0"], &[]),
    ("OFL-1.1", &["sil open font license version 1.1"], &[]),
    ("CC0-1.0", &["cc0 1.0 universal"], &[]),
    ("Unlicense", &["this is free and unencumbered software released into the public domain"], &[]),
    ("BSL-1.0", &["boost software license - version 1.0"], &[]),
    ("WTFPL", &["do what the fuck you want to public license"], &[]),
    (
        "Zlib",
        &[
            "this software is provided as-is , without any express or implied warranty",
            "altered source versions must be plainly marked",
        ],
        &[],
    ),
    ("PSF-2.0", &["python software foundation license version 2"], &["beopen", "cnri"]),
    ("Python-2.0", &["python software foundation license version 2", "beopen"], &[]),
    (
        "PostgreSQL",
        &["for any purpose, without fee, and without a written agreement is hereby granted"],
        &[],
    ),
    (
        "BSD-4-Clause",
        &[BSD_SOURCE, BSD_BINARY, "all advertising materials mentioning features"],
        &[],
    ),
    ("BSD-3-Clause", &[BSD_SOURCE, BSD_BINARY, "neither the name"], &[]),
    ("BSD-3-Clause", &[BSD_SOURCE, BSD_BINARY, "may not be used to endorse or promote"], &[]),
    ("BSD-2-Clause", &[BSD_SOURCE, BSD_BINARY], &["openssl", "apache"]),
    (
        "MIT",
        &[MIT_GRANT, "permission notice", "shall be included in all"],
        &["except as contained in this notice", "good, not evil"],
    ),
    ("JSON", &[MIT_GRANT, "shall be used for good, not evil"], &[]),
    ("X11", &[MIT_GRANT, "except as contained in this notice"], &[]),
    ("MIT-0", &[MIT_GRANT, "without restriction"], &["permission notice"]),
    (
        "ISC",
        &[
            "permission to use, copy, modify, and",
            "distribute this software for any purpose with or without fee is hereby granted, provided",
        ],
        &[],
    ),
    (
        "0BSD",
        &[
            "permission to use, copy, modify, and",
            "distribute this software for any purpose with or without fee is hereby granted.",
        ],
        &[],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_by_their_own_sentences() {
        for (text, id) in [
            (
                "MIT License\n\nCopyright (c) 2020 Somebody\n\nPermission is hereby granted, free of\n\
                 charge, to any person obtaining a copy of this software, without restriction. The above \
                 copyright notice and this permission notice shall be included in all copies.",
                Some("MIT"),
            ),
            (
                "                    GNU GENERAL PUBLIC LICENSE\n  Version 2, June 1991",
                Some("GPL-2.0-only"),
            ),
            (
                "GNU LESSER GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n\n GNU General Public License",
                Some("LGPL-3.0-only"),
            ),
            (
                "   Apache License\n   Version 2.0, January 2004\n   http://www.apache.org/licenses/",
                Some("Apache-2.0"),
            ),
            (
                "* Redistributions of source code must retain the above copyright notice, this\n *   list\n\
                 * Redistributions in binary form must reproduce the above copyright notice",
                Some("BSD-2-Clause"),
            ),
            (
                "Redistributions of source code must retain the above copyright notice\n\
                 Redistributions in binary form must reproduce the above copyright notice\n\
                 Neither the name of the copyright holder nor",
                Some("BSD-3-Clause"),
            ),
            (
                "Permission to use, copy, modify, and/or distribute this software for any purpose with or \
                 without fee is hereby granted, provided that the above",
                Some("ISC"),
            ),
            (
                "This software is provided 'as-is', without any express or implied\nwarranty. 2. Altered \
                 source versions must be plainly marked as such",
                Some("Zlib"),
            ),
            ("All rights reserved. You may not use this.", None),
            ("", None),
        ] {
            assert_eq!(detect(text), id, "{text}");
        }
    }
}
