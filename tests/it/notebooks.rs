//! The notebooks give what is committed, on the committed sample run.

use std::process::Command;

use crate::support::{root, tools};

#[test]
fn the_notebooks_give_what_is_committed() {
    let python = tools().join("bin/python");
    let checked = Command::new(python).arg(root().join("notebooks/execute.py")).arg("--check").output().unwrap();
    let told = [checked.stdout, checked.stderr].concat();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&told));
}
