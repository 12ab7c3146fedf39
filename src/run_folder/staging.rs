//! The staging folder of a run, its lock, and its checkpoints.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::FileRecord;
use crate::error::{Error, Result};
use crate::pipeline::Checkpoints;

/// What makes two attempts the same run: program version, inputs, parameters, seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunKey(blake3::Hash);

impl RunKey {
    /// From anything that the result depends on.
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        RunKey(hasher.finalize())
    }
}

/// A staging folder beside the run folder that it will become.
pub struct Staging {
    target: PathBuf,
    path: PathBuf,
    /// Replace an existing target.
    force: bool,
    /// Held until the process ends; a second run to the same target is refused.
    _lock: File,
}

impl Staging {
    /// Opens the staging folder of `target` before any work starts, so that a wrong path fails at once.
    ///
    /// Errors: the target exists (without `force`, or it is not a run folder), its parent cannot be written, another run holds it.
    pub fn open(target: &Path, force: bool) -> Result<Staging> {
        if target.symlink_metadata().is_ok() {
            replaceable(target, force)?;
        }
        let name = target
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| {
                Error::param(format!("--out {} does not name a folder", target.display()))
                    .hint("write it as --out RUN")
            })?;
        let parent = target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let path = parent.join(format!(".{name}.staging"));
        fs::create_dir_all(&path).map_err(|e| Error::io("create the staging folder", &path, &e))?;
        let lock = lock(&path, target)?;
        Ok(Staging {
            target: target.to_owned(),
            path,
            force,
            _lock: lock,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Prepares for the run `key`. With `resume` the checkpoints of an earlier attempt at the same run are kept, otherwise
    /// everything is removed. Returns whether there is something to resume.
    pub fn prepare(&self, key: RunKey, resume: bool) -> Result<bool> {
        let key_file = self.path.join("run-key");
        let same = resume
            && fs::read_to_string(&key_file).is_ok_and(|found| found == key.0.to_hex().as_str());
        for entry in fs::read_dir(&self.path).map_err(|e| Error::io("read", &self.path, &e))? {
            let path = entry.map_err(|e| Error::io("read", &self.path, &e))?.path();
            let keep = path.ends_with("lock")
                || (same && (path.ends_with("checkpoints") || path == key_file));
            if !keep {
                remove(&path)?;
            }
        }
        let checkpoints = self.checkpoint_dir();
        fs::create_dir_all(&checkpoints).map_err(|e| Error::io("create", &checkpoints, &e))?;
        write_synced(&key_file, key.0.to_hex().as_bytes())?;
        Ok(same)
    }

    /// Writes a small file of the run folder.
    pub fn write(&self, name: &str, text: &str) -> Result<FileRecord> {
        write_synced(&self.path.join(name), text.as_bytes())?;
        Ok(FileRecord {
            file: name.to_owned(),
            bytes: text.len() as u64,
            blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
        })
    }

    /// Copies an input file to `inputs/` of the run folder, so that a run can be audited from its files alone.
    pub fn copy_input(&self, from: &Path, name: &str) -> Result<()> {
        let to = self.path.join("inputs").join(name);
        let parent = to.parent().unwrap_or(&self.path);
        fs::create_dir_all(parent).map_err(|e| Error::io("create", parent, &e))?;
        fs::copy(from, &to).map_err(|e| Error::io("copy an input to", &to, &e))?;
        sync(&to)
    }

    /// Makes the staging folder the run folder: removes what only the run needed, fsyncs, renames.
    pub fn publish(self) -> Result<PathBuf> {
        for name in ["checkpoints", "run-key", "lock"] {
            remove(&self.path.join(name))?;
        }
        sync_folder(&self.path)?;
        let aside = self.path.with_extension("replaced");
        if self.target.exists() && self.force {
            remove(&aside)?;
            fs::rename(&self.target, &aside)
                .map_err(|e| Error::io("set aside", &self.target, &e))?;
        }
        fs::rename(&self.path, &self.target)
            .map_err(|e| Error::io("publish the run as", &self.target, &e))?;
        if let Some(parent) = self
            .target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            sync_folder(parent)?;
        }
        remove(&aside)?;
        Ok(self.target)
    }

    fn checkpoint_dir(&self) -> PathBuf {
        self.path.join("checkpoints")
    }
}

impl Checkpoints for Staging {
    fn load(&self, stage: &str) -> Result<Option<Vec<u8>>> {
        let path = self.checkpoint_dir().join(stage);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Error::io("read the checkpoint", &path, &e)),
        }
    }

    /// Atomic: a checkpoint is complete or not there.
    fn save(&self, stage: &str, bytes: &[u8]) -> Result<()> {
        let path = self.checkpoint_dir().join(stage);
        let partial = path.with_extension("partial");
        write_synced(&partial, bytes)?;
        fs::rename(&partial, &path).map_err(|e| Error::io("save the checkpoint", &path, &e))
    }
}

/// `force` replaces run folders and empty folders, never anything else.
fn replaceable(target: &Path, force: bool) -> Result<()> {
    let exists = |what: &str| Error::param(format!("{what} {} exists", target.display()));
    if !force {
        return Err(exists("the run folder")
            .hint("choose another --out, or replace a run folder with --force"));
    }
    let is_folder = target.symlink_metadata().is_ok_and(|found| found.is_dir());
    let is_empty = || fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_none());
    if is_folder && (target.join("manifest.json").is_file() || is_empty()) {
        return Ok(());
    }
    Err(exists("something that is not a run folder:")
        .hint("--force replaces run folders only; choose another --out"))
}

fn lock(staging: &Path, target: &Path) -> Result<File> {
    let path = staging.join("lock");
    let file = File::create(&path).map_err(|e| Error::io("create", &path, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::resource(format!(
            "another run is writing {}",
            target.display()
        ))
        .hint("wait for it, or choose another --out")),
        Err(TryLockError::Error(e)) => Err(Error::io("lock", &path, &e)),
    }
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path, &e)),
        _ => Ok(()),
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    let written = File::create(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|e| Error::io("write", path, &e))
}

fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|e| Error::io("fsync", path, &e))
}

/// Fsyncs a folder, so that its entries survive a power cut.
fn sync_folder(path: &Path) -> Result<()> {
    sync(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_folder_appears_only_when_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("RUN");
        let staging = Staging::open(&target, false).unwrap();
        staging.prepare(RunKey::of(&[b"a"]), false).unwrap();
        staging.write("metrics.json", "{}").unwrap();
        assert!(!target.exists());
        staging.publish().unwrap();
        let names: Vec<_> = fs::read_dir(&target)
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert_eq!(names, ["metrics.json"]);
        assert_eq!(
            fs::read_dir(dir.path()).unwrap().count(),
            1,
            "nothing but the run folder is left"
        );
    }

    #[test]
    fn checkpoints_are_resumed_by_the_same_run_alone() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("RUN");
        let (a, b) = (RunKey::of(&[b"a"]), RunKey::of(&[b"b"]));
        let first = Staging::open(&target, false).unwrap();
        first.prepare(a, false).unwrap();
        first.save("fraud", b"done").unwrap();
        drop(first); // killed
        let again = Staging::open(&target, false).unwrap();
        assert!(again.prepare(a, true).unwrap());
        assert_eq!(again.load("fraud").unwrap().as_deref(), Some(&b"done"[..]));
        assert!(
            !again.prepare(b, true).unwrap(),
            "another seed or parameter is another run"
        );
        assert_eq!(again.load("fraud").unwrap(), None);
    }

    #[test]
    fn two_runs_cannot_write_the_same_folder() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("RUN");
        let _first = Staging::open(&target, false).unwrap();
        let second = Staging::open(&target, false)
            .err()
            .map(|e| e.to_string())
            .unwrap_or_default();
        assert!(second.contains("another run"), "{second}");
    }

    #[test]
    fn an_existing_folder_is_replaced_only_by_force() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("RUN");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("old"), "").unwrap();
        assert!(Staging::open(&target, false).is_err());
        assert!(
            Staging::open(&target, true).is_err(),
            "what is not a run folder is never replaced"
        );
        fs::write(target.join("manifest.json"), "{}").unwrap();
        let staging = Staging::open(&target, true).unwrap();
        staging.prepare(RunKey::of(&[b"a"]), false).unwrap();
        staging.publish().unwrap();
        assert!(!target.join("old").exists());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
