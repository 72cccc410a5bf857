//! Which files a source names, what is in them, and in which format.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::base::error::nearest;
use crate::base::{Error, Result};
use crate::load::{Format, Source, SourceFile};

/// The files of a source: globs expanded and sorted.
pub fn resolve(source: &Source) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in &source.paths {
        let pattern = path.to_string_lossy();
        if path.is_file() || !pattern.contains(['*', '?', '[']) {
            files.push(existing(path, source)?);
            continue;
        }
        files.extend(matching(&pattern, source)?);
    }
    if files.is_empty() {
        return Err(Error::new(format!("source `{}` names no file", source.name)));
    }
    Ok(files)
}

fn existing(path: &Path, source: &Source) -> Result<PathBuf> {
    if path.is_dir() {
        let message = format!("`{}` of source `{}` is a folder, expected a file", path.display(), source.name);
        return Err(Error::new(message).hint(format!("`{}`", path.join("*.csv").display())));
    }
    if path.exists() {
        return Ok(path.to_owned());
    }
    let message = format!("file `{}` of source `{}` does not exist", path.display(), source.name);
    Err(Error::new(message).hint_opt(neighbor(path)))
}

/// The file in the same folder that was most likely meant.
fn neighbor(path: &Path) -> Option<String> {
    let folder = path.parent()?;
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Some(format!("the folder `{}` does not exist either", folder.display()));
    };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let given = path.file_name()?.to_string_lossy();
    let near = nearest(&given, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{near}`?"))
}

fn matching(pattern: &str, source: &Source) -> Result<Vec<PathBuf>> {
    let paths = glob::glob(pattern)
        .map_err(|error| Error::new(format!("`{pattern}` of source `{}` is not a pattern: {error}", source.name)))?;
    let mut files: Vec<PathBuf> = paths.flatten().filter(|path| path.is_file()).collect();
    files.sort();
    if files.is_empty() {
        let message = format!("no file matches `{pattern}` of source `{}`", source.name);
        return Err(Error::new(message).hint("check the folder, or name the file"));
    }
    Ok(files)
}

/// The last part of a path, as people say it.
pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A file's bytes, hashed while read. `keep`: whether the bytes are wanted, or only their hash.
pub fn read(path: &Path, source: &str, keep: bool) -> Result<(Vec<u8>, SourceFile)> {
    let fail = |error: std::io::Error| Error::new(format!("cannot read `{}`: {error}", path.display()));
    let mut file = File::open(path).map_err(fail)?;
    let length = file.metadata().map_err(fail)?.len();
    let mut content = Vec::with_capacity(if keep { usize::try_from(length).unwrap_or_default() } else { 0 });
    let (mut hash, mut bytes, mut block) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let n = file.read(&mut block).map_err(fail)?;
        let Some(part) = block.get(..n).filter(|part| !part.is_empty()) else {
            break;
        };
        hash.update(part);
        bytes += n as u64;
        if keep {
            content.extend_from_slice(part);
        }
    }
    let sha256 = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let file = SourceFile { source: source.to_owned(), path: path.to_owned(), bytes, sha256, rows: 0 };
    Ok((content, file))
}

/// The format that a file's first bytes or its name tell, unless one is declared.
pub fn format_of(path: &Path, declared: Option<Format>) -> Result<Format> {
    let name = name_of(path);
    let magic = first_bytes(path)?;
    let found = match magic.as_slice() {
        [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Some(Format::Xlsx),
        _ => None,
    };
    let named = by_name(&name);
    let Some(expected) = declared.or(named) else {
        return Ok(found.unwrap_or(Format::Csv));
    };
    let binary = |format| matches!(format, Format::Parquet | Format::Xlsx);
    match found {
        Some(found) if declared.is_none() || declared == Some(found) => Ok(found),
        Some(found) => Err(Error::new(format!("`{name}` is {}, expected {}", title(found), title(expected)))
            .hint(format!("`format = \"{}\"`, or leave it out", key(found)))),
        None if binary(expected) && !magic.is_empty() => {
            Err(Error::new(format!("`{name}` is not {}", title(expected)))
                .hint("export it again, or name its format: `format = \"csv\"`"))
        }
        None => Ok(if magic.is_empty() { Format::Csv } else { expected }),
    }
}

fn first_bytes(path: &Path) -> Result<Vec<u8>> {
    let fail = |error: std::io::Error| Error::new(format!("cannot read `{}`: {error}", path.display()));
    let mut magic = Vec::with_capacity(8);
    File::open(path).map_err(fail)?.take(8).read_to_end(&mut magic).map_err(fail)?;
    Ok(magic)
}

fn by_name(name: &str) -> Option<Format> {
    let lower = name.to_lowercase();
    let stem = lower.strip_suffix(".gz").unwrap_or(&lower);
    match stem.rsplit_once('.')?.1 {
        "csv" | "tsv" | "txt" => Some(Format::Csv),
        "parquet" | "pq" => Some(Format::Parquet),
        "ndjson" | "jsonl" | "json" => Some(Format::Ndjson),
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Some(Format::Xlsx),
        _ => None,
    }
}

fn title(format: Format) -> &'static str {
    match format {
        Format::Csv => "delimited text",
        Format::Parquet => "a Parquet file",
        Format::Ndjson => "newline-delimited JSON",
        Format::Xlsx => "a workbook",
    }
}

fn key(format: Format) -> &'static str {
    match format {
        Format::Csv => "csv",
        Format::Parquet => "parquet",
        Format::Ndjson => "ndjson",
        Format::Xlsx => "xlsx",
    }
}
