//! Room for emphasis marks (CSS Text Decoration 4, §3.4), as Chromium 156 makes it: marks reach out of their
//! line into the leading of the line beside it. Where that is not high enough, a sign before every word makes
//! the line that it lands on higher by what is left.

use std::collections::HashMap;

use blitz_dom::node::{TextBrush, TextLayout};
use blitz_dom::{BaseDocument, NodeId};
use parley::PositionedLayoutItem;
use style::properties::ComputedValues;

use super::above;
use super::passage::Passage;
use super::plan::{Look, Part, Rise};
use crate::paint::em_box;
use crate::template::{SIGN, mirror};

type Run<'a> = parley::layout::Run<'a, TextBrush>;

/// Marks are this large, relative to the text.
const SIZE: f32 = 0.5;

/// Whether a text is marked.
pub(super) fn apply(styles: &ComputedValues, text: &str) -> bool {
    let words =
        |name| Some(styles.custom_properties().get_for_cssom(name)?.as_universal()?.css_text().trim());
    words(&mirror::EMPHASIS_STYLE)
        .is_some_and(|style| !style.is_empty() && !style.eq_ignore_ascii_case("none"))
        && !text.trim().is_empty()
}

/// The lines of a marked passage as the engine breaks them, and how far its text was read. Lengths are
/// device pixels.
pub(super) struct Marks<'a> {
    rows: Vec<Row>,
    scale: f32,
    /// Room above the first line and below the last one.
    before: f32,
    after: f32,
    /// For the characters that show of each element's own text, their lines and runs.
    places: HashMap<NodeId, Vec<(usize, Run<'a>)>>,
    /// How many of them were read.
    read: HashMap<NodeId, usize>,
}

/// How far a line reaches up and down from its baseline, and how far what stands on it does.
#[derive(Default)]
struct Row {
    over: f32,
    under: f32,
    content_over: f32,
    content_under: f32,
}

impl Row {
    fn room_over(&self) -> f32 {
        (self.over - self.content_over).max(0.0)
    }

    fn room_under(&self) -> f32 {
        (self.under - self.content_under).max(0.0)
    }
}

impl<'a> Marks<'a> {
    /// `None` where nothing is marked.
    pub(super) fn find(document: &'a BaseDocument, passage: &Passage) -> Option<Self> {
        if !passage.is_marked {
            return None;
        }
        let node = document.get_node(passage.root)?;
        let lines = node.element_data()?.inline_layout_data.as_deref()?;
        let mut places: HashMap<NodeId, Vec<(usize, Run<'a>)>> = HashMap::new();
        for (row, line) in lines.layout.lines().enumerate() {
            for run in line.runs() {
                for cluster in run.clusters() {
                    let said = lines.text.get(cluster.text_range()).map_or(0, shown);
                    let own = places.entry(cluster.style().brush.id).or_default();
                    own.extend(std::iter::repeat_n((row, run), said));
                }
            }
        }
        let scale = lines.layout.scale();
        let mut marks =
            Self { rows: rows(lines), scale, before: 0.0, after: 0.0, places, read: HashMap::new() };
        if passage.is_in_cell {
            // Cells have no width yet. Whatever its lines will be, a mark is given all of its room.
            marks
                .rows
                .iter_mut()
                .for_each(|row| (row.content_over, row.content_under) = (row.over, row.under));
        } else if let Some(room) = above::room(document, node) {
            let leading = room.lines.and_then(|lines| rows(lines).pop()).map_or(0.0, |row| row.room_under());
            marks.before = room.gap * scale + leading;
            marks.after = node.unrounded_layout().padding.bottom * scale;
        }
        Some(marks)
    }

    /// Passes a text in which nothing is put.
    pub(super) fn pass(&mut self, owner: NodeId, text: &str) {
        *self.read.entry(owner).or_default() += shown(text);
    }

    /// Puts signs into the texts among `parts`, from the one at `from` on.
    pub(super) fn split(
        &mut self,
        owner: NodeId,
        styles: &ComputedValues,
        parts: &mut Vec<Part>,
        from: usize,
    ) {
        for part in parts.split_off(from) {
            let text = match part {
                Part::Text(text) if apply(styles, &text) => text,
                part => {
                    if let Part::Text(text) | Part::Piece { text, .. } = &part {
                        self.pass(owner, text);
                    }
                    parts.push(part);
                    continue;
                }
            };
            let (mut start, mut passed) = (0, 0);
            let mut after = true;
            for (at, c) in text.char_indices() {
                // Lines break between the characters of scripts that have no spaces.
                let begins = !c.is_whitespace() && (after || c >= '\u{2e80}');
                after = c.is_whitespace();
                if !begins {
                    continue;
                }
                self.pass(owner, &text[passed..at]);
                passed = at;
                if let Some(rise) = self.rise(owner, styles) {
                    if at > start {
                        parts.push(Part::Text(text[start..at].to_owned()));
                    }
                    parts.push(Part::piece(SIGN, Look { rise: Some(rise), ..Look::default() }));
                    start = at;
                }
            }
            self.pass(owner, &text[passed..]);
            parts.push(Part::Text(text[start..].to_owned()));
        }
    }

    /// How much higher than it is the line of the next character has to be for its mark.
    fn rise(&self, owner: NodeId, styles: &ComputedValues) -> Option<Rise> {
        let at = self.read.get(&owner).copied().unwrap_or(0);
        let places = self.places.get(&owner)?;
        let (index, run) = places.get(at).or(places.last())?;
        let row = self.rows.get(*index)?;
        let (ascent, descent) = extent(run);
        let (em_ascent, em_descent) = em_extent(run);
        let mark = run.font_size() * SIZE;
        let (over, under) = if is_under(styles) {
            let room = self.rows.get(index + 1).map_or(self.after, Row::room_over);
            let reach = em_descent + mark;
            (ascent.min(row.over), row.under + (reach - row.under - room).max(0.0))
        } else {
            let room = index.checked_sub(1).map_or(self.before, |before| self.rows[before].room_under());
            let reach = em_ascent + mark;
            (row.over + (reach - row.over - room).max(0.0), descent.min(row.under))
        };
        // A box of this height has its baseline in the middle of what the font does not fill.
        let middle = (over - ascent - under + descent) / 2.0;
        let is_higher = over > row.over || under > row.under;
        is_higher.then(|| Rise { height: (over + under) / self.scale, shift: middle / self.scale })
    }
}

fn is_under(styles: &ComputedValues) -> bool {
    let position = styles.custom_properties().get_for_cssom(&mirror::EMPHASIS_POSITION);
    let position = position.and_then(|position| Some(position.as_universal()?.css_text()));
    position.is_some_and(|text| text.split_ascii_whitespace().any(|word| word == "under"))
}

/// How many characters of a text show.
fn shown(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

fn rows(lines: &TextLayout) -> Vec<Row> {
    let row = |line: parley::layout::Line<'_, TextBrush>| {
        let metrics = line.metrics();
        let mut row = Row {
            over: metrics.baseline - metrics.block_min_coord,
            under: metrics.block_max_coord - metrics.baseline,
            ..Row::default()
        };
        for run in line.runs() {
            let (over, under) = em_extent(&run);
            row.content_over = row.content_over.max(over);
            row.content_under = row.content_under.max(under);
        }
        for item in line.items() {
            if let PositionedLayoutItem::InlineBox(item) = item {
                row.content_over = row.content_over.max(metrics.baseline - item.y);
                row.content_under = row.content_under.max(item.y + item.height - metrics.baseline);
            }
        }
        row
    };
    lines.layout.lines().map(row).collect()
}

/// How far a font reaches up and down from the baseline, in whole pixels as in Chromium.
fn extent(run: &Run<'_>) -> (f32, f32) {
    let metrics = run.font_metrics();
    (metrics.ascent.round(), metrics.descent.round())
}

/// The same without what the font has beyond its em box.
fn em_extent(run: &Run<'_>) -> (f32, f32) {
    em_box(run.font(), run.font_size(), extent(run))
}
