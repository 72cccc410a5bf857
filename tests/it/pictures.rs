//! Pages as pictures, held against those in `tests/pictures/`: a word that is gone, moved or of another color is found.
//!
//! `PICTURES_ACCEPT=1 cargo test --test it pictures::` takes the pages as they are now; look at them first. Where a page
//! looks otherwise, the picture that was expected, the one that came and their difference stand side by side in the folder
//! that the failure names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use resvg::tiny_skia::{ColorU8, Pixmap, PixmapPaint, Transform};
use trustrisk::report::pdf::owner;

use crate::report::{drawn, fixture};
use crate::support::{root, tool, trustrisk};

/// Dots per inch: letters can just be read.
const RESOLUTION: &str = "50";
/// Channels that differ by more are seen; of 255, after the blur: another version of the program that paints smooths edges
/// in its own way.
const SEEN: u8 = 32;
/// A page is looked at in squares of this size, so that a single word counts whatever else stands on the page.
const SQUARE: u32 = 16;
/// Pixels of a square that may look otherwise.
const TOLERATED: usize = 12;

/// Every page of a PDF as a picture.
fn painted(pdf: &Path) -> Vec<Pixmap> {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(tool("pdftoppm"))
        .args(["-r", RESOLUTION, "-png"])
        .arg(pdf)
        .arg(folder.path().join("page"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let pages: BTreeSet<PathBuf> = fs::read_dir(folder.path()).unwrap().map(|page| page.unwrap().path()).collect();
    pages.iter().map(|page| Pixmap::load_png(page).unwrap()).collect()
}

/// Channels of the pixel at a place, each the mean of its neighborhood of three by three.
fn blurred(picture: &Pixmap, x: u32, y: u32) -> [u16; 3] {
    let (mut sum, mut n) = ([0u16; 3], 0);
    for y in y.saturating_sub(1)..=(y + 1).min(picture.height() - 1) {
        for x in x.saturating_sub(1)..=(x + 1).min(picture.width() - 1) {
            let pixel = picture.pixel(x, y).unwrap();
            for (sum, channel) in sum.iter_mut().zip([pixel.red(), pixel.green(), pixel.blue()]) {
                *sum += u16::from(channel);
            }
            n += 1;
        }
    }
    sum.map(|sum| sum / n)
}

/// The places that look otherwise.
fn differing(expected: &Pixmap, found: &Pixmap) -> Vec<(u32, u32)> {
    let places = (0..expected.height()).flat_map(|y| (0..expected.width()).map(move |x| (x, y)));
    let differs = |&(x, y): &(u32, u32)| {
        let pair = blurred(expected, x, y).into_iter().zip(blurred(found, x, y));
        pair.into_iter().any(|(a, b)| a.abs_diff(b) > u16::from(SEEN))
    };
    places.filter(differs).collect()
}

/// What is wrong with a page: how many of its squares look otherwise; `None` where it looks as expected.
fn fault(expected: &Pixmap, found: &Pixmap) -> Option<String> {
    let size = |of: &Pixmap| (of.width(), of.height());
    if size(expected) != size(found) {
        return Some(format!("{:?} pixels, not {:?}", size(found), size(expected)));
    }
    let mut squares: BTreeMap<(u32, u32), usize> = BTreeMap::new();
    for (x, y) in differing(expected, found) {
        *squares.entry((x / SQUARE, y / SQUARE)).or_default() += 1;
    }
    let n = squares.values().filter(|n| **n > TOLERATED).count();
    (n > 0).then(|| format!("{n} places look otherwise"))
}

/// Expected, found, and where they differ, side by side.
fn beside(expected: &Pixmap, found: &Pixmap) -> Pixmap {
    let (width, height) = (expected.width().max(found.width()), expected.height().max(found.height()));
    let mut sheet = Pixmap::new(3 * width, height).unwrap();
    let mut marked = found.clone();
    if (expected.width(), expected.height()) == (found.width(), found.height()) {
        let red = ColorU8::from_rgba(220, 0, 0, 255).premultiply();
        for (x, y) in differing(expected, found) {
            let at = (y * marked.width() + x) as usize;
            marked.pixels_mut()[at] = red;
        }
    }
    for (place, picture) in (0i32..).zip([expected, found, &marked]) {
        let at = place * i32::try_from(width).unwrap();
        sheet.draw_pixmap(at, 0, picture.as_ref(), &PixmapPaint::default(), Transform::identity(), None);
    }
    sheet
}

/// Holds the pages of a PDF against the pictures of that name.
fn hold(name: &str, pdf: &Path) {
    let folder = root().join("tests/pictures");
    let file = |page: usize| folder.join(format!("{name}-{:02}.png", page + 1));
    let found = painted(pdf);
    if std::env::var_os("PICTURES_ACCEPT").is_some() {
        fs::create_dir_all(&folder).unwrap();
        (0..).map(file).take_while(|file| file.is_file()).for_each(|file| fs::remove_file(file).unwrap());
        found.iter().enumerate().for_each(|(page, picture)| picture.save_png(file(page)).unwrap());
        return;
    }
    let n_expected = (0..).map(file).take_while(|file| file.is_file()).count();
    let mut faults = Vec::new();
    if n_expected != found.len() {
        faults.push(format!("{} pages, not {n_expected}", found.len()));
    }
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    for (page, found) in found.iter().take(n_expected).enumerate() {
        let expected = Pixmap::load_png(file(page)).unwrap();
        if let Some(fault) = fault(&expected, found) {
            fs::create_dir_all(&out).unwrap();
            let shown = out.join(format!("{name}-{:02}.png", page + 1));
            beside(&expected, found).save_png(&shown).unwrap();
            faults.push(format!("page {}: {fault}, see {}", page + 1, shown.display()));
        }
    }
    assert!(faults.is_empty(), "{name}: {}; `PICTURES_ACCEPT=1` takes what is right", faults.join("; "));
}

#[test]
fn the_owners_pages_look_as_they_did() {
    let folder = tempfile::tempdir().unwrap();
    for (name, view) in [
        ("owner", fixture::harbor_lane()),
        ("owner-history", fixture::alone(fixture::history_only())),
        ("owner-hostile", fixture::alone(fixture::hostile())),
    ] {
        let pdf = folder.path().join("owner.pdf");
        fs::write(&pdf, owner(&view, &drawn(&view)).unwrap().bytes).unwrap();
        hold(name, &pdf);
    }
}

/// Of the committed run: its figures are those of its files, whatever the engine would say today.
#[test]
fn the_auditors_and_a_subjects_page_look_as_they_did() {
    let runs: Vec<PathBuf> =
        fs::read_dir(root().join("reports/harbor-lane")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let [run] = &runs[..] else { panic!("one sample run is committed: {runs:?}") };
    let folder = tempfile::tempdir().unwrap();
    let run_text = run.display().to_string();
    let index = fs::read_to_string(run.join("customers/subjects/index.csv")).unwrap();
    let first = index.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    for command in [vec!["report", &run_text], vec!["subjects", &run_text, &first]] {
        let done = trustrisk(folder.path(), &[command, vec!["--out", "pages"]].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    hold("audit", &folder.path().join("pages/audit.pdf"));
    let page = fs::read_dir(folder.path().join("pages/customers/subjects")).unwrap();
    let page = page.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|of| of == "pdf"));
    hold("subject", &page.unwrap());
}

#[test]
fn what_moves_or_changes_its_color_is_seen_and_noise_is_not() {
    let (folder, view) = (tempfile::tempdir().unwrap(), fixture::harbor_lane());
    let pdf = folder.path().join("owner.pdf");
    fs::write(&pdf, owner(&view, &drawn(&view)).unwrap().bytes).unwrap();
    let expected = painted(&pdf).swap_remove(0);
    assert_eq!(fault(&expected, &expected), None);
    let edited = |edit: &dyn Fn(u32, u32) -> Option<[u8; 3]>| {
        let mut picture = expected.clone();
        let width = picture.width();
        for (at, pixel) in (0u32..).zip(picture.pixels_mut()) {
            if let Some([red, green, blue]) = edit(at % width, at / width) {
                *pixel = ColorU8::from_rgba(red, green, blue, 255).premultiply();
            }
        }
        picture
    };
    let channels = |x: u32, y: u32| {
        let pixel = expected.pixel(x, y).unwrap();
        [pixel.red(), pixel.green(), pixel.blue()]
    };
    // edges that are smoothed in another way
    let noisy = edited(&|x, y| {
        let shade = (x * 7 + y * 13) % 25;
        Some(channels(x, y).map(|channel| channel.saturating_sub(u8::try_from(shade).unwrap())))
    });
    assert_eq!(fault(&expected, &noisy), None);
    // the upper half four pixels lower
    let moved = edited(&|x, y| (y > 4 && y < expected.height() / 2).then(|| channels(x, y - 4)));
    assert!(fault(&expected, &moved).is_some());
    // what is red turns green
    let green = edited(&|x, y| match channels(x, y) {
        [red, green, blue] if red > 150 && green < 90 => Some([green, red, blue]),
        _ => None,
    });
    assert!(fault(&expected, &green).is_some());
    assert!(fault(&expected, &Pixmap::new(10, 10).unwrap()).is_some());
    // a word that is gone: places as large as a short word with as much ink as one
    let is_dark = |x: u32, y: u32| channels(x, y).iter().any(|channel| *channel < 140);
    let within = |x: u32, y: u32| (y..y + 7).flat_map(move |y| (x..x + 14).map(move |x| (x, y)));
    let mut n_words = 0;
    for (place, y) in (0..expected.height() - 7).step_by(7).enumerate() {
        for x in (0..expected.width() - 14).step_by(14).skip(place % 3).step_by(3) {
            if within(x, y).filter(|&(x, y)| is_dark(x, y)).count() >= 24 {
                let gone = edited(&|at_x, at_y| {
                    ((x..x + 14).contains(&at_x) && (y..y + 7).contains(&at_y)).then_some([255; 3])
                });
                assert!(fault(&expected, &gone).is_some(), "the word at {x}, {y}");
                n_words += 1;
            }
        }
    }
    assert!(n_words > 20, "{n_words}");
}
