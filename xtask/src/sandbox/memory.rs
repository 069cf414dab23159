//! How much memory the sandbox's processes hold, and the most that they held together.

use std::convert::Infallible;
use std::fs;
use std::time::Duration;

use super::layout::Layout;
use crate::edge::private_file::write_private;

/// Resident memory of a process in KiB; 0 when it is gone.
pub fn resident_kibibytes(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    text.lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().split(' ').next()?.parse().ok())
        .unwrap_or(0)
}

/// The most that all processes held together since the sandbox was started, in KiB.
pub fn peak_kibibytes(layout: &Layout) -> Option<u64> {
    fs::read_to_string(layout.peak_memory()).ok()?.trim().parse().ok()
}

/// Looks twice a second, and writes down every new peak.
pub async fn keep_peak(layout: Layout, pids: Vec<u32>) -> Infallible {
    let mut peak = 0;
    loop {
        let sum: u64 = pids.iter().map(|pid| resident_kibibytes(*pid)).sum();
        if sum > peak {
            peak = sum;
            if let Err(error) = write_private(&layout.peak_memory(), peak.to_string().as_bytes()) {
                tracing::warn!("write down the peak of memory: {error:#}");
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
