//! Where the rows of a table stand in its files.

/// The row numbers of one file, from top to bottom, kept as runs of consecutive ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    /// Which row begins a run, and its number.
    runs: Vec<(usize, u64)>,
    n_rows: usize,
}

impl Numbers {
    /// The number of the next row.
    pub fn push(&mut self, number: u64) {
        let next = self.runs.last().map(|(row, first)| first + (self.n_rows - row) as u64);
        if next != Some(number) {
            self.runs.push((self.n_rows, number));
        }
        self.n_rows += 1;
    }

    /// Adds the rows of a later piece of the file, whose numbers count from `start`.
    pub fn append(&mut self, later: &Self, start: u64) {
        let moved = later.runs.iter().map(|(row, number)| (self.n_rows + row, start + number));
        self.runs.extend(moved);
        self.n_rows += later.n_rows;
    }

    fn of(&self, row: usize) -> Option<u64> {
        let (first, number) = self.runs[..self.runs.partition_point(|(first, _)| *first <= row)].last()?;
        (row < self.n_rows).then(|| number + (row - first) as u64)
    }
}

/// The files of a table, one under the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    files: Vec<(String, Numbers)>,
}

impl Places {
    pub fn push(&mut self, file: String, numbers: Numbers) {
        self.files.push((file, numbers));
    }

    /// The file of a row of the table, where there are several, and its number there. Of a table that stands in no
    /// file, such as a query's result, the first row is row 2.
    pub fn of(&self, row: usize) -> (Option<&str>, u64) {
        let mut above = 0;
        for (file, numbers) in &self.files {
            if let Some(number) = numbers.of(row - above) {
                return (Some(file.as_str()).filter(|_| self.files.len() > 1), number);
            }
            above += numbers.n_rows;
        }
        (None, row as u64 + 2)
    }
}
