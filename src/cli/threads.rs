//! How many threads the libraries may use.

use std::num::NonZeroUsize;

/// Where polars looks, once, when its pool is first used.
const POLARS: &str = "POLARS_MAX_THREADS";

/// Sets the size of the thread pools. To be called first of all: a pool keeps the size that it started with.
pub fn limit(threads: Option<NonZeroUsize>) {
    let Some(threads) = threads else { return };
    // SAFETY: called at the start of `main`, before any thread but this one exists, so that nobody reads the
    // environment meanwhile.
    #[allow(unsafe_code)]
    unsafe {
        std::env::set_var(POLARS, threads.to_string());
    }
    // fails only where the pool runs already, which the line above rules out
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build_global();
}
