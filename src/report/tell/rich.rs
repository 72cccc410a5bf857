//! Text as pages get it: finished words with a few styles, never markup.

use serde::Serialize;

use crate::report::words;

/// A piece of text in one style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub text: String,
    /// "plain", "strong" or "muted".
    pub style: &'static str,
}

/// A sentence or two in several styles.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Rich(pub Vec<Piece>);

impl Rich {
    pub fn new(text: impl AsRef<str>) -> Self {
        Self::default().plain(text)
    }

    #[must_use]
    pub fn plain(self, text: impl AsRef<str>) -> Self {
        self.piece(text.as_ref(), "plain")
    }

    #[must_use]
    pub fn strong(self, text: impl AsRef<str>) -> Self {
        self.piece(text.as_ref(), "strong")
    }

    #[must_use]
    pub fn muted(self, text: impl AsRef<str>) -> Self {
        self.piece(text.as_ref(), "muted")
    }

    /// Strong, and without places to break: what a reader may copy.
    #[must_use]
    pub fn exact(mut self, text: impl AsRef<str>) -> Self {
        self.0.push(Piece { text: words::printable(text.as_ref()), style: "strong" });
        self
    }

    fn piece(mut self, text: &str, style: &'static str) -> Self {
        if !text.is_empty() {
            self.0.push(Piece { text: safe(text, 400), style });
        }
        self
    }
}

/// One printable line of at most `limit` characters, in which long unbroken runs (ids, addresses) may be broken.
pub fn safe(text: &str, limit: usize) -> String {
    breakable(&words::ellipsized(&words::printable(text), limit), 20, 10)
}

/// An id as its column takes it: it may be broken only where it is longer than the wide column, since what is put in
/// to break it gets into what a reader copies.
pub fn safe_id(id: &str) -> String {
    breakable(&words::ellipsized(&words::printable(id), 60), ID_FITS_WIDE, 1)
}

/// Characters of an id that fit into the narrow column.
pub const ID_FITS: usize = 11;

/// Characters of an id that fit into the wide column.
const ID_FITS_WIDE: usize = 17;

/// Letters of a hash.
const HASH: usize = 64;
/// A zero-width space: invisible.
const BREAK: char = '\u{200b}';

/// The text with places to break in unbroken runs, from character `from` on at every `step`; hashes and addresses stay whole,
/// since people copy them, and a run that has its places keeps them.
fn breakable(text: &str, from: usize, step: usize) -> String {
    text.split_inclusive(char::is_whitespace).map(|run| broken(run, from, step)).collect()
}

fn broken(run: &str, from: usize, step: usize) -> String {
    let bare = run.trim_end();
    let is_hash = bare.len() == HASH && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_address = bare.contains('@') && bare.len() <= HASH;
    if is_hash || is_address || bare.contains(BREAK) {
        return run.to_owned();
    }
    let mut broken = String::with_capacity(run.len());
    for (place, c) in run.chars().enumerate() {
        broken.push(c);
        if place + 1 >= from && (place + 1) % step == 0 && !c.is_whitespace() {
            broken.push(BREAK);
        }
    }
    broken
}

/// The text as a sentence that ends.
pub fn closed(text: &str) -> String {
    if text.ends_with(['.', '…', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// The tone of a band or of a change, as the template knows it.
pub fn band_tone(band: crate::base::units::Band) -> &'static str {
    use crate::base::units::Band;
    match band {
        Band::Low => "neutral",
        Band::Elevated => "caution",
        Band::High => "risk",
        Band::Critical => "dark",
    }
}
