//! The world that typst sees: the embedded fonts and a handful of files in memory. No disk, no network, no clock.

use std::sync::OnceLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::base::{Error, Result};
use crate::report::fonts;

/// Files in memory, the first of them the main one.
pub struct Pages {
    main: FileId,
    sources: Vec<(FileId, Source)>,
    files: Vec<(FileId, Bytes)>,
}

/// What does not change from document to document.
struct Shared {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let fonts: Vec<Font> = fonts::ALL.iter().flat_map(|font| Font::iter(Bytes::new(*font))).collect();
        let book = FontBook::from_fonts(&fonts);
        Shared { library: LazyHash::new(Library::default()), book: LazyHash::new(book), fonts }
    })
}

impl Pages {
    /// A world of typst sources (the first is the main one) and data files, by name.
    pub fn new(sources: &[(&str, &str)], files: Vec<(String, Vec<u8>)>) -> Result<Self> {
        let sources: Result<Vec<(FileId, Source)>> = sources
            .iter()
            .map(|(name, text)| file_id(name).map(|id| (id, Source::new(id, (*text).to_owned()))))
            .collect();
        let files: Result<Vec<(FileId, Bytes)>> =
            files.into_iter().map(|(name, bytes)| file_id(&name).map(|id| (id, Bytes::new(bytes)))).collect();
        let sources = sources?;
        let main = sources.first().map(|(id, _)| *id).ok_or_else(|| Error::new("a document without a source"))?;
        Ok(Self { main, sources, files: files? })
    }
}

fn file_id(name: &str) -> Result<FileId> {
    let path = VirtualPath::new(name).map_err(|_| Error::new(format!("`{name}` is no name for a part of a page")))?;
    Ok(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

fn missing(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}

impl World for Pages {
    fn library(&self) -> &LazyHash<Library> {
        &shared().library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &shared().book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.sources.iter().find(|(known, _)| *known == id);
        found.map(|(_, source)| source.clone()).ok_or_else(|| missing(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = self.files.iter().find(|(known, _)| *known == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or_else(|| missing(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        shared().fonts.get(index).cloned()
    }

    /// Pages have no clock: dates come in with the view.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
