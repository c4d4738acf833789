//! When to try again, and after how long.
//!
//! Waits grow exponentially with jitter, so that many scanners that were turned away together do
//! not come back together. `Retry-After` is <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>.

use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How often and how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts after the first.
    pub retries: u32,
    /// The first wait; each further one is twice as long.
    pub first_wait: Duration,
    /// No wait is longer.
    pub longest_wait: Duration,
    /// A server that asks for more than this is not waited for.
    pub longest_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> RetryPolicy {
        RetryPolicy {
            retries: 4,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(10),
            longest_retry_after: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// The wait before the attempt number `attempt` (0 is the first repetition): between half and
    /// all of the exponential value.
    pub fn wait(&self, attempt: u32) -> Duration {
        let doubled = self.first_wait.saturating_mul(1 << attempt.min(16));
        doubled.min(self.longest_wait).mul_f64(0.5 + random_fraction() / 2.0)
    }
}

/// From 0 up to 1. The standard library's hash keys are random enough for spreading waits.
fn random_fraction() -> f64 {
    let number = std::collections::hash_map::RandomState::new().build_hasher().finish();
    (number >> 32) as f64 / (1_u64 << 32) as f64
}

/// Whether a status may be another one a moment later.
pub fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// The wait that the server asks for, given in seconds or as a date.
pub fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are forever.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let seconds = u64::try_from(date.as_second()).ok()?;
    let date = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))?;
    // A date in the past means now.
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let policy = RetryPolicy::default();
        for (attempt, low, high) in
            [(0, 250, 500), (1, 500, 1_000), (4, 4_000, 8_000), (99, 5_000, 10_000)]
        {
            let wait = policy.wait(attempt);
            assert!(
                wait >= Duration::from_millis(low) && wait <= Duration::from_millis(high),
                "{wait:?}"
            );
        }
        let waits: Vec<_> = (0..20).map(|_| policy.wait(9)).collect();
        assert!(waits.iter().any(|wait| *wait != waits[0]), "jitter is missing");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        for (text, seconds) in [
            ("7", Some(7)),
            ("0", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
            ("soon", None),
            ("", None),
            ("-3", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            assert_eq!(retry_after(&headers, now), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
