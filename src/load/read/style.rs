//! Which decimal separator the numbers of a column share.

use super::decide::Declarations;
use super::decide::Reading;
use super::number::Style;
use super::scan::ColumnScan;
use super::tally::Tally;

/// What the columns of a source tell of its decimal separator, each by values that only one style reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Others {
    pub points: bool,
    pub commas: bool,
}

impl Others {
    /// Looks at the columns that hold numbers nearly throughout.
    pub fn new<'a>(scans: impl Iterator<Item = &'a ColumnScan>) -> Self {
        let mut others = Self::default();
        for scan in scans.filter(|scan| scan.n > 0 && shaped(scan) * 10 >= scan.n * 9) {
            let numbers = &scan.numbers;
            others.points |= numbers.point + numbers.comma_thousands > 0;
            others.commas |= numbers.comma.count + numbers.point_thousands > 0;
        }
        others
    }
}

/// The numbers of a column in the one style that they share.
#[derive(Default)]
pub struct Numbers {
    style: Option<Style>,
    /// Values that are numbers in that style.
    pub count: u64,
    /// Values that are numbers in some style.
    pub shaped: u64,
    /// The values that leave the style open, and their separator.
    pub unclear: Option<(Tally, char)>,
}

impl Numbers {
    pub fn new(scan: &ColumnScan, declared: &Declarations) -> Self {
        let numbers = &scan.numbers;
        let style = style_of(scan, declared);
        let plain = numbers.integer + big_numbers(scan);
        let points = numbers.native + numbers.point;
        let commas = numbers.comma.count + numbers.comma_group.count;
        let count = match style {
            Some(Style::Point) => {
                plain + points + numbers.point_group.count + numbers.comma_group.count + numbers.comma_thousands
            }
            Some(Style::Comma) => plain + numbers.point_group.count + commas + numbers.point_thousands,
            None => plain + points,
        };
        let shaped = shaped(scan);
        let unclear = (count < shaped).then(|| unclear(scan, commas)).flatten();
        Self { style, count, shaped, unclear }
    }

    /// Whether no value of the column tells its style.
    pub fn is_open(&self, scan: &ColumnScan) -> bool {
        let numbers = &scan.numbers;
        self.style.is_none() && numbers.native + numbers.point + numbers.comma_thousands == 0
    }

    /// How to read the column.
    pub fn reading(&self, scan: &ColumnScan) -> Reading {
        let style = self.style.unwrap_or(Style::Point);
        let numbers = &scan.numbers;
        let grouped = match style {
            Style::Point => numbers.comma_group.count,
            Style::Comma => numbers.point_group.count,
        };
        let whole = numbers.integer + grouped == self.count;
        if whole { Reading::Whole(style) } else { Reading::Float(style) }
    }
}

fn unclear(scan: &ColumnScan, commas: u64) -> Option<(Tally, char)> {
    let numbers = &scan.numbers;
    if commas > 0 {
        let first = if numbers.comma_group.count > 0 { &numbers.comma_group } else { &numbers.comma };
        return Some((Tally { count: commas, first: first.first.clone() }, ','));
    }
    (numbers.point_group.count > 0).then(|| (numbers.point_group.clone(), '.'))
}

/// Values that are numbers in some style.
fn shaped(scan: &ColumnScan) -> u64 {
    let numbers = &scan.numbers;
    let points = numbers.native + numbers.point + numbers.point_group.count + numbers.point_thousands;
    let commas = numbers.comma.count + numbers.comma_group.count + numbers.comma_thousands;
    numbers.integer + big_numbers(scan) + points + commas
}

/// Whole numbers beyond 2^53 are numbers only among decimals; alone they are codes.
fn big_numbers(scan: &ColumnScan) -> u64 {
    let numbers = &scan.numbers;
    if numbers.native + numbers.point + numbers.comma.count > 0 { numbers.big } else { 0 }
}

/// The style that all numbers of a column share, where the config or the values tell it. In this order:
///
/// 1. What is declared.
/// 2. Values that only one style reads: `0.5`, `12.25`, `1,234.5` are in points; `12,5`, `1.234,50` in commas. A column
///    that holds both has no style, nor has one with commas alone in a file that is itself delimited by commas.
/// 3. `1.234` and `1,234` fit both, a factor of 1000 apart. The other columns of the source decide, where they all hold
///    points or all commas. They are not believed for points where whole numbers without a group stand beside groups
///    that end in zero (`850`, `12.500`): nobody writes decimals like that.
/// 4. Where nothing tells, points are decimals in a file that is delimited by commas, as English ones are, again unless
///    they look like groups. All else stays open, and is told rather than guessed.
fn style_of(scan: &ColumnScan, declared: &Declarations) -> Option<Style> {
    if declared.decimal.is_some() {
        return declared.decimal;
    }
    let numbers = &scan.numbers;
    let points = numbers.native + numbers.point + numbers.comma_thousands > 0;
    let commas = numbers.comma.count + numbers.point_thousands > 0;
    let comma_readable = !declared.comma_delimited || numbers.point_thousands > 0;
    match (points, commas) {
        (true, true) => None,
        (true, false) => Some(Style::Point),
        (false, true) => comma_readable.then_some(Style::Comma),
        (false, false) => style_of_groups(scan, declared),
    }
}

/// The style of a column whose numbers are whole or fit both styles.
fn style_of_groups(scan: &ColumnScan, declared: &Declarations) -> Option<Style> {
    let numbers = &scan.numbers;
    let (points, commas) = (numbers.point_group.count > 0, numbers.comma_group.count > 0);
    if !points && !commas {
        return Some(Style::Point);
    }
    if points && commas {
        return None;
    }
    let look_grouped = numbers.integer > 0 && numbers.round_group > 0;
    match (declared.others.points, declared.others.commas) {
        (true, false) => (commas || !look_grouped).then_some(Style::Point),
        (false, true) => (!declared.comma_delimited && (points || !look_grouped)).then_some(Style::Comma),
        (false, false) => (points && declared.comma_delimited && !look_grouped).then_some(Style::Point),
        (true, true) => None,
    }
}
