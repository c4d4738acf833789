//! Durations as Go writes them (`5m0s`, `1h30m`, `1.5s`), because that is what Trivy's users
//! write: <https://pkg.go.dev/time#ParseDuration>.

use std::time::Duration;

/// Reads a duration. `0` needs no unit; there are no negative ones.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a duration such as 5m, 90s or 1h30m");
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = text;
    let mut total = 0.0_f64;
    while !rest.is_empty() {
        let number_end = rest
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .ok_or_else(wrong)?;
        let (number, unit_and_rest) = rest.split_at(number_end);
        let unit_end = unit_and_rest
            .find(|character: char| character.is_ascii_digit() || character == '.')
            .unwrap_or(unit_and_rest.len());
        let (unit, behind) = unit_and_rest.split_at(unit_end);
        let seconds = match unit {
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" | "μs" => 1e-6,
            "ns" => 1e-9,
            _ => return Err(wrong()),
        };
        total += number.parse::<f64>().map_err(|_| wrong())? * seconds;
        rest = behind;
    }
    if text.is_empty() {
        return Err(wrong());
    }
    Duration::try_from_secs_f64(total).map_err(|_| format!("{text:?} is too long a duration"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gos_forms_are_read() {
        for (text, milliseconds) in [
            ("5m0s", 300_000),
            ("10m", 600_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1_500),
            ("250ms", 250),
            ("0", 0),
            ("0s", 0),
            ("2000us", 2),
        ] {
            assert_eq!(parse(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "5", "m", "5 m", "-5m", "5d", "1..5s", ".s", "5m3", "1e400h"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&format!("{}h", "9".repeat(40))).is_err());
    }
}
