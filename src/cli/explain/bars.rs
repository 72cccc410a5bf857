//! Bars of block characters, to the half of a letter.

/// From points to halves of letters.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    low: f64,
    high: f64,
    /// Letters of the longest bar.
    width: usize,
}

impl Scale {
    /// A scale that reaches from zero over all scores that are passed on the way.
    pub fn new(passed: impl IntoIterator<Item = f64>, width: usize) -> Self {
        let (low, high) = passed.into_iter().fold((0.0_f64, 1.0_f64), |(low, high), at| (low.min(at), high.max(at)));
        Self { low, high, width }
    }

    /// A bar between two scores, with the blanks before it: half a letter at least.
    pub fn bar(&self, from: f64, to: f64) -> String {
        let (from, to) = (self.halves(from.min(to)), self.halves(from.max(to)));
        let from = from.min((2 * self.width).saturating_sub(1));
        let to = to.max(from + 1);
        let is_filled = |half: usize| (from..to).contains(&half);
        let letter = |place: usize| match (is_filled(2 * place), is_filled(2 * place + 1)) {
            (true, true) => '█',
            (true, false) => '▌',
            (false, true) => '▐',
            (false, false) => ' ',
        };
        (0..self.width).map(letter).collect::<String>().trim_end().to_owned()
    }

    fn halves(&self, score: f64) -> usize {
        let share = (score - self.low) / (self.high - self.low);
        // not negative: no score lies below the lowest
        (share * (2 * self.width) as f64).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_begin_where_the_last_one_ended() {
        let scale = Scale::new([10.0, 40.0, 20.0], 8);
        assert_eq!(scale.bar(0.0, 10.0), "██");
        assert_eq!(scale.bar(10.0, 40.0), "  ██████");
        assert_eq!(scale.bar(40.0, 20.0), "    ████");
        assert_eq!(scale.bar(0.0, 12.5), "██▌");
        assert_eq!(scale.bar(12.5, 15.0), "  ▐");
    }

    #[test]
    fn a_small_bar_is_seen_and_none_leaves_the_line() {
        let scale = Scale::new([-20.0, 80.0], 10);
        assert_eq!(scale.bar(0.0, 0.01), "  ▌");
        assert_eq!(scale.bar(80.0, 80.0), "         ▐");
        assert_eq!(scale.bar(-20.0, 80.0), "██████████");
        assert_eq!(Scale::new([], 0).bar(0.0, 1.0), "");
    }
}
