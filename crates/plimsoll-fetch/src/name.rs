//! Names of files here, made of what servers say.
//!
//! What a server names must not lead out of the feed's own directory, hide, or upset a terminal.

/// Longer parts are refused; file systems stop at 255 bytes.
const LONGEST_PART: usize = 200;

/// More parts than any upstream has.
const MOST_PARTS: usize = 16;

/// Whether a text can be one part of a path here.
pub(crate) fn is_part(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_PART
        // Such names are hidden, or lead upwards.
        && !text.starts_with('.')
        && !text.ends_with([' ', '.'])
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || b"-_.+~@=,:() ".contains(&byte)
        })
}

/// Whether a text is a path of such parts.
pub(crate) fn is_path(text: &str) -> bool {
    text.split('/').count() <= MOST_PARTS && text.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside() {
        for good in ["a", "2024/cve-2024-1.json", "GitHub Actions", "RLSA-2024:1.json", "a..b"] {
            assert!(is_path(good), "{good}");
        }
        let long = "x".repeat(LONGEST_PART + 1);
        let deep = "x/".repeat(MOST_PARTS) + "x";
        for bad in
            ["", "..", "a/../b", "/etc/passwd", ".hidden", "a//b", "a/", "a\0", "a\\b", "ä", "a."]
                .into_iter()
                .chain([long.as_str(), deep.as_str()])
        {
            assert!(!is_path(bad), "{bad}");
        }
    }
}
