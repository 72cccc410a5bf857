//! The command `trustrisk`.

use std::process::ExitCode;

fn main() -> ExitCode {
    trustrisk::cli::main()
}
