//! Explanations as picture files.

use std::path::{Path, PathBuf};

use crate::base::Result;
use crate::cli::files::{ensure_free, ensure_unsealed};
use crate::config::slug;
use crate::govern::{Folder, Outputs, sha256_text};
use crate::pipeline::{self, Explanation};

/// Letters of an id that stand in the name of its files.
const SLUG: usize = 40;
/// Hexadecimal digits of the hash that tells ids apart whose names would be the same.
const DIGITS: usize = 8;

/// Where one explanation's waterfall was written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pictures {
    pub svg: PathBuf,
    pub png: PathBuf,
}

impl Pictures {
    pub fn n_files(&self) -> usize {
        [&self.svg, &self.png].len()
    }
}

/// Draws every explanation and writes it to a folder.
///
/// # Errors
/// The folder is a sealed run, a file is there already and holds something else (unless `force`), or cannot be written.
pub fn write(folder: &Path, explanations: &[Explanation], force: bool) -> Result<Vec<Pictures>> {
    ensure_unsealed(folder)?;
    let (mut pictures, mut files) = (Vec::new(), Vec::new());
    for explanation in explanations {
        let chart = pipeline::waterfall(explanation)?;
        let [svg, png] = ["svg", "png"].map(|kind| format!("{}.{kind}", stem(explanation)));
        pictures.push(Pictures { svg: folder.join(&svg), png: folder.join(&png) });
        files.extend([(svg, chart.svg.into_bytes()), (png, chart.png)]);
    }
    if !force {
        ensure_free(folder, files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))?;
    }
    let mut folder = Folder::new(folder);
    for (name, bytes) in &files {
        folder.write(name, bytes)?;
    }
    Ok(pictures)
}

/// `<stakeholders>-<id>[-<time>]-<hash>` of letters, digits and `-` only, whatever the id is.
fn stem(explanation: &Explanation) -> String {
    let time = explanation.time.as_deref().unwrap_or_default();
    let hash = sha256_text(&format!("{}\0{time}", explanation.id));
    let mut id = slug(&explanation.id);
    id.truncate(SLUG);
    let parts = [slug(&explanation.stakeholders).as_str(), id.trim_end_matches('-'), &slug(time), &hash[..DIGITS]]
        .map(str::to_owned);
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stem_of(id: &str, time: Option<&str>) -> String {
        stem(&Explanation {
            stakeholders: "customers".to_owned(),
            subject: "customer".to_owned(),
            id: id.to_owned(),
            time: time.map(str::to_owned),
            score: 0.0,
            base_score: 0.0,
            band: "low".to_owned(),
            selected_because: None,
            reasons: Vec::new(),
            actions: Vec::new(),
            shares: Vec::new(),
            history: Vec::new(),
        })
    }

    #[test]
    fn any_id_is_a_safe_name_of_its_own() {
        let long = "x".repeat(500);
        let ids = ["C-1", "c-1", "C 1", "../C-1", "C/1", "C\\1", "C:1", "", ".", "..", "Łódź 7", "客户", "a\nb", &long];
        let stems: Vec<String> = ids.iter().map(|id| stem_of(id, None)).collect();
        for stem in &stems {
            assert!(stem.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{stem}");
            assert!(stem.starts_with("customers-") && stem.len() < 80 && !stem.contains("--"), "{stem}");
        }
        let distinct: std::collections::BTreeSet<&String> = stems.iter().collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(stem_of("C-1", Some("2026-06-30")).starts_with("customers-c-1-2026-06-30-"));
        assert_ne!(stem_of("C-1", Some("2026-06-30")), stem_of("C-1", Some("2026-05-31")));
    }
}
