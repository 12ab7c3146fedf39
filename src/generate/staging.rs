//! A batch folder either is complete or does not exist: everything is written into a folder beside it, renamed at the end.

use std::fs;
use std::path::{Path, PathBuf};

use super::failure::{Result, internal, io, parameter};

/// The folder being written. Dropped before `commit`, it removes itself.
pub struct Staging {
    folder: PathBuf,
    target: PathBuf,
    committed: bool,
}

impl Staging {
    /// Refuses a target that is a file or a folder with anything in it.
    pub fn new(target: &Path) -> Result<Self> {
        refuse_existing(target)?;
        let Some(name) = target.file_name() else {
            return Err(parameter(
                "out",
                format!("{} does not name a folder", target.display()),
            ));
        };
        let hidden = format!(".{}.partial-{}", name.to_string_lossy(), std::process::id());
        let folder = target.with_file_name(hidden);
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| io(&folder, &error))?;
        }
        fs::create_dir_all(&folder).map_err(|error| io(&folder, &error))?;
        Ok(Self {
            folder,
            target: target.to_owned(),
            committed: false,
        })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a JSON file into the folder.
    pub fn record(&self, name: &str, value: &impl serde::Serialize) -> Result<()> {
        let path = self.folder.join(name);
        let text = serde_json::to_string_pretty(value).map_err(|error| internal(name, error))?;
        fs::write(&path, text + "\n").map_err(|error| io(&path, &error))
    }

    /// Renames the folder to its final name.
    pub fn commit(mut self) -> Result<()> {
        refuse_existing(&self.target)?;
        if self.target.exists() {
            fs::remove_dir(&self.target).map_err(|error| io(&self.target, &error))?;
        }
        fs::rename(&self.folder, &self.target).map_err(|error| io(&self.target, &error))?;
        self.committed = true;
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.committed {
            // Nothing better can be done about a failure here: the error that led here is already on its way.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

fn refuse_existing(target: &Path) -> Result<()> {
    if target.is_file() {
        return Err(parameter("out", format!("{} is a file", target.display())));
    }
    let Ok(mut entries) = fs::read_dir(target) else {
        return Ok(());
    };
    if entries.next().is_some() {
        let message = format!(
            "{} is not empty; choose another folder or remove it first",
            target.display()
        );
        return Err(parameter("out", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_folder_is_refused_and_left_alone() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("batch");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("keep.txt"), "mine").unwrap();
        let error = Staging::new(&target).err().unwrap().to_string();
        assert!(error.contains("not empty"), "{error}");
        assert_eq!(fs::read_to_string(target.join("keep.txt")).unwrap(), "mine");
    }

    #[test]
    fn an_abandoned_folder_disappears() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("batch");
        let staging = Staging::new(&target).unwrap();
        fs::write(staging.folder().join("a"), "b").unwrap();
        drop(staging);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
        Staging::new(&target).unwrap().commit().unwrap();
        assert!(target.is_dir());
    }
}
