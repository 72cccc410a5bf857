//! How often something stands in a column, and where first.

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Number of the file within its source.
    pub file: usize,
    /// Row in the file, its header being row 1 where it is the first line.
    pub row: u64,
}

/// How often something stands in a column, where first, and what.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub count: u64,
    pub first: Option<(Place, String)>,
}

impl Tally {
    pub fn add(&mut self, place: Place, text: &str) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some((place, text.to_owned()));
        }
    }

    pub fn merge(&mut self, later: Self) {
        self.count += later.count;
        if self.first.is_none() {
            self.first = later.first;
        }
    }
}

/// The first few different texts that do not fit with how often each stands there, and where the first of them stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    pub first: Option<Place>,
    /// In the order in which they first stand.
    pub texts: Vec<(String, u64)>,
}

impl Sample {
    /// Different texts that are counted.
    const SIZE: usize = 8;
    /// Different texts that are told.
    pub const N_TOLD: usize = 5;

    pub fn add(&mut self, place: Place, text: &str) {
        self.first.get_or_insert(place);
        self.count(text, 1);
    }

    pub fn merge(&mut self, later: Self) {
        self.first = self.first.or(later.first);
        for (text, count) in later.texts {
            self.count(&text, count);
        }
    }

    fn count(&mut self, text: &str, count: u64) {
        if let Some((_, known)) = self.texts.iter_mut().find(|(known, _)| known == text) {
            *known += count;
        } else if self.texts.len() < Self::SIZE {
            self.texts.push((text.to_owned(), count));
        }
    }

    /// The most frequent texts, those that stand first first where they are equally frequent.
    pub fn most_frequent(&self) -> Vec<&(String, u64)> {
        let mut texts: Vec<&(String, u64)> = self.texts.iter().collect();
        texts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        texts.truncate(Self::N_TOLD);
        texts
    }
}
