//! The main section of `META-INF/MANIFEST.MF`.
//!
//! <https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest>

/// Bytes of a manifest that are looked at. Signed archives list every file behind the main section,
/// which itself stays far below this.
pub(super) const MAX_MANIFEST: u64 = 1 << 20;

/// What the main section says, in its order.
#[derive(Debug, Default)]
pub(super) struct Manifest(Vec<(String, String)>);

impl Manifest {
    /// Reads up to the first empty line. Lines that are no attribute are left out: build tools write
    /// many strange things here, and none of them says what the archive is.
    pub(super) fn parse(content: &[u8]) -> Manifest {
        let text = String::from_utf8_lossy(content);
        let mut attributes: Vec<(String, String)> = Vec::new();
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.trim_end_matches('\r');
            if line.is_empty() {
                break;
            }
            match (line.strip_prefix(' '), line.split_once(':')) {
                (Some(more), _) => {
                    if let Some((_, value)) = attributes.last_mut() {
                        value.push_str(more);
                    }
                }
                (None, Some((name, value))) => {
                    attributes.push((name.trim().to_owned(), value.trim_start().to_owned()));
                }
                (None, None) => {}
            }
        }
        Manifest(attributes)
    }

    /// The value of an attribute, whose name has no case; nothing where it is empty or was never
    /// filled in.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = found.map(|(_, value)| value.trim())?;
        (!value.is_empty() && !value.contains("${")).then_some(value)
    }

    /// `Bundle-SymbolicName` without its directives (`;singleton:=true`).
    pub(super) fn symbolic_name(&self) -> Option<&str> {
        let name = self.get("Bundle-SymbolicName")?;
        Some(name.split(';').next().unwrap_or(name).trim()).filter(|name| !name.is_empty())
    }

    /// The first version that somebody filled in: `1.2.3` of `1.2.3 (build 7)`.
    pub(super) fn version(&self) -> Option<&str> {
        ["Plugin-Version", "Implementation-Version", "Bundle-Version"].into_iter().find_map(
            |name| {
                let word = self.get(name)?.split_whitespace().next()?;
                word.starts_with(|sign: char| sign.is_ascii_digit()).then_some(word)
            },
        )
    }

    /// Licences of `Bundle-License`: names or addresses, joined by commas, each with attributes
    /// behind semicolons; quoted values may have both.
    pub(super) fn licenses(&self) -> Vec<String> {
        let mut licenses: Vec<String> = Vec::new();
        let mut quoted = false;
        let parts = self.get("Bundle-License").unwrap_or_default().split(|sign| {
            quoted ^= sign == '"';
            sign == ',' && !quoted
        });
        for part in parts {
            let name = part.split(';').next().unwrap_or(part).trim().trim_matches('"').trim();
            // `<<EXTERNAL>>` says that it stands elsewhere.
            if !name.is_empty() && !name.starts_with('<') && !licenses.iter().any(|one| one == name)
            {
                licenses.push(name.to_owned());
            }
        }
        licenses
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_joined_and_sections_end() {
        let manifest = Manifest::parse(
            b"Manifest-Version: 1.0\r\nBundle-SymbolicName: org.example.co\r\n re;singleton:=true\r\n\
              Implementation-Version: ${version}\r\nBundle-Version: 1.2.3.v2020 (x)\r\n\
              bundle-license: Apache-2.0;link=\"https://a,b\", https://b/;x=y, Apache-2.0\r\n\r\n\
              Name: a\r\nPlugin-Version: 9\r\n",
        );
        assert_eq!(manifest.symbolic_name(), Some("org.example.core"));
        assert_eq!(manifest.version(), Some("1.2.3.v2020"));
        assert_eq!(manifest.get("Plugin-Version"), None);
        assert_eq!(manifest.licenses(), ["Apache-2.0", "https://b/"]);
    }
}
