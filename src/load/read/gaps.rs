//! Records without any value: told where rows follow them, no matter where they end a table.

/// Empty records, by whether a row follows them.
#[derive(Debug, Clone, Default)]
pub struct Gaps {
    /// Those that a row follows.
    pub count: u64,
    /// The first of these.
    pub first: Option<u64>,
    /// Those that no row has followed so far, and the first of them.
    tail: u64,
    first_tail: Option<u64>,
}

impl Gaps {
    /// An empty record.
    pub fn add(&mut self, record: u64) {
        self.tail += 1;
        self.first_tail.get_or_insert(record);
    }

    /// A row: what was empty before it stands between rows.
    pub fn close(&mut self) {
        self.count += std::mem::take(&mut self.tail);
        self.first = self.first.or(self.first_tail);
        self.first_tail = None;
    }

    /// Adds what was seen further down, in a piece whose records begin at `start`.
    pub fn append(&mut self, later: &Self, n_rows: usize, start: u64) {
        if n_rows > 0 {
            self.close();
        }
        self.count += later.count;
        self.first = self.first.or(later.first.map(|first| start + first));
        self.tail += later.tail;
        self.first_tail = self.first_tail.or(later.first_tail.map(|first| start + first));
    }
}
