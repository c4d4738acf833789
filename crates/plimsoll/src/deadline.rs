//! `--timeout`: the run ends, whatever it is waiting for.

use std::time::Duration;

use crate::exit;
use crate::messages::Messages;

/// Ends the process when the time is over.
///
/// A scan waits in many places (disk, network, worker threads). Since reports and cache files are
/// renamed into place when they are complete, ending at any moment leaves nothing half-done.
pub(crate) fn enforce(limit: Option<Duration>, messages: Messages) {
    let Some(limit) = limit else { return };
    std::thread::spawn(move || {
        std::thread::sleep(limit);
        messages.error(format_args!(
            "not finished after {limit:?}; allow more time with --timeout (0 for any)"
        ));
        std::process::exit(i32::from(exit::FAILURE));
    });
}
