//! Run bundles: what one run leaves behind, complete or not at all, with the hashes of all that went in and came out.
//!
//! A [`Bundle`] is written to a temporary folder and renamed when its manifest, written last, is complete.
//! No clock and no environment in here: folders and the present time come in as arguments.

pub mod bundle;
pub mod changed;
pub mod compare;
mod fault;
pub mod finished;
pub mod folder;
mod hash;
pub mod manifest;
pub mod outputs;
pub mod run;
pub mod sweep;
pub mod verify;

pub use bundle::{Bundle, Opened, existing, note, open};
pub use changed::ensure_unchanged;
pub use compare::{Compare, Compared, listed, previous, sealed};
pub use finished::{groups_with, read_text};
pub use folder::Folder;
pub use hash::{sha256_file, sha256_text};
pub use manifest::{Manifest, ManifestParts};
pub use outputs::Outputs;
pub use run::{RunId, run_id};
pub use sweep::sweep;
pub use verify::{Difference, differences, verify};

/// The file that seals a bundle.
pub const MANIFEST: &str = "manifest.json";

/// Files of a bundle that say nothing of its results, so that no manifest holds them.
pub const UNSEALED: &[&str] = &["timings.json"];

/// How the name of a folder that is still being written begins.
const TEMPORARY: &str = ".tmp-";
