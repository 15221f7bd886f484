//! The files that describe dialects of the operator's own, from one directory.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use claimwire_model::dialect::OWN_AT_MOST;
use claimwire_wire::own::{self, OwnDialect};

/// Bytes of one file.
const FILE_BYTES: u64 = 1024 * 1024;

/// Reads them all and makes them dialects, once.
///
/// # Errors
/// A file is wrong: each place, as `FILE:LINE: what`.
pub fn set(dir: &Path) -> anyhow::Result<()> {
    Ok(own::set(read(dir)?)?)
}

/// Reads and checks them, in the order of their files' names.
///
/// # Errors
/// As [`set`].
pub fn read(dir: &Path) -> anyhow::Result<Vec<OwnDialect>> {
    let mut dialects: Vec<OwnDialect> = Vec::new();
    let mut wrong = Vec::new();
    for file in files(dir)? {
        let shown = file.display();
        match own::read(&text(&file)?) {
            Ok(own) if dialects.iter().any(|other| other.name() == own.name()) => {
                wrong.push(format!(
                    "{shown}:1: another file describes `{}` too",
                    own.name()
                ));
            }
            Ok(own) => dialects.push(own),
            Err(all) => {
                let told = all.iter();
                wrong.extend(told.map(|it| format!("{shown}:{}: {}", it.line, it.message)));
            }
        }
    }
    if dialects.len() > OWN_AT_MOST {
        wrong.push(format!(
            "{} has more than {OWN_AT_MOST} dialects",
            dir.display()
        ));
    }
    match wrong.is_empty() {
        true => Ok(dialects),
        false => bail!("dialects cannot be used:\n{}", wrong.join("\n")),
    }
}

fn files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let cannot = || format!("cannot read the directory of dialects {}", dir.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn text(file: &Path) -> anyhow::Result<String> {
    let shown = file.display();
    let bytes = std::fs::metadata(file).with_context(|| format!("cannot read {shown}"))?;
    if bytes.len() > FILE_BYTES {
        bail!("{shown} has more than 1 MiB, so it is no dialect");
    }
    std::fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))
}
