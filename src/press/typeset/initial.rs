//! `::first-letter` (CSS Pseudo-Elements 4, §2.2).

use std::collections::HashMap;

use blitz_dom::{BaseDocument, Node, NodeId};
use icu::properties::CodePointMapData;
use icu::properties::props::{GeneralCategory, GeneralCategoryGroup};
use icu::segmenter::GraphemeClusterSegmenter;
use style::selector_parser::PseudoElement;
use style::values::computed::Float;
use style::values::specified::box_::DisplayInside;

use super::Styles;
use super::passage::Item;

/// The first letter of a passage.
pub(super) struct Initial {
    pub text: String,
    /// How much of each text node is taken away: the letter, and white space before it.
    pub taken: HashMap<NodeId, usize>,
    pub styles: Option<Styles>,
}

/// The style of the first letter of the box's lines: of the block that they are in, or of one that they
/// begin.
pub(super) fn style(document: &BaseDocument, root: &Node) -> Option<Styles> {
    begun(document, root).find_map(|element| {
        let data = element.try_stylo_element_data()?.get()?;
        data.styles.pseudos.get(&PseudoElement::FirstLetter).cloned()
    })
}

/// The blocks whose first line is the first of the box's, from the inside out.
pub(super) fn begun<'a>(document: &'a BaseDocument, root: &'a Node) -> impl Iterator<Item = &'a Node> {
    std::iter::successors(block(document, root), |element| {
        let styles = element.primary_styles()?;
        let parent = document.get_node(element.layout_parent.get()?)?;
        let begins = !element.is_out_of_flow()
            && styles.clone_float() == Float::None
            && is_first(document, parent, element.id);
        block(document, parent).filter(|_| begins)
    })
}

/// The block that a box is, or that an anonymous one begins.
fn block<'a>(document: &'a BaseDocument, at: &'a Node) -> Option<&'a Node> {
    let element = if at.is_anonymous() { document.get_node(at.parent?)? } else { at };
    let is_block = matches!(
        element.primary_styles()?.clone_display().inside(),
        DisplayInside::Flow | DisplayInside::FlowRoot | DisplayInside::TableCell
    );
    (is_block && (at.id == element.id || is_first(document, element, at.id))).then_some(element)
}

/// Whether a box is the first in the flow of another.
fn is_first(document: &BaseDocument, parent: &Node, id: NodeId) -> bool {
    let children = parent.layout_children.borrow();
    let in_flow = |id: &&NodeId| {
        document.get_node(**id).is_some_and(|node| {
            !node.is_out_of_flow()
                && node.primary_styles().is_some_and(|styles| styles.clone_float() == Float::None)
        })
    };
    children.as_ref().and_then(|children| children.iter().find(in_flow)) == Some(&id)
}

/// Finds it; `None` where something else than text comes first.
pub(super) fn find(document: &BaseDocument, items: &[Item]) -> Option<Initial> {
    let text_of =
        |id: NodeId| document.get_node(id).and_then(|node| Some(node.text_data()?.content.as_str()));
    let mut texts: Vec<(NodeId, &str)> = Vec::new();
    let mut element = None;
    for item in items {
        match *item {
            Item::Text { node, owner } => {
                let text = text_of(node)?;
                if texts.is_empty() && text.trim().is_empty() {
                    continue;
                }
                if element.is_some_and(|element| element != owner) {
                    break;
                }
                element = Some(owner);
                texts.push((node, text));
            }
            Item::Open(_) if texts.is_empty() => {}
            _ => break,
        }
    }
    let joined: String = texts.iter().map(|(_, text)| *text).collect();
    let (start, end) = letter(&joined)?;
    let mut taken = HashMap::new();
    let mut left = end;
    for (id, text) in texts {
        taken.insert(id, left.min(text.len()));
        left = left.saturating_sub(text.len());
        if left == 0 {
            break;
        }
    }
    Some(Initial { text: joined[start..end].to_owned(), taken, styles: None })
}

/// Where the first letter of a text lies: with the punctuation around it.
fn letter(text: &str) -> Option<(usize, usize)> {
    let start = text.len() - text.trim_start().len();
    let punctuation = |from: usize| {
        let all = text[from..].chars().take_while(|c| is_punctuation(*c));
        from + all.map(char::len_utf8).sum::<usize>()
    };
    let letter = punctuation(start);
    let first = text[letter..].chars().next().filter(|c| !c.is_whitespace());
    let end = match first {
        Some(_) => letter + GraphemeClusterSegmenter::new().segment_str(&text[letter..]).nth(1)?,
        None => letter,
    };
    let end = punctuation(end);
    (end > start).then_some((start, end))
}

/// Punctuation but for dashes and connectors.
fn is_punctuation(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    GeneralCategoryGroup::Punctuation.contains(category)
        && !matches!(category, GeneralCategory::DashPunctuation | GeneralCategory::ConnectorPunctuation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punctuation_goes_with_the_letter() {
        let first = |text: &'static str| letter(text).map(|(start, end)| &text[start..end]);
        assert_eq!(first("Once upon"), Some("O"));
        assert_eq!(first("\n  “Wait!” he"), Some("“W"));
        assert_eq!(first("(«À») b"), Some("(«À»)"));
        assert_eq!(first("e\u{301}a"), Some("e\u{301}"));
        assert_eq!(first("-x"), Some("-"));
        assert_eq!(first("…"), Some("…"));
        assert_eq!(first("  "), None);
    }
}
