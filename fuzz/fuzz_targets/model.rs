//! Whatever the bytes: a model or an error, no panic, no hang, no memory beyond a multiple of the file's.

#![no_main]

use libfuzzer_sys::fuzz_target;
use trustrisk::base::saved::SavedModel;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = SavedModel::parse(text);
    }
});
