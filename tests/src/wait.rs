//! Waiting for something to become true.

use std::time::{Duration, Instant};

/// Asks until the answer is yes; panics with the last reason, and with what `state` shows, when time is up.
#[track_caller]
pub fn until<T>(
    what: &str,
    seconds: u64,
    state: impl Fn() -> String,
    mut ask: impl FnMut() -> Result<T, String>,
) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        match ask() {
            Ok(answer) => return answer,
            Err(reason) if Instant::now() > deadline => {
                panic!("{what}: not after {seconds} s: {reason}\n{}", state())
            }
            Err(_) => std::thread::sleep(Duration::from_millis(200)),
        }
    }
}
