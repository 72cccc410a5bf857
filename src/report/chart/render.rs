//! Marks to bytes: drawn by plotters as SVG, which is painted as PNG too, so that both are one drawing.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plotters::coord::Shift;
use plotters::prelude::{
    Circle, DrawingArea, DrawingBackend, IntoDrawingArea, PathElement, Polygon, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};
use resvg::tiny_skia::{self, Pixmap, Transform};
use resvg::usvg::{self, Tree};

use super::picture::{Align, Mark, Pen, Picture};
use super::style::{Color, PAPER, Point};
use crate::base::{Error, Result};
use crate::report::fonts;

/// SVG coordinates are whole numbers in plotters, so a logical pixel is ten of them.
const SCALE: f64 = 10.0;
/// The SVG backend of plotters divides the font size by this,
const EM: f64 = 1.24;
/// and moves a top-anchored text down by so many em.
const RISE: f64 = 0.76;
/// Pixels of the PNG per logical pixel.
const PNG_SCALE: f64 = 2.0;
/// White border of the PNG in logical pixels: it may stand on a slide of any color.
const PNG_BORDER: f64 = 12.0;

/// The picture as an SVG document that names the font family and carries its alternative text.
pub fn svg(picture: &Picture, alt: &str) -> Result<String> {
    let size = (pixels(picture.width), pixels(picture.height));
    let mut svg = String::new();
    draw(picture, &SVGBackend::with_string(&mut svg, size).into_drawing_area())?;
    let body = svg.split_once('>').map_or("", |(_, body)| body);
    let head = format!(
        "<svg width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" \
         aria-label=\"{}\">",
        picture.width,
        picture.height,
        size.0,
        size.1,
        escaped(alt)
    );
    // quotes inside texts are escaped, so these can only be attributes
    let family = fonts::FAMILY;
    let body = body
        .replace(" font-weight=\"bold\"", " font-weight=\"600\"")
        .replace(&format!("font-family=\"{family}\""), &format!("font-family=\"{family}, sans-serif\""))
        .replace(" opacity=\"1\"", "");
    Ok(head + &body)
}

/// An SVG of [`svg`] as a PNG at twice its logical size, with a border.
pub fn png(picture: &Picture, svg: &str) -> Result<Vec<u8>> {
    let options =
        usvg::Options { fontdb: fonts::database(), font_family: fonts::FAMILY.to_owned(), ..usvg::Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|e| failed(&e))?;
    let side = |length: f64| (PNG_SCALE * (length + 2.0 * PNG_BORDER)).round() as u32;
    let (width, height) = (side(picture.width), side(picture.height));
    let mut pixels = Pixmap::new(width, height).ok_or_else(|| failed(&"it has no size"))?;
    pixels.fill(tiny_skia::Color::WHITE);
    let (scale, border) = (PNG_SCALE as f32, (PNG_SCALE * PNG_BORDER) as f32);
    resvg::render(&tree, Transform::from_row(scale, 0.0, 0.0, scale, border, border), &mut pixels.as_mut());
    // on white nothing is transparent
    let opaque: Vec<u8> = pixels.pixels().iter().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(&opaque, width, height, ExtendedColorType::Rgb8).map_err(|e| failed(&e))?;
    Ok(png)
}

type Area<DB> = DrawingArea<DB, Shift>;

fn draw<DB: DrawingBackend>(picture: &Picture, area: &Area<DB>) -> Result<()> {
    area.fill(&rgb(PAPER)).map_err(|e| failed(&e))?;
    for mark in &picture.marks {
        draw_mark(mark, area)?;
    }
    area.present().map_err(|e| failed(&e))
}

fn draw_mark<DB: DrawingBackend>(mark: &Mark, area: &Area<DB>) -> Result<()> {
    let drawn = match mark {
        Mark::Rect { from, to, color } => area.draw(&Rectangle::new([place(*from), place(*to)], rgb(*color).filled())),
        Mark::Frame { from, to, color } => {
            let corners = [*from, (to.0, from.1), *to, (from.0, to.1), *from].map(place);
            area.draw(&PathElement::new(corners.to_vec(), stroke(1.25, *color)))
        }
        Mark::Line { from, to, width, color } => {
            area.draw(&PathElement::new(vec![place(*from), place(*to)], stroke(*width, *color)))
        }
        Mark::Path { points, width, color } => {
            let points: Vec<_> = points.iter().map(|point| place(*point)).collect();
            area.draw(&PathElement::new(points, stroke(*width, *color)))
        }
        Mark::Area { points, color } => {
            let corners: Vec<_> = points.iter().map(|point| place(*point)).collect();
            area.draw(&Polygon::new(corners, rgb(*color).filled()))
        }
        Mark::Dot { center, radius, color } => {
            area.draw(&Circle::new(place(*center), (radius * SCALE).round() as i32, rgb(*color).filled()))
        }
        Mark::Text { at, pen, text } => {
            let top = (at.0, at.1 - RISE * pen.size);
            area.draw(&Text::new(text.as_str(), place(top), text_style(pen)))
        }
    };
    drawn.map_err(|e| failed(&e))
}

fn place(point: Point) -> (i32, i32) {
    ((point.0 * SCALE).round() as i32, (point.1 * SCALE).round() as i32)
}

fn stroke(width: f64, color: Color) -> ShapeStyle {
    rgb(color).stroke_width((width * SCALE).round().max(1.0) as u32)
}

fn text_style(pen: &Pen) -> TextStyle<'static> {
    let style = if pen.strong { FontStyle::Bold } else { FontStyle::Normal };
    let align = match pen.align {
        Align::Left => HPos::Left,
        Align::Center => HPos::Center,
        Align::Right => HPos::Right,
    };
    let font = FontDesc::new(FontFamily::Name(fonts::FAMILY), pen.size * SCALE * EM, style);
    font.color(&rgb(pen.color)).pos(Pos::new(align, VPos::Top))
}

fn rgb(color: Color) -> RGBColor {
    RGBColor(color.0, color.1, color.2)
}

fn pixels(length: f64) -> u32 {
    (length * SCALE).round() as u32
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::new(format!("a chart could not be drawn: {error}"))
}
