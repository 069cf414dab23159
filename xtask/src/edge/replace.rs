//! Files of a work tree that get new texts together.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

/// A file that is to get a new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The file.
    pub path: PathBuf,
    /// The text that it is thought to have.
    pub before: String,
    /// The new one.
    pub after: String,
}

/// Replaces the files, each as a whole, with mode and owner kept.
///
/// None is touched unless all have the text that they are thought to have and all new ones are on the disk beside them.
pub fn replace_all(files: &[Replacement]) -> Result<()> {
    let ready: Vec<NamedTempFile> =
        files.iter().map(|file| prepare(file).with_context(|| doing(file))).collect::<Result<_>>()?;
    for (number, (new, file)) in ready.into_iter().zip(files).enumerate() {
        new.persist(&file.path)
            .with_context(|| format!("{} ({number} of {} are written)", doing(file), files.len()))?;
    }
    Ok(())
}

fn doing(file: &Replacement) -> String {
    format!("write {}", file.path.display())
}

fn prepare(file: &Replacement) -> Result<NamedTempFile> {
    let metadata = fs::symlink_metadata(&file.path)?;
    if !metadata.is_file() || fs::read(&file.path)? != file.before.as_bytes() {
        bail!("it was changed in the meantime; nothing is written");
    }
    let mut new = NamedTempFile::new_in(file.path.parent().context("it is no file")?)?;
    new.write_all(file.after.as_bytes())?;
    // Only the superuser gives files away; whoever else may write it owns what it becomes.
    let _ = fchown(new.as_file(), Some(metadata.uid()), Some(metadata.gid()));
    new.as_file().set_permissions(metadata.permissions())?;
    new.as_file().sync_all()?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn files(texts: &[(&str, &str)]) -> (tempfile::TempDir, Vec<Replacement>) {
        let folder = tempfile::tempdir().unwrap();
        let file = |(name, text): &(&str, &str)| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            Replacement { path, before: "old".into(), after: "new".into() }
        };
        let files = texts.iter().map(file).collect();
        (folder, files)
    }

    #[test]
    fn files_get_their_new_texts_and_keep_their_modes() {
        let (folder, files) = files(&[("a", "old"), ("b", "old")]);
        fs::set_permissions(&files[1].path, fs::Permissions::from_mode(0o750)).unwrap();
        replace_all(&files).unwrap();
        assert!(files.iter().all(|file| fs::read_to_string(&file.path).unwrap() == "new"));
        assert_eq!(fs::metadata(&files[1].path).unwrap().permissions().mode() & 0o777, 0o750);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn when_one_was_changed_none_is_written() {
        let (folder, files) = files(&[("a", "old"), ("b", "other")]);
        let error = replace_all(&files).unwrap_err();
        assert!(format!("{error:#}").contains("changed in the meantime"), "{error:#}");
        assert_eq!(fs::read_to_string(&files[0].path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
