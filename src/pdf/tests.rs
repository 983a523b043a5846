//! Pages read back by another library.

use std::sync::Arc;

use kurbo::{Affine, Rect, RoundedRect};
use lopdf::Document;
use peniko::{Blob, FontData};
use skrifa::MetadataProvider as _;

use super::{Info, Page, PdfWriter};
use crate::campaign::PdfOptions;
use crate::display::{
    Blend, Cluster, Color, DisplayList, Filter, Font, Glyph, GlyphRun, Layer, Paint, Recorder, Shape,
};
use crate::raster::CpuRasteriser;

/// A run that has one glyph for every character.
fn run(text: &str) -> GlyphRun {
    let data = FontData::new(Blob::new(Arc::new(notosans::REGULAR_TTF)), 0);
    let font = skrifa::FontRef::new(notosans::REGULAR_TTF).unwrap();
    let metrics =
        font.glyph_metrics(skrifa::instance::Size::new(20.0), skrifa::instance::LocationRef::default());
    let (mut glyphs, mut clusters, mut x) = (Vec::new(), Vec::new(), 10.0);
    for (at, c) in text.char_indices() {
        let id = font.charmap().map(c).unwrap();
        let advance = metrics.advance_width(id).unwrap();
        let index = glyphs.len() as u32;
        clusters.push(Cluster {
            text: at as u32..(at + c.len_utf8()) as u32,
            glyphs: index..index + 1,
            advance,
        });
        glyphs.push(Glyph { id: id.to_u32(), x, y: 50.0 });
        x += advance;
    }
    GlyphRun {
        font: Font { data },
        size: 20.0,
        coords: Arc::new([]),
        skew: 0.0,
        embolden: 0.0,
        glyphs,
        paint: Paint::Solid(Color::BLACK),
        stroke: None,
        transform: Affine::IDENTITY,
        text: text.into(),
        clusters,
        rtl: false,
    }
}

fn page(draw: impl FnOnce(&mut Recorder)) -> DisplayList {
    let mut recorder = Recorder::default();
    draw(&mut recorder);
    recorder.finish(400, 200)
}

fn write(list: &DisplayList) -> Vec<u8> {
    let page = Page { list, size: (200.0, 100.0), scale: 2.0 };
    let info = Info { title: Some("Výročí"), language: "cs" };
    PdfWriter::new(&PdfOptions::default()).write(&[page], &info, &mut CpuRasteriser::new()).unwrap()
}

#[test]
fn the_page_has_its_size_in_points() {
    let list = page(|recorder| recorder.glyphs(run("Vojtěch")));
    let document = Document::load_mem(&write(&list)).unwrap();
    let id = document.get_pages()[&1];
    let size: Vec<f32> = document
        .get_dictionary(id)
        .and_then(|page| page.get(b"MediaBox"))
        .and_then(|array| array.as_array())
        .unwrap()
        .iter()
        .map(|side| side.as_float().unwrap())
        .collect();
    assert_eq!(size, [0.0, 0.0, 150.0, 75.0]);
}

#[test]
fn links_are_annotations() {
    let link = |recorder: &mut Recorder, y: f64, href: &str| {
        recorder.link(Rect::new(0.0, y, 40.0, y + 20.0), href.into());
    };
    let list = page(|recorder| {
        link(recorder, 0.0, "https://example.com/a");
        let clip = Some(Shape::Rect(Rect::new(0.0, 0.0, 40.0, 60.0)));
        recorder.push(Layer { clip, ..Layer::default() });
        recorder.fill(Shape::Rect(Rect::new(0.0, 0.0, 40.0, 60.0)), Paint::Solid(Color::BLACK));
        link(recorder, 100.0, "https://example.com/hidden");
        recorder.pop();
        link(recorder, 300.0, "https://example.com/off-the-page");
    });
    let document = Document::load_mem(&write(&list)).unwrap();
    let annotations = document.get_page_annotations(document.get_pages()[&1]).unwrap();
    assert_eq!(annotations.len(), 1);
    let action = annotations[0].get(b"A").and_then(|action| action.as_dict()).unwrap();
    assert_eq!(action.get(b"URI").and_then(|uri| uri.as_str()).unwrap(), b"https://example.com/a");
}

#[test]
fn a_raised_glyph_does_not_raise_the_next_run() {
    let list = page(|recorder| {
        let mut raised = run("ab");
        raised.glyphs[1].y = 40.0;
        recorder.glyphs(raised);
        recorder.glyphs(run("c"));
    });
    let document = Document::load_mem(&write(&list)).unwrap();
    let content = document.get_page_content(document.get_pages()[&1]);
    let operations = lopdf::content::Content::decode(&content).unwrap().operations;
    let rises: Vec<f32> = operations
        .iter()
        .filter(|operation| operation.operator == "Ts")
        .map(|operation| operation.operands[0].as_float().unwrap())
        .collect();
    assert_eq!(rises, [10.0, 0.0]);
}

/// What PDF cannot say is a picture; everything else is none.
#[test]
fn only_what_pdf_lacks_is_a_picture() {
    let rect = Rect::new(20.0, 20.0, 120.0, 90.0);
    let pictures = |layer: Layer| {
        let list = page(|recorder| {
            recorder.push(layer);
            recorder.fill(Shape::Rect(rect), Paint::Solid(Color::BLACK));
            recorder.pop();
        });
        let document = Document::load_mem(&write(&list)).unwrap();
        document
            .objects
            .values()
            .filter_map(|object| object.as_stream().ok())
            .filter(|stream| stream.dict.get(b"Subtype").and_then(|s| s.as_name()).ok() == Some(b"Image"))
            .count()
    };
    let clip = Shape::Rounded(RoundedRect::from_rect(rect, 12.0));
    assert_eq!(pictures(Layer { opacity: 0.5, clip: Some(clip), ..Layer::default() }), 0);
    assert_eq!(pictures(Layer { blend: Blend::Multiply, ..Layer::default() }), 0);
    assert!(pictures(Layer { filters: vec![Filter::Blur(4.0)], ..Layer::default() }) > 0);
    assert!(pictures(Layer { blend: Blend::PlusLighter, ..Layer::default() }) > 0);
}

#[test]
fn the_same_list_gives_the_same_bytes() {
    let list = page(|recorder| {
        recorder.shadow(
            RoundedRect::new(30.0, 30.0, 200.0, 120.0, 8.0),
            9.0,
            Color([0.2, 0.0, 0.0, 0.5]),
            RoundedRect::new(30.0, 20.0, 200.0, 110.0, 8.0),
            false,
            Affine::IDENTITY,
        );
        recorder.glyphs(run("twice"));
    });
    assert_eq!(write(&list), write(&list));
}
