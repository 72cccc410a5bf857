//! Names of columns in the tables that a run writes.

use std::collections::BTreeSet;

/// Names for the columns of the source beside ours: their own, but with `_` behind them until nobody is called so where
/// they are called like one of ours.
pub fn beside<'a>(ours: impl IntoIterator<Item = &'a str>, sources: &[&str]) -> Vec<String> {
    let ours: BTreeSet<&str> = ours.into_iter().collect();
    let mut taken: BTreeSet<String> = ours.iter().chain(sources).map(|name| (*name).to_owned()).collect();
    let name = |source: &&str| {
        if !ours.contains(source) {
            return (*source).to_owned();
        }
        let mut name = format!("{source}_");
        while taken.contains(&name) {
            name.push('_');
        }
        taken.insert(name.clone());
        name
    };
    sources.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_columns_are_called_the_same() {
        let ours = ["id", "score"];
        assert_eq!(beside(ours, &["age", "score"]), ["age", "score_"]);
        assert_eq!(beside(ours, &["score", "score_"]), ["score__", "score_"]);
        assert_eq!(beside(ours, &["score__", "score_", "id", "score"]), ["score__", "score_", "id_", "score___"]);
    }
}
