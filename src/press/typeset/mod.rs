//! What lines of text need beyond what the engine sets: small capitals made of others, tab stops, initial
//! letters, room for the edges of inline boxes, for emphasis marks and for bullets, isolated directions.
//!
//! Once the document is resolved, a walk over its lines finds those that need any of this. For these the
//! engine resolves once more, with nodes of ours in place of some text nodes and around inline elements.
//! Then the document has its own children again: selectors, slots and text fitting never see ours, only
//! lines and painter do. A document that needs none of this pays for the walk alone.
//!
//! Most of it follows from texts and styles, so what was set stays as long as they do. Some of it follows
//! from how wide boxes come out: where there is any of that, all lines are set anew each time, as those of
//! a new document are. In tables it waits until they have their columns.

mod above;
mod caps;
mod clones;
mod direction;
mod edges;
mod emphasis;
mod initial;
mod marker;
mod nodes;
mod passage;
mod plan;
mod tabs;

use std::collections::{HashMap, HashSet};

use blitz_dom::{BaseDocument, Node, NodeId};

use self::passage::{Input, Passage};
use super::generate::{self, Generated, REBUILD, Styles};
use super::measure::inline_roots;
use super::{stale, table};

/// The lines that were set by us, as they stand.
#[derive(Default)]
pub(super) struct Typeset {
    /// By the first node of each passage.
    settings: HashMap<NodeId, Setting>,
    /// What our nodes stand for, or beside.
    origins: HashMap<NodeId, NodeId>,
}

/// One passage that was set.
struct Setting {
    inputs: Vec<Input>,
    container: NodeId,
    /// Our nodes, those within others left out.
    nodes: Vec<NodeId>,
    /// Those of them that lines name.
    marks: Vec<NodeId>,
}

/// What a walk over all lines found.
#[derive(Default)]
struct Survey {
    passages: Vec<Passage>,
    seen: HashSet<NodeId>,
    /// Containers whose lines were set in a way that no longer holds.
    stale: Vec<NodeId>,
    /// How wide the lines in cells of tables are whose setting depends on it.
    cells: Widths,
}

/// Widths of the lines of passages in CSS pixels, by the first nodes of these.
type Widths = HashMap<NodeId, f32>;

impl Typeset {
    /// Sets all lines that need it and are not set yet. The answer is whether any were made anew.
    pub(super) fn set(
        &mut self,
        document: &mut BaseDocument,
        root: NodeId,
        floats: bool,
        generated: &Generated,
    ) -> bool {
        self.set_within(document, root, floats, generated, &Widths::new())
    }

    /// Sets the lines again that depend on how wide the cells of tables are, now that these are laid out.
    /// The answer is whether there are any: then the tables are no longer laid out.
    pub(super) fn set_in_cells(
        &mut self,
        document: &mut BaseDocument,
        root: NodeId,
        floats: bool,
        generated: &Generated,
    ) -> bool {
        if self.settings.is_empty() {
            return false;
        }
        let cells = self.survey(document, root, generated).cells;
        if cells.is_empty() {
            return false;
        }
        table::forget(document);
        self.set_within(document, root, floats, generated, &cells);
        true
    }

    /// `cells` has the widths of lines in tables, as far as they are known. The answer is whether any lines
    /// were made anew.
    fn set_within(
        &mut self,
        document: &mut BaseDocument,
        root: NodeId,
        floats: bool,
        generated: &Generated,
        cells: &Widths,
    ) -> bool {
        let mut survey = self.survey(document, root, generated);
        let anew = !survey.stale.is_empty() || !survey.passages.is_empty();
        if !survey.stale.is_empty() {
            // What is measured is what the engine makes of the document as it is.
            resolve(document, &survey.stale, floats, generated);
            survey = self.survey(document, root, generated);
        }
        let Survey { passages, seen, .. } = survey;
        let gone: Vec<NodeId> = self.settings.keys().filter(|key| !seen.contains(*key)).copied().collect();
        let mut outdated: Vec<Setting> = gone.iter().filter_map(|key| self.settings.remove(key)).collect();
        if !passages.is_empty() {
            let mut edits = Vec::new();
            let mut containers = Vec::new();
            for passage in passages {
                let room = match cells.get(&passage.key) {
                    Some(room) => Some(*room),
                    None if passage.in_cell => None,
                    None => Some(room(document, passage.root)),
                };
                let planned = plan::plan(document, &passage, room);
                let mut setting = Setting {
                    inputs: passage.inputs,
                    container: passage.container,
                    nodes: Vec::new(),
                    marks: Vec::new(),
                };
                edits.extend(nodes::make(document, planned, room, &mut setting, &mut self.origins));
                containers.push(passage.container);
                outdated.extend(self.settings.insert(passage.key, setting));
            }
            let own = nodes::exchange(document, &edits);
            resolve(document, &containers, floats, generated);
            nodes::put_back(document, own);
        }
        for setting in outdated {
            for id in &setting.nodes {
                self.origins.remove(id);
            }
            nodes::drop(document, &setting.nodes);
        }
        anew
    }

    fn survey(&self, document: &BaseDocument, root: NodeId, generated: &Generated) -> Survey {
        let mut survey = Survey::default();
        let mut set = Vec::new();
        let mut depends_on_width = false;
        inline_roots(document, root, &mut |node| {
            let Some(passage) = Passage::find(document, node, &self.origins, generated) else { return };
            survey.seen.insert(passage.key);
            depends_on_width |= passage.depends_on_width;
            if passage.depends_on_width && passage.in_cell {
                survey.cells.insert(passage.key, room(document, passage.root));
            }
            let is_set = |setting: &Setting| shows(node, &setting.marks);
            match self.settings.get(&passage.key) {
                Some(known) if is_set(known) && known.inputs == passage.inputs => {
                    set.push(known.container);
                }
                Some(known) if is_set(known) => survey.stale.push(known.container),
                _ => survey.passages.push(passage),
            }
        });
        if depends_on_width {
            // Each setting moves what is around it.
            survey.stale.append(&mut set);
        }
        for (key, setting) in &self.settings {
            if !survey.seen.contains(key) && document.get_node(setting.container).is_some() {
                survey.stale.push(setting.container);
            }
        }
        survey
    }
}

/// Whether any of our nodes is on the lines.
fn shows(root: &Node, marks: &[NodeId]) -> bool {
    let Some(text) = root.element_data().and_then(|data| data.inline_layout_data.as_deref()) else {
        return false;
    };
    text.layout.styles().iter().any(|style| marks.contains(&style.brush.id))
        || text.layout.inline_boxes().any(|inline| marks.contains(&NodeId::from_u64(inline.id)))
}

/// How wide the content of a box is, in CSS pixels.
fn room(document: &BaseDocument, id: NodeId) -> f32 {
    document.get_node(id).map_or(0.0, |node| {
        let layout = node.unrounded_layout();
        let (padding, border) = (layout.padding, layout.border);
        layout.size.width - (padding.left + padding.right + border.left + border.right)
    })
}

/// Has the boxes in containers made anew.
fn resolve(document: &mut BaseDocument, containers: &[NodeId], floats: bool, generated: &Generated) {
    for &container in containers {
        if let Some(node) = document.get_node_mut(container) {
            node.insert_damage(REBUILD);
        }
    }
    if floats {
        stale::forget_layout(document);
    }
    let stood_in = generated.stand_in(document);
    document.resolve(0.0);
    generate::put_back(document, stood_in);
}

/// The style of an element.
fn styles(document: &BaseDocument, id: NodeId) -> Option<Styles> {
    Some((*document.get_node(id)?.primary_styles()?).clone())
}
