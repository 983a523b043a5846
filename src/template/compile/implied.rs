//! Elements that the HTML parser makes of itself: the `<body>` and the `<tbody>`. Where a block begins
//! right before one, it has to begin within it instead, or its ends would have different parents.

use super::Compiler;
use crate::template::html::belongs_to_head;

impl Compiler<'_> {
    /// Before a start tag: opens what the parser would open for it.
    pub(super) fn imply_parents(&mut self, name: &str) {
        match name {
            "body" => self.in_body = true,
            "tr" if self.open.last().is_some_and(|(last, _)| last == "table") => match self.levels.last() {
                // A branch before this one may have had a <tbody> of its own.
                Some(level) if level.later && level.depth == self.open.len() => self.open_here("tbody"),
                _ => self.imply("tbody"),
            },
            "thead" | "tbody" | "tfoot" if self.open.last().is_some_and(|(last, _)| last == "tbody") => {
                self.close_before_blocks("tbody");
            }
            _ if !belongs_to_head(name) => self.imply_body(),
            _ => {}
        }
    }

    /// Before anything that is seen.
    pub(super) fn imply_body(&mut self) {
        if self.in_body {
            return;
        }
        self.in_body = true;
        if self.open.last().is_none_or(|(last, _)| last == "html") {
            self.imply("body");
        }
    }

    /// Opens an element around the blocks that begin where it would begin.
    fn imply(&mut self, name: &str) {
        let depth = self.open.len();
        let Some(first) = self.levels.iter().skip(1).position(|level| level.depth == depth) else {
            self.open.push((name.to_owned(), self.place));
            return;
        };
        let tag = format!("<{name}>");
        let blocks = &mut self.levels[first + 1..];
        self.html.insert_str(blocks[0].html_at, &tag);
        self.open.push((name.to_owned(), blocks[0].place));
        for block in blocks {
            block.depth += 1;
            block.html_at += tag.len();
        }
    }

    /// Opens an element right before the tag that is being read.
    fn open_here(&mut self, name: &str) {
        let tag = self.html.rfind('<').unwrap_or(self.html.len());
        self.html.insert_str(tag, &format!("<{name}>"));
        self.open.push((name.to_owned(), self.place));
    }

    /// Ends the open element, which the next tag would end, before the blocks that begin in it.
    fn close_before_blocks(&mut self, name: &str) {
        let depth = self.open.len();
        let Some(first) = self.levels.iter().skip(1).position(|level| level.depth == depth) else { return };
        let tag = format!("</{name}>");
        let blocks = &mut self.levels[first + 1..];
        self.html.insert_str(blocks[0].html_at, &tag);
        self.open.pop();
        for block in blocks {
            block.depth -= 1;
            block.html_at += tag.len();
        }
    }
}
