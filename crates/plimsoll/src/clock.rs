//! The one place that knows what time it is.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The time at which the run counts as made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    now: Timestamp,
}

impl Clock {
    /// The system's time, or that of [`SOURCE_DATE_EPOCH`][spec], which makes reports reproducible.
    ///
    /// [spec]: https://reproducible-builds.org/specs/source-date-epoch/
    pub(crate) fn from_environment(environment: &dyn Fn(&str) -> Option<String>) -> Clock {
        let fixed = environment("SOURCE_DATE_EPOCH").and_then(|text| text.parse().ok());
        let fixed = fixed.and_then(|seconds: i64| Timestamp::from_second(seconds).ok());
        Clock { now: fixed.unwrap_or_else(Timestamp::now) }
    }

    /// RFC 3339 in UTC, to the second.
    pub(crate) fn rfc3339(self) -> String {
        self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// `YYYY-MM-DD` in UTC.
    pub(crate) fn today(self) -> String {
        self.now.to_zoned_datetime(TimeZone::UTC).date().to_string()
    }

    /// For file times.
    pub(crate) fn system_time(self) -> SystemTime {
        SystemTime::try_from(self.now).unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// How long ago an RFC 3339 time was; nothing if it cannot be read or lies ahead.
    pub(crate) fn since(self, rfc3339: &str) -> Option<Duration> {
        let then: Timestamp = rfc3339.parse().ok()?;
        Duration::try_from(self.now.duration_since(then)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_time_is_told_in_all_forms() {
        let clock = Clock::from_environment(&|name| {
            (name == "SOURCE_DATE_EPOCH").then(|| "1700000000".to_owned())
        });
        assert_eq!(clock.rfc3339(), "2023-11-14T22:13:20Z");
        assert_eq!(clock.today(), "2023-11-14");
        assert_eq!(clock.since("2023-11-14T22:13:10Z"), Some(Duration::from_secs(10)));
        assert_eq!(clock.since("2023-11-15T00:00:00Z"), None);
        assert_eq!(clock.since("yesterday"), None);
        let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert_eq!(clock.system_time(), expected);
    }

    #[test]
    fn without_a_fixed_time_it_is_now() {
        let clock = Clock::from_environment(&|_| None);
        assert!(clock.since("2024-01-01T00:00:00Z").is_some());
    }
}
