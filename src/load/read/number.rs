//! Numbers written as text: which notation a value is in, and its value.

/// The decimal separator of a column; the other one then groups thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// `1,234.5`
    Point,
    /// `1.234,5`
    Comma,
}

/// The notation of one value that looks like a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Integer,
    /// Whole, but beyond 2^53, where a float would lose digits.
    Big,
    /// With a decimal point or an exponent.
    Point,
    /// `1.234`: a decimal point, or a point between thousands.
    PointGroup,
    /// `12,5`
    Comma,
    /// `1,234`: a decimal comma, or a comma between thousands.
    CommaGroup,
    /// `1,234,567` or `1,234.5`
    CommaThousands,
    /// `1.234.567` or `1.234,5`
    PointThousands,
    /// `00123` or `+4915112345678`: digits that would not come back byte for byte.
    Code,
}

const LARGEST: u64 = 1 << 53;

/// The notation of a value; `None` where it is not a number.
pub fn shape(text: &[u8]) -> Option<Shape> {
    let (plus, body) = match text.split_first()? {
        (b'-', rest) => (false, rest),
        (b'+', rest) => (true, rest),
        _ => (false, text),
    };
    let whole = body.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if whole == body.len() {
        return integer(body, plus);
    }
    let code = leading_zero(body.get(..whole)?) || (plus && whole > 6);
    let shape = fraction(body, whole)?;
    Some(if code { Shape::Code } else { shape })
}

/// The value of a number in a known style; `None` where it is not one.
pub fn float(text: &[u8], style: Style) -> Option<f64> {
    let plain = match shape(text)? {
        Shape::Integer | Shape::Point | Shape::Big => return parse(text),
        Shape::PointGroup if style == Style::Point => return parse(text),
        Shape::Code => return None,
        Shape::PointGroup | Shape::PointThousands | Shape::Comma => Style::Comma,
        Shape::CommaThousands => Style::Point,
        Shape::CommaGroup => style,
    };
    if plain != style {
        return None;
    }
    let (group, decimal) = if style == Style::Point { (b',', b'.') } else { (b'.', b',') };
    let kept = text.iter().filter(|byte| **byte != group).map(|byte| if *byte == decimal { b'.' } else { *byte });
    parse(&kept.collect::<Vec<u8>>())
}

/// The value of a whole number in a known style; `None` where it is not one.
pub fn whole(text: &[u8], style: Style) -> Option<i64> {
    if let Some(value) = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()) {
        return Some(value);
    }
    let value = float(text, style)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "whole and below 2^53")]
    let truncated = (value.fract() == 0.0 && value.abs() <= LARGEST as f64).then_some(value as i64);
    truncated
}

/// The value of a sound number with a decimal point, separators of thousands still in it.
fn parse(text: &[u8]) -> Option<f64> {
    let parsed = |text: &[u8]| std::str::from_utf8(text).ok()?.parse().ok();
    let value: Option<f64> = parsed(text).or_else(|| {
        let kept = text.iter().copied().filter(|byte| byte.is_ascii_digit() || b"+-.eE".contains(byte));
        parsed(&kept.collect::<Vec<u8>>())
    });
    value.filter(|value| value.is_finite())
}

/// Whether a whole number comes back byte for byte: no leading zero, no plus sign, within 64 bits.
pub fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let sound = digits.bytes().all(|byte| byte.is_ascii_digit()) && !leading_zero(digits.as_bytes());
    sound && text != "-0" && text.parse::<i64>().is_ok()
}

fn integer(digits: &[u8], plus: bool) -> Option<Shape> {
    if digits.is_empty() {
        return None;
    }
    if leading_zero(digits) || (plus && digits.len() > 6) {
        return Some(Shape::Code);
    }
    if digits.len() < 16 {
        return Some(Shape::Integer);
    }
    let value = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
    Some(if value.is_some_and(|value| value <= LARGEST) { Shape::Integer } else { Shape::Big })
}

fn leading_zero(digits: &[u8]) -> bool {
    digits.len() > 1 && digits.first() == Some(&b'0')
}

/// The notation of a number whose first `whole` bytes are digits and which goes on after them.
fn fraction(body: &[u8], whole: usize) -> Option<Shape> {
    let separator = *body.get(whole)?;
    let rest = body.get(whole + 1..)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = digits == rest.len();
    match separator {
        b'e' | b'E' if whole > 0 => exponent(rest).then_some(Shape::Point),
        b'.' | b',' if end => single(body, whole, digits, separator),
        b'.' if whole + digits > 0 && matches!(rest.get(digits), Some(b'e' | b'E')) => {
            exponent(rest.get(digits + 1..)?).then_some(Shape::Point)
        }
        b'.' | b',' => grouped(body, separator),
        _ => spaced(body, whole),
    }
}

/// What groups thousands and never parts decimals: spaces and apostrophes of any kind.
const GROUPERS: [&str; 6] = [" ", "\u{a0}", "\u{202f}", "\u{2009}", "'", "\u{2019}"];

/// `1 234`, `1 234,50`, `1'234.50`: what follows the groups, if anything, parts decimals.
fn spaced(body: &[u8], whole: usize) -> Option<Shape> {
    let (first, mut rest) = body.split_at_checked(whole)?;
    let grouper = GROUPERS.iter().find(|grouper| rest.starts_with(grouper.as_bytes()))?;
    if !(1..=3).contains(&whole) || first.first() == Some(&b'0') {
        return None;
    }
    let mut digits = first.to_vec();
    while let Some(after) = rest.strip_prefix(grouper.as_bytes()) {
        let (group, next) = after.split_at_checked(3)?;
        if !group.iter().all(u8::is_ascii_digit) || next.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        digits.extend_from_slice(group);
        rest = next;
    }
    let decimals = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    match rest.split_first() {
        None => integer(&digits, false),
        Some((b'.', after)) => decimals(after).then_some(Shape::Point),
        Some((b',', after)) => decimals(after).then_some(Shape::Comma),
        Some(_) => None,
    }
}

/// One separator with digits on both sides, or on one.
fn single(body: &[u8], whole: usize, digits: usize, separator: u8) -> Option<Shape> {
    if whole + digits == 0 {
        return None;
    }
    let group = digits == 3 && (1..=3).contains(&whole) && body.first() != Some(&b'0');
    match (separator, group) {
        (b'.', true) => Some(Shape::PointGroup),
        (b'.', false) => Some(Shape::Point),
        (_, true) => Some(Shape::CommaGroup),
        (_, false) if whole > 0 && digits > 0 => Some(Shape::Comma),
        _ => None,
    }
}

/// Thousands in groups of three by `separator`, then perhaps the other separator and decimals.
fn grouped(body: &[u8], separator: u8) -> Option<Shape> {
    let decimal = if separator == b'.' { b',' } else { b'.' };
    let mut halves = body.splitn(2, |byte| *byte == decimal);
    let whole = halves.next()?;
    let decimals = halves.next();
    let mut groups = whole.split(|byte| *byte == separator);
    let first = groups.next()?;
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let n_rest = groups.clone().count();
    let sound = (1..=3).contains(&first.len())
        && first.first() != Some(&b'0')
        && digits(first)
        && groups.all(|group| group.len() == 3 && digits(group))
        && decimals.is_none_or(|decimals| !decimals.is_empty() && digits(decimals))
        && (n_rest > 1 || decimals.is_some());
    let shape = if separator == b'.' { Shape::PointThousands } else { Shape::CommaThousands };
    sound.then_some(shape)
}

fn exponent(text: &[u8]) -> bool {
    let digits = match text.split_first() {
        Some((b'+' | b'-', rest)) => rest,
        _ => text,
    };
    (1..=3).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a value is a number with a percent or currency sign.
pub fn has_unit(text: &str) -> bool {
    const SIGNS: &[&str] = &["%", "€", "$", "£", "¥", "EUR", "USD", "GBP", "CHF"];
    let bare = |rest: &str| shape(rest.trim().as_bytes()).is_some_and(|shape| shape != Shape::Code);
    SIGNS.iter().any(|sign| {
        let inner = text.strip_prefix('-').unwrap_or(text);
        text.strip_suffix(sign).is_some_and(bare) || inner.strip_prefix(sign).is_some_and(bare)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_are_told_apart() {
        let cases = [
            ("12", Some(Shape::Integer)),
            ("-0", Some(Shape::Integer)),
            ("9007199254740992", Some(Shape::Integer)),
            ("9007199254740993", Some(Shape::Big)),
            ("00123", Some(Shape::Code)),
            ("+4915112345678", Some(Shape::Code)),
            ("1.5", Some(Shape::Point)),
            (".5", Some(Shape::Point)),
            ("1e-5", Some(Shape::Point)),
            ("1.234", Some(Shape::PointGroup)),
            ("0.234", Some(Shape::Point)),
            ("12,5", Some(Shape::Comma)),
            ("1,234", Some(Shape::CommaGroup)),
            ("1,234.5", Some(Shape::CommaThousands)),
            ("1.234.567", Some(Shape::PointThousands)),
            ("1.234,50", Some(Shape::PointThousands)),
            ("1,23,456", None),
            ("12.05.2020", None),
            ("1 234", Some(Shape::Integer)),
            ("1\u{a0}234,50", Some(Shape::Comma)),
            ("-12\u{202f}345\u{202f}678,5", Some(Shape::Comma)),
            ("1'234.500", Some(Shape::Point)),
            ("1’234", Some(Shape::Integer)),
            ("1 234'567", None),
            ("12 34", None),
            ("0 123", None),
            ("1 2345", None),
            ("1 234,", None),
            ("-", None),
            (".", None),
            ("1 2", None),
            ("nan", None),
        ];
        for (text, expected) in cases {
            assert_eq!(shape(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn plain_numbers_come_back_byte_for_byte() {
        for plain in ["0", "-7", "9223372036854775807"] {
            assert!(is_plain(plain), "{plain}");
        }
        for changed in ["007", "+7", "-0", "1.0", "1 000", "9223372036854775808", "", "-", "x"] {
            assert!(!is_plain(changed), "{changed}");
        }
    }

    #[test]
    fn values_follow_the_style() {
        assert_eq!(float(b"1.234,5", Style::Comma), Some(1234.5));
        assert_eq!(float(b"1.234", Style::Comma), Some(1234.0));
        assert_eq!(float(b"1,234", Style::Comma), Some(1.234));
        assert_eq!(float(b"1,234", Style::Point), Some(1234.0));
        assert_eq!(float(b"1,5", Style::Point), None);
        assert_eq!(whole(b"1,234,567", Style::Point), Some(1_234_567));
        assert_eq!(float("-1\u{a0}234,50".as_bytes(), Style::Comma), Some(-1234.5));
        assert_eq!(float("1 234,50".as_bytes(), Style::Point), None);
        assert_eq!(float("1’234.5".as_bytes(), Style::Point), Some(1234.5));
        assert_eq!(whole(b"12 345", Style::Comma), Some(12_345));
        assert!(has_unit("5 %") && has_unit("€ 1,200.50") && has_unit("-$5") && !has_unit("%") && !has_unit("5 m"));
    }
}
