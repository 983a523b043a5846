//! What a GPU is asked to draw of a list, and how the encoders take what comes back.
//!
//! Files of opaque frames that a GPU can prepare are asked for **coded**: filtered rows for PNG, quantised
//! blocks for JPEG, so that the CPU has only to compress them. Everything else comes as pixels.

use std::ops::Range;
use std::sync::Arc;

use crate::campaign::AssetType;
use crate::diagnostic::Result;
use crate::display::IRect;
use crate::encode::{Damage, Encoder};
use crate::raster::Frame;
use crate::raster::gpu::{Blocks, Drawn, Rows, Want};

/// MCUs lie on this grid, whether colours are halved or not.
const GRID: u32 = 16;

pub(super) struct Order {
    size: (u32, u32),
    /// Where the picture differs from the base frame; all of it for the base itself.
    pub rects: Vec<IRect>,
    /// Whether there is no base that it could differ from.
    whole: bool,
    /// What comes back becomes the base.
    pub is_base: bool,
    /// Whether nothing shows through.
    opaque: bool,
    coded: bool,
    /// The base is of no use to it: one of the two lets something show through.
    pub is_alone: bool,
    parts: Vec<(IRect, Vec<Want>)>,
}

impl Order {
    /// Of what has no frame.
    pub fn nothing() -> Self {
        Self {
            size: (0, 0),
            rects: Vec::new(),
            whole: true,
            is_base: false,
            opaque: false,
            coded: false,
            is_alone: false,
            parts: Vec::new(),
        }
    }

    /// Of what the CPU has to draw by itself.
    pub fn alone(size: (u32, u32)) -> Self {
        Self { size, is_alone: true, ..Self::nothing() }
    }

    pub fn is_nothing(&self) -> bool {
        self.size == (0, 0)
    }

    /// `rects` is where it differs from the base, `None` for all of it.
    pub fn new(
        size: (u32, u32),
        rects: Option<Vec<IRect>>,
        is_base: bool,
        opaque: bool,
        encoders: &mut [(AssetType, Encoder)],
    ) -> Self {
        let frame = IRect::new(0, 0, size.0, size.1);
        let whole = rects.is_none();
        let rects = rects.unwrap_or_else(|| vec![frame]);
        let coded = opaque && encoders.iter().all(|(_, encoder)| can_be_coded(encoder, size.0));
        let parts = if coded {
            let damage = if whole { Damage::Whole } else { Damage::Rects(&rects) };
            coded_parts(size, damage, &rects, encoders)
        } else {
            rects.iter().map(|rect| (*rect, vec![Want::Pixels { opaque }])).collect()
        };
        Self { size, rects, whole, is_base, opaque, coded, is_alone: false, parts }
    }

    /// Rectangles to draw, each with what is wanted of it.
    pub fn parts(&self) -> &[(IRect, Vec<Want>)] {
        &self.parts
    }

    /// Whether what comes back is not pixels.
    pub fn is_coded(&self) -> bool {
        self.coded
    }

    /// Puts the pixels that came back into the frame.
    pub fn put(&self, drawn: &Drawn, frame: &mut Frame) {
        for (part, (rect, _)) in self.parts.iter().enumerate() {
            frame.put(*rect, drawn.bytes(part, 0), self.opaque);
        }
    }

    /// Gives all encoders the base that came back.
    pub fn set_base(&self, drawn: &Drawn, encoders: &mut [(AssetType, Encoder)]) -> Result<()> {
        let (rows, blocks) = self.results(drawn);
        for (_, encoder) in encoders {
            match encoder {
                Encoder::Png(png) => png.set_base_filtered(self.size, rows[0].1)?,
                Encoder::Jpeg(jpeg) => jpeg.set_base_blocks(self.size, blocks[0].1)?,
                Encoder::Webp(_) => unreachable!("it takes pixels"),
            }
        }
        Ok(())
    }

    /// Gives all encoders a base that was drawn in another way.
    pub fn set_base_to(&self, frame: &Frame, encoders: &mut [(AssetType, Encoder)]) -> Result<()> {
        for (_, encoder) in encoders {
            match encoder {
                Encoder::Jpeg(jpeg) => {
                    let blocks = jpeg.blocks(frame);
                    jpeg.set_base_blocks(self.size, &blocks)?;
                }
                Encoder::Png(png) => {
                    let rows = png.filter(frame);
                    png.set_base_filtered(self.size, &rows)?;
                }
                Encoder::Webp(_) => unreachable!("it takes pixels"),
            }
        }
        Ok(())
    }

    /// The files of what came back; that is nothing for the base, or for what does not differ from it.
    pub fn encode(
        &self,
        drawn: Option<&Drawn>,
        encoders: &mut [(AssetType, Encoder)],
        types: &[AssetType],
    ) -> Result<Vec<(AssetType, Vec<u8>)>> {
        let (rows, blocks) = drawn.map(|drawn| self.results(drawn)).unwrap_or_default();
        let damage = match (self.is_base, self.whole) {
            (true, _) => Damage::Rects(&[]),
            (false, true) => Damage::Whole,
            (false, false) => Damage::Rects(&self.rects),
        };
        let wanted = encoders.iter_mut().filter(|(kind, _)| types.contains(kind));
        wanted
            .map(|(kind, encoder)| {
                let bytes = match encoder {
                    Encoder::Png(png) => png.encode_filtered(self.size, damage, &rows)?,
                    Encoder::Jpeg(jpeg) => jpeg.encode_blocks(self.size, damage, &blocks)?,
                    Encoder::Webp(_) => unreachable!("it takes pixels"),
                };
                Ok((*kind, bytes.to_vec()))
            })
            .collect()
    }

    /// The rows and the blocks that came back, with the places of both.
    fn results<'a>(&self, drawn: &'a Drawn) -> (RowsOf<'a>, BlocksOf<'a>) {
        let (mut all_rows, mut all_blocks) = (Vec::new(), Vec::new());
        for (part, (_, wants)) in self.parts.iter().enumerate() {
            for (index, want) in wants.iter().enumerate() {
                let bytes = drawn.bytes(part, index);
                match want {
                    Want::Rows(rows) => all_rows.push((rows.first..rows.last, bytes)),
                    Want::Blocks(blocks) => all_blocks.push((blocks.area, bytes)),
                    Want::Pixels { .. } => {}
                }
            }
        }
        (all_rows, all_blocks)
    }
}

type RowsOf<'a> = Vec<(Range<u32>, &'a [u8])>;
type BlocksOf<'a> = Vec<(IRect, &'a [u8])>;

fn can_be_coded(encoder: &Encoder, width: u32) -> bool {
    match encoder {
        Encoder::Png(png) => png.filtering(width).is_some(),
        Encoder::Jpeg(_) => true,
        Encoder::Webp(_) => false,
    }
}

/// Rows across the whole frame for PNG, and rectangles of MCUs for JPEG; where both are wanted, the rows'
/// rectangles hold the MCUs too.
fn coded_parts(
    size: (u32, u32),
    damage: Damage<'_>,
    rects: &[IRect],
    encoders: &mut [(AssetType, Encoder)],
) -> Vec<(IRect, Vec<Want>)> {
    let (width, height) = size;
    let mut blocks = None;
    let mut strips = None;
    for (_, encoder) in encoders {
        match encoder {
            Encoder::Png(png) => {
                strips = png.filtering(width).map(|how| (how, png.touched_rows(size, damage)))
            }
            Encoder::Jpeg(jpeg) => {
                let (halved, factors) = jpeg.quantization();
                blocks = Some((halved, Arc::new(factors)));
            }
            Encoder::Webp(_) => {}
        }
    }
    let on_grid = |rect: IRect| {
        let up = |v: u32, most: u32| v.next_multiple_of(GRID).min(most);
        IRect::new(rect.x0 / GRID * GRID, rect.y0 / GRID * GRID, up(rect.x1, width), up(rect.y1, height))
    };
    let blocks_in =
        |area: IRect| blocks.clone().map(|(halved, factors)| Want::Blocks(Blocks { area, halved, factors }));
    let Some((how, strips)) = strips else {
        return rects
            .iter()
            .filter(|rect| !rect.is_empty())
            .filter_map(|rect| Some((on_grid(*rect), vec![blocks_in(on_grid(*rect))?])))
            .collect();
    };
    strips
        .into_iter()
        .map(|rows| {
            let mut rect = IRect::new(0, rows.start.saturating_sub(1), width, rows.end);
            let mut wants = vec![Want::Rows(Rows {
                first: rows.start,
                last: rows.end,
                band: how.band,
                quick: how.quick,
            })];
            let area = on_grid(IRect::new(0, rows.start, width, rows.end));
            if let Some(blocks) = blocks_in(area) {
                rect = rect.union(area);
                wants.push(blocks);
            }
            (rect, wants)
        })
        .collect()
}
