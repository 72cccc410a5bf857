//! Marks to bytes by plotters: the same drawing for SVG and PNG, which differ in scale only.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use plotters::coord::Shift;
use plotters::prelude::{
    BitMapBackend, Circle, DrawingArea, DrawingBackend, IntoDrawingArea, PathElement, Polygon, Rectangle, SVGBackend,
    Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle};

use super::picture::{Align, EM_TO_HEIGHT, FAMILY, Mark, Pen, Picture, register_fonts};
use super::style::{Color, PAPER, Point};
use crate::base::{Error, Result};

/// SVG coordinates are whole numbers in plotters, so a logical pixel is ten of them.
const SVG_SCALE: f64 = 10.0;
/// Pixels of the PNG per logical pixel.
const PNG_SCALE: u32 = 2;
/// White border of the PNG in logical pixels: it may stand on a slide of any color.
const PNG_BORDER: f64 = 12.0;
/// Each pixel of the PNG is the mean of so many squared: smooth edges for everything.
const SAMPLES: u32 = 3;

/// How a backend places text.
#[derive(Clone, Copy)]
struct Target {
    scale: f64,
    /// Around the picture, in logical pixels.
    border: f64,
    /// Font size that the backend wants, per em.
    em: f64,
    /// From the baseline up to where the backend wants the text's top, in em.
    rise: f64,
}

/// The picture as an SVG document that names the font family and carries its alternative text.
pub fn svg(picture: &Picture, alt: &str) -> Result<String> {
    let size = pixels(picture, 0.0, SVG_SCALE);
    let mut svg = String::new();
    {
        // the SVG backend divides the font size by 1.24 and moves a top-anchored text down by 0.76 em
        let target = Target { scale: SVG_SCALE, border: 0.0, em: 1.24, rise: 0.76 };
        draw(picture, &SVGBackend::with_string(&mut svg, size).into_drawing_area(), target)?;
    }
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
    let body = body
        .replace(" font-weight=\"bold\"", " font-weight=\"600\"")
        .replace(&format!("font-family=\"{FAMILY}\""), &format!("font-family=\"{FAMILY}, sans-serif\""))
        .replace(" opacity=\"1\"", "");
    Ok(head + &body)
}

/// The picture as a PNG at twice its logical size, with a border.
pub fn png(picture: &Picture) -> Result<Vec<u8>> {
    register_fonts();
    let (width, height) = pixels(picture, PNG_BORDER, f64::from(PNG_SCALE));
    let (wide, high) = (width * SAMPLES, height * SAMPLES);
    let mut samples = vec![255; wide as usize * high as usize * 3];
    {
        // the bitmap backend puts the baseline half a font size under the top
        let scale = f64::from(PNG_SCALE * SAMPLES);
        let target = Target { scale, border: PNG_BORDER, em: EM_TO_HEIGHT, rise: EM_TO_HEIGHT / 2.0 };
        draw(picture, &BitMapBackend::with_buffer(&mut samples, (wide, high)).into_drawing_area(), target)?;
    }
    let image = averaged(&samples, width as usize, height as usize);
    let mut png = Vec::new();
    PngEncoder::new(&mut png).write_image(&image, width, height, ExtendedColorType::Rgb8).map_err(|e| failed(&e))?;
    Ok(png)
}

/// Every pixel the mean of `SAMPLES` × `SAMPLES` samples.
fn averaged(samples: &[u8], width: usize, height: usize) -> Vec<u8> {
    let n = SAMPLES as usize;
    let mut image = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..3 {
                let sample = |i: usize| samples[(((y * n + i / n) * width * n) + x * n + i % n) * 3 + channel];
                let sum: usize = (0..n * n).map(|i| usize::from(sample(i))).sum();
                image.push((sum / (n * n)) as u8);
            }
        }
    }
    image
}

type Area<DB> = DrawingArea<DB, Shift>;

fn draw<DB: DrawingBackend>(picture: &Picture, area: &Area<DB>, target: Target) -> Result<()> {
    area.fill(&rgb(PAPER)).map_err(|e| failed(&e))?;
    for mark in &picture.marks {
        draw_mark(mark, area, target)?;
    }
    area.present().map_err(|e| failed(&e))
}

fn draw_mark<DB: DrawingBackend>(mark: &Mark, area: &Area<DB>, target: Target) -> Result<()> {
    let drawn = match mark {
        Mark::Rect { from, to, color } => {
            area.draw(&Rectangle::new([target.place(*from), target.place(*to)], rgb(*color).filled()))
        }
        Mark::Frame { from, to, color } => {
            let corners = [*from, (to.0, from.1), *to, (from.0, to.1), *from].map(|point| target.place(point));
            area.draw(&PathElement::new(corners.to_vec(), target.stroke(1.25, *color)))
        }
        Mark::Line { from, to, width, color } => {
            area.draw(&PathElement::new(vec![target.place(*from), target.place(*to)], target.stroke(*width, *color)))
        }
        Mark::Path { points, width, color } => {
            let points: Vec<_> = points.iter().map(|point| target.place(*point)).collect();
            area.draw(&PathElement::new(points, target.stroke(*width, *color)))
        }
        Mark::Area { points, color } => {
            let corners: Vec<_> = points.iter().map(|point| target.place(*point)).collect();
            area.draw(&Polygon::new(corners, rgb(*color).filled()))
        }
        Mark::Dot { center, radius, color } => {
            let radius = (radius * target.scale).round() as i32;
            area.draw(&Circle::new(target.place(*center), radius, rgb(*color).filled()))
        }
        Mark::Text { at, pen, text } => {
            let top = (at.0, at.1 - target.rise * pen.size);
            area.draw(&Text::new(text.as_str(), target.place(top), target.text_style(pen)))
        }
    };
    drawn.map_err(|e| failed(&e))
}

impl Target {
    fn place(self, point: Point) -> (i32, i32) {
        let place = |at: f64| ((at + self.border) * self.scale).round() as i32;
        (place(point.0), place(point.1))
    }

    fn stroke(self, width: f64, color: Color) -> ShapeStyle {
        rgb(color).stroke_width((width * self.scale).round().max(1.0) as u32)
    }

    fn text_style(self, pen: &Pen) -> TextStyle<'static> {
        let style = if pen.strong { FontStyle::Bold } else { FontStyle::Normal };
        let align = match pen.align {
            Align::Left => HPos::Left,
            Align::Center => HPos::Center,
            Align::Right => HPos::Right,
        };
        let font = FontDesc::new(FontFamily::Name(FAMILY), pen.size * self.scale * self.em, style);
        font.color(&rgb(pen.color)).pos(Pos::new(align, VPos::Top))
    }
}

fn rgb(color: Color) -> RGBColor {
    RGBColor(color.0, color.1, color.2)
}

fn pixels(picture: &Picture, border: f64, scale: f64) -> (u32, u32) {
    let pixels = |length: f64| ((length + 2.0 * border) * scale).round() as u32;
    (pixels(picture.width), pixels(picture.height))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::new(format!("a chart could not be drawn: {error}"))
}
