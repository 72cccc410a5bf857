//! The fonts that pages and charts carry with them, so that they look the same on every machine: Inter, and for letters
//! that it lacks Noto and Droid (`assets/fonts`, with their licenses). Korean is not among them.

use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb::{Database, Source};
use ttf_parser::Face;

/// The family that pages and charts name.
pub const FAMILY: &str = "Inter";

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.otf");
const SEMI_BOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.otf");
const BOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-Bold.otf");

/// All of them, in the order in which they are asked for a letter.
pub const ALL: [&[u8]; 16] = [
    REGULAR,
    SEMI_BOLD,
    BOLD,
    include_bytes!("../../assets/fonts/fallback/NotoSans-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansArabic-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansDevanagari-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansBengali-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansTamil-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansThai-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansGeorgian-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansArmenian-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansSymbols-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoSansSymbols2-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/NotoEmoji-Regular.ttf"),
    include_bytes!("../../assets/fonts/fallback/DroidSansFallback.ttf"),
];

/// The fonts that measure: those of [`ALL`] that can be read, semibold first or regular first.
fn faces(strong: bool) -> &'static [Face<'static>] {
    static FACES: [OnceLock<Vec<Face<'static>>>; 2] = [const { OnceLock::new() }; 2];
    FACES[usize::from(strong)].get_or_init(|| {
        let first = if strong { SEMI_BOLD } else { REGULAR };
        let fonts = [first].into_iter().chain(ALL.into_iter().skip(3));
        fonts.filter_map(|font| Face::parse(font, 0).ok()).collect()
    })
}

/// Width of a text in em: the advances of its letters, without kerning and ligatures (within two percent of Latin text). A
/// letter that no font has counts as one em.
pub fn width(text: &str, strong: bool) -> f64 {
    text.chars().map(|letter| advance(letter, strong)).sum()
}

fn advance(letter: char, strong: bool) -> f64 {
    let of = |face: &Face<'static>| {
        let glyph = face.glyph_index(letter)?;
        Some(f64::from(face.glyph_hor_advance(glyph)?) / f64::from(face.units_per_em()))
    };
    faces(strong).iter().find_map(of).unwrap_or(1.0)
}

/// The fonts for drawing an SVG.
pub fn database() -> Arc<Database> {
    static DATABASE: OnceLock<Arc<Database>> = OnceLock::new();
    let fill = || {
        let mut database = Database::new();
        for font in ALL {
            database.load_font_source(Source::Binary(Arc::new(font)));
        }
        database.set_sans_serif_family(FAMILY);
        Arc::new(database)
    };
    Arc::clone(DATABASE.get_or_init(fill))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_font_can_be_read() {
        assert!(ALL.iter().all(|font| Face::parse(font, 0).is_ok()));
        assert_eq!(database().faces().count(), ALL.len());
    }

    #[test]
    fn letters_of_many_scripts_have_a_width() {
        assert!((width("Harbor Lane", false) - 5.6).abs() < 0.3, "{}", width("Harbor Lane", false));
        assert!(width("Harbor Lane", true) > width("Harbor Lane", false));
        let known = |letter: char| faces(false).iter().any(|face| face.glyph_index(letter).is_some());
        for letter in "aßŁжΩשعहবதไქՀ→☎🦀北あア€".chars() {
            assert!(known(letter), "{letter}");
        }
        assert!(!known('한'));
    }
}
