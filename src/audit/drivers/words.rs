//! A gap in a sentence.

use super::Gap;

/// Drivers that a sentence names at most, and the share of the gap below which none is named.
const NAMED_MAX: usize = 3;
const SHARE_MIN: f64 = 0.1;

impl Gap {
    /// "of the 6.1 points between the mean scores of F and M, 4.0 come from Contract and 1.3 from Average delay": the columns that pull
    /// most in the direction of the gap, each at least a tenth of it. Where together they pull further than the gap is
    /// wide, the sentence says what the rest takes back. `None` where the gap reads as 0.0 points.
    pub fn sentence(&self, label: &dyn Fn(&str) -> String) -> Option<String> {
        let size = self.gap.abs();
        if rounded(size) == "0.0" {
            return None;
        }
        let pull = |points: f64| points * self.gap.signum();
        let named: Vec<(f64, String)> = self
            .columns
            .iter()
            .filter(|of| pull(of.points) >= SHARE_MIN * size && rounded(pull(of.points)) != "0.0")
            .take(NAMED_MAX)
            .map(|of| (pull(of.points), label(&of.feature)))
            .collect();
        let between =
            format!("of the {} points between the mean scores of {} and {}", rounded(size), self.group, self.reference);
        let Some(((first, column), more)) = named.split_first() else {
            return Some(format!("{between}, no column brings a tenth"));
        };
        let mut parts = vec![format!("{} come from {column}", rounded(*first))];
        parts.extend(more.iter().map(|(points, column)| format!("{} from {column}", rounded(*points))));
        let over = named.iter().map(|of| of.0).sum::<f64>() - size;
        let back = if rounded(over.max(0.0)) == "0.0" {
            String::new()
        } else {
            format!("; all else takes back {}", rounded(over))
        };
        Some(format!("{between}, {}{back}", listed(&parts)))
    }
}

fn rounded(points: f64) -> String {
    format!("{points:.1}")
}

/// "a", "a and b", "a, b and c".
fn listed(parts: &[String]) -> String {
    match parts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Driver, Gap};
    use crate::base::population::Population;

    fn gap(total: f64, columns: &[(&str, f64)]) -> Gap {
        let driver = |(name, points): &(&str, f64)| Driver {
            feature: (*name).to_owned(),
            points: *points,
            low: None,
            high: None,
        };
        Gap {
            feature: "gender".to_owned(),
            group: "F".to_owned(),
            reference: "M".to_owned(),
            population: Population::Today,
            n: 5,
            n_reference: 5,
            gap: total,
            gap_low: None,
            gap_high: None,
            between_folds: 0.0,
            columns: columns.iter().map(driver).collect(),
            others: None,
            pillars: Vec::new(),
        }
    }

    #[test]
    fn gaps_are_told_in_sentences() {
        let told = |total, columns: &[(&str, f64)]| gap(total, columns).sentence(&|name| name.to_uppercase());
        let sentence = told(6.1, &[("contract", 4.0), ("late", 1.9), ("age", 0.2)]).unwrap();
        assert_eq!(
            sentence,
            "of the 6.1 points between the mean scores of F and M, 4.0 come from CONTRACT and 1.9 from LATE"
        );
        let sentence = told(-2.0, &[("late", -2.5), ("age", 0.5)]).unwrap();
        assert_eq!(
            sentence,
            "of the 2.0 points between the mean scores of F and M, 2.5 come from LATE; all else takes back 0.5"
        );
        let sentence = told(3.0, &[("age", -0.5)]).unwrap();
        assert_eq!(sentence, "of the 3.0 points between the mean scores of F and M, no column brings a tenth");
        assert_eq!(told(0.04, &[("age", 0.04)]), None);
    }
}
