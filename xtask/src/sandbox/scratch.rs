//! Where the processes of the sandbox unpack what they read.
//!
//! kustomize-controller unpacks the whole artifact for each reconciliation of each Kustomization. On a disk that makes a
//! few hundred files slowly that is most of its work (measured: 20 of 27 s, and a bootstrap of 63 s against 51 s); in
//! memory it is nothing, and what was decrypted on the way is on no disk.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use super::layout::Layout;
use crate::edge::charts::sha256_hex;

/// Where Linux has memory as files.
const SHARED_MEMORY: &str = "/dev/shm";
/// The number by which the kernel knows such a file system (`linux/magic.h`).
const TMPFS: u64 = 0x0102_1994;
/// Less free memory there than that is left alone.
const ENOUGH: u64 = 256 << 20;

/// Makes the folder anew: in memory where there is room for it, below the run folder otherwise.
pub fn make(layout: &Layout) -> std::io::Result<PathBuf> {
    remove(layout);
    let folder = in_memory(layout);
    if has_room(Path::new(SHARED_MEMORY)) && DirBuilder::new().mode(0o700).create(&folder).is_ok() {
        return Ok(folder);
    }
    let folder = layout.run().join("tmp");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Removes what a sandbox had in memory, this one or one that was killed.
pub fn remove(layout: &Layout) {
    let folder = in_memory(layout);
    // Everybody may make files there: a folder that belongs to somebody else is not ours to touch or to use.
    let is_ours = fs::symlink_metadata(&folder)
        .is_ok_and(|found| found.is_dir() && found.uid() == rustix::process::geteuid().as_raw());
    if is_ours && let Err(error) = fs::remove_dir_all(&folder) {
        tracing::warn!("remove {}: {error}", folder.display());
    }
}

/// One folder for each run folder, so that what a killed supervisor left is found again.
fn in_memory(layout: &Layout) -> PathBuf {
    let name = sha256_hex(layout.run().as_os_str().as_encoded_bytes());
    Path::new(SHARED_MEMORY).join(format!("openappstack-{}", &name[..16]))
}

fn has_room(folder: &Path) -> bool {
    let is_memory = rustix::fs::statfs(folder).is_ok_and(|found| found.f_type as u64 == TMPFS);
    is_memory && rustix::fs::statvfs(folder).is_ok_and(|found| found.f_bavail * found.f_frsize >= ENOUGH)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(folder: &Path) -> Layout {
        Layout::new(folder, &folder.join("target"), None)
    }

    #[test]
    fn the_folder_is_new_each_time_and_nobody_else_s_to_read() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let folder = make(&layout).unwrap();
        fs::write(folder.join("left"), "by a supervisor that was killed").unwrap();
        let again = make(&layout).unwrap();
        assert_eq!(again, folder);
        if folder.starts_with(SHARED_MEMORY) {
            assert!(!folder.join("left").exists());
            assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
        }
        remove(&layout);
        assert!(!in_memory(&layout).exists());
    }

    #[test]
    fn a_link_that_somebody_else_put_there_is_neither_used_nor_followed() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let elsewhere = root.path().join("elsewhere");
        fs::create_dir(&elsewhere).unwrap();
        fs::write(elsewhere.join("kept"), "").unwrap();
        if !has_room(Path::new(SHARED_MEMORY)) {
            return;
        }
        std::os::unix::fs::symlink(&elsewhere, in_memory(&layout)).unwrap();
        assert_eq!(make(&layout).unwrap(), layout.run().join("tmp"));
        assert!(elsewhere.join("kept").exists());
        fs::remove_file(in_memory(&layout)).unwrap();
    }
}
