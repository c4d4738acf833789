//! Package, vulnerability and version as documents say them, read without the parsers under test.

use serde_json::Value;

/// The texts between two marks, each.
pub(crate) fn between<'t>(
    text: &'t str,
    start: &'t str,
    end: &'t str,
) -> impl Iterator<Item = &'t str> {
    text.split(start).skip(1).filter_map(move |rest| rest.split(end).next())
}

pub(crate) fn is_cve(word: &str) -> bool {
    word.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')).is_some_and(|(year, number)| {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        year.len() == 4 && number.len() >= 4 && digits(year) && digits(number)
    })
}

/// File, package, vulnerability and version.
pub(crate) type Rows = Vec<(String, String, String, String)>;

pub(crate) fn of_updateinfo(path: &str, text: &str) -> Rows {
    let mut rows = Vec::new();
    for update in between(text, "<update ", "</update>") {
        let attribute = |element: &str, name: &str| {
            between(element, &format!(" {name}=\""), "\"").next().unwrap_or("").to_owned()
        };
        let references = between(update, "<reference ", ">");
        let cves: Vec<String> =
            references.map(|one| attribute(one, "id")).filter(|id| is_cve(id)).collect();
        for package in between(update, "<package ", ">") {
            // `name=` is also the end of `filename=`, but not behind a space.
            let package = format!(" {package}");
            let version =
                format!("{}-{}", attribute(&package, "version"), attribute(&package, "release"));
            if attribute(&package, "arch") != "src" {
                for cve in &cves {
                    let name = attribute(&package, "name");
                    rows.push((path.to_owned(), name, cve.clone(), version.clone()));
                }
            }
        }
    }
    rows
}

pub(crate) fn of_cvrf(path: &str, text: &str) -> Rows {
    let mut rows = Vec::new();
    for flaw in text.split("Vulnerability ").skip(1) {
        let Some(cve) = between(flaw, "CVE>", "</").next() else { continue };
        for product in between(flaw, "ProductID>", "</") {
            let Some((release, build)) = product.split_once(':') else { continue };
            let is_release = ["SUSE Linux Enterprise ", "openSUSE "]
                .iter()
                .any(|start| release.starts_with(start));
            let mut parts = build.rsplitn(3, '-');
            let (revision, version, name) = (parts.next(), parts.next(), parts.next());
            if let (Some(revision), Some(version), Some(name), true) =
                (revision, version, name, is_release)
            {
                let version = format!("{version}-{revision}");
                rows.push((path.to_owned(), name.to_owned(), cve.to_owned(), version));
            }
        }
    }
    rows
}

/// Arch's groups, Photon's rows, and errata with `packages` and `references` of their own.
pub(crate) fn of_json(path: &str, value: &Value) -> Rows {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    if let Some(members) = value.as_array() {
        return members.iter().flat_map(|member| of_json(path, member)).collect();
    }
    let mut rows = Vec::new();
    let mut add = |package: String, id: String, version: String| {
        if is_cve(&id) && !package.is_empty() {
            rows.push((path.to_owned(), package, id, version));
        }
    };
    if text(&value["name"]).starts_with("AVG-") {
        for package in list(&value["packages"]) {
            for issue in list(&value["issues"]) {
                add(text(&package), text(&issue), text(&value["fixed"]));
            }
        }
    } else if value.get("cve_id").is_some() && value.get("res_ver").is_some() {
        let is_fixed = text(&value["res_ver"]) != "NA";
        let is_odd = text(&value["status"]) == "Fixed" && !is_fixed;
        if !is_odd {
            let version = if is_fixed { text(&value["res_ver"]) } else { String::new() };
            add(text(&value["pkg"]), text(&value["cve_id"]), version);
        }
    } else if value.get("red_hat_advisory_id").is_some() {
        for package in list(&value["packages"]) {
            let nevra = text(&package["nevra"]);
            let Some((name, rest)) = nevra.split_once(":").and_then(|(name, rest)| {
                Some((name.rsplit_once('-')?.0, rest.strip_suffix(".rpm")?))
            }) else {
                continue;
            };
            let Some((version, architecture)) = rest.rsplit_once('.') else { continue };
            for cve in list(&value["cves"]).iter().filter(|_| architecture != "src") {
                add(name.to_owned(), text(&cve["cve"]), version.to_owned());
            }
        }
    } else if let Some(pages) = value.get("advisories").filter(|_| value.get("total").is_some()) {
        return of_json(path, pages);
    } else if path.contains("/golden/") || path.ends_with(".golden") {
        for package in list(&value["packages"]) {
            for reference in list(&value["references"]) {
                let version =
                    format!("{}-{}", text(&package["version"]), text(&package["release"]));
                if text(&package["arch"]) != "src" {
                    add(text(&package["name"]), text(&reference["id"]), version);
                }
            }
        }
        if path.contains("/oracle/") {
            let title = text(&value["Title"]);
            let mut comments = Vec::new();
            comments_of(&value["Criteria"], &mut comments);
            for comment in comments {
                let Some((package, version)) = comment.split_once(" is earlier than ") else {
                    continue;
                };
                for cve in list(&value["Cves"]) {
                    add(package.to_owned(), text(&cve["ID"]), version.to_owned());
                }
            }
            assert!(!title.is_empty(), "{path}");
        }
    }
    rows
}

fn comments_of(criteria: &Value, into: &mut Vec<String>) {
    for inner in criteria["Criterias"].as_array().into_iter().flatten() {
        comments_of(inner, into);
    }
    for criterion in criteria["Criterions"].as_array().into_iter().flatten() {
        into.extend(criterion["Comment"].as_str().map(str::to_owned));
    }
}
