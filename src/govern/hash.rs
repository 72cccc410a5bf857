//! SHA-256 of bytes and files, as 64 lower-case hexadecimal digits.

use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::fault::read_error;
use crate::base::Result;

/// Bytes read at a time.
const BLOCK: usize = 1 << 18;

/// The digits of a finished hash.
pub fn hex(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The hash of a text's UTF-8 bytes.
pub fn sha256_text(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Number of bytes and hash of a file, read in blocks.
///
/// # Errors
/// The file cannot be read.
pub fn sha256_file(path: &Path) -> Result<(u64, String)> {
    let mut file = File::open(path).map_err(|error| read_error(path, &error))?;
    let mut hasher = Sha256::new();
    let mut block = vec![0; BLOCK];
    let mut bytes = 0;
    loop {
        let n = file.read(&mut block).map_err(|error| read_error(path, &error))?;
        if n == 0 {
            return Ok((bytes, hex(&hasher.finalize())));
        }
        hasher.update(&block[..n]);
        bytes += n as u64;
    }
}
