//! CVSS scores, computed from their vectors.
//!
//! The arithmetic of versions 2.0, 3.0, 3.1 and 4.0 is that of <https://www.first.org/cvss/>.

use cvss::Cvss;

use crate::model::Severity;

/// A vector with what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score<'a> {
    /// As the source wrote it.
    pub vector: &'a str,
    /// Version of CVSS: `2.0`, `3.0`, `3.1` or `4.0`.
    pub version: &'static str,
    /// 0.0 to 10.0.
    pub score: f64,
    /// The word for the score in that version.
    pub severity: Severity,
}

impl<'a> Score<'a> {
    /// Scores a vector; nothing when it does not follow the rules of its version.
    pub fn of(vector: &'a str) -> Option<Score<'a>> {
        let parsed = if vector.starts_with("CVSS:") {
            vector.parse::<Cvss>().ok()?
        } else {
            // Version 2 has no prefix; old documents put the vector in parentheses.
            Cvss::CvssV20(vector.trim_start_matches('(').trim_end_matches(')').parse().ok()?)
        };
        let (version, mandatory) = match &parsed {
            Cvss::CvssV20(_) => ("2.0", "AV AC Au C I A"),
            Cvss::CvssV30(_) => ("3.0", "AV AC PR UI S C I A"),
            Cvss::CvssV31(_) => ("3.1", "AV AC PR UI S C I A"),
            Cvss::CvssV40(_) => ("4.0", "AV AC AT PR UI VC VI VA SC SI SA"),
            _ => return None,
        };
        // The parser is content with some of the base metrics and scores the rest as harmless.
        let has = |metric: &str| {
            let mut parts = vector.trim_start_matches('(').split('/');
            parts.any(|part| part.split_once(':').is_some_and(|(name, _)| name == metric))
        };
        if !mandatory.split(' ').all(has) {
            return None;
        }
        let severity = match parsed.severity() {
            cvss::Severity::None => Severity::Unknown,
            cvss::Severity::Low => Severity::Low,
            cvss::Severity::Medium => Severity::Medium,
            cvss::Severity::High => Severity::High,
            cvss::Severity::Critical => Severity::Critical,
        };
        // Rounds what floating point makes of tenths.
        let score = (parsed.score() * 10.0).round() / 10.0;
        Some(Score { vector, version, score, severity })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_agree_with_the_published_ones() {
        for (vector, version, score, severity) in [
            ("AV:N/AC:L/Au:N/C:P/I:N/A:N", "2.0", 5.0, Severity::Medium),
            ("(AV:N/AC:M/Au:N/C:C/I:C/A:C)", "2.0", 9.3, Severity::High),
            ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.0", 8.1, Severity::High),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "3.1", 10.0, Severity::Critical),
            (
                "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
                "4.0",
                9.3,
                Severity::Critical,
            ),
        ] {
            let expected = Score { vector, version, score, severity };
            assert_eq!(Score::of(vector), Some(expected), "{vector}");
        }
    }

    #[test]
    fn what_is_no_vector_has_no_score() {
        for text in ["", "CVSS:3.1", "CVSS:3.1/AV:N", "CVSS:9.0/AV:N", "7.5", "()", "AV:N"] {
            assert_eq!(Score::of(text), None, "{text}");
        }
    }
}
