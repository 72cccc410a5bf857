//! `trustrisk sample`: the sample business, tables and config.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use serde_json::json;

use super::arguments::Sample;
use super::exit;
use super::files::ensure_free;
use super::terminal::Terminal;
use crate::base::{Error, Result, Seed};
use crate::govern::{Folder, Outputs};
use crate::sample::{self, SampleFile, Settings};

pub fn sample(arguments: &Sample, terminal: &Terminal) -> Result<u8> {
    let n_subjects = arguments.subjects as usize;
    if let Some(path) = &arguments.wide {
        return wide(path, arguments, terminal);
    }
    let settings = Settings { n_subjects, seed: Seed(arguments.seed), as_of: arguments.as_of };
    let files = sample::generate(&settings)?;
    if !arguments.force {
        ensure_free(&arguments.out, files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())))?;
    }
    let mut folder = Folder::new(&arguments.out);
    for file in &files {
        folder.write(&file.path, &file.bytes)?;
    }
    tell(arguments, &files, terminal)?;
    Ok(exit::FINE)
}

fn wide(path: &Path, arguments: &Sample, terminal: &Terminal) -> Result<u8> {
    if path.exists() && !arguments.force {
        return Err(Error::new(format!("`{}` is there already", path.display()))
            .hint("name another file with `--wide FILE`, or write over it with `--force`"));
    }
    let n_subjects = arguments.subjects as usize;
    let unwritable = |error| Error::new(format!("`{}` cannot be written: {error}", path.display()));
    let mut file = BufWriter::new(fs::File::create(path).map_err(unwritable)?);
    sample::wide_table(n_subjects, Seed(arguments.seed), &mut file)?;
    file.flush().map_err(unwritable)?;
    if terminal.json {
        terminal.object(&json!({ "path": path, "n_subjects": n_subjects, "exit": exit::FINE }))?;
    }
    terminal.tell(&format!("{n_subjects} subjects written to `{}`", path.display()));
    Ok(exit::FINE)
}

fn tell(arguments: &Sample, files: &[SampleFile], terminal: &Terminal) -> Result<()> {
    let out = arguments.out.display();
    if terminal.json {
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        return terminal.object(&json!({ "path": arguments.out, "files": paths, "exit": exit::FINE }));
    }
    terminal.tell(&format!("{} files written to `{out}`", files.len()));
    if let Some(config) = files.iter().find(|file| file.path.ends_with(".toml")) {
        terminal.tell(&format!("hint: trustrisk run {}", arguments.out.join(&config.path).display()));
    }
    Ok(())
}
