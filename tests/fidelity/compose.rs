//! A case as a display list.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use byname::campaign::{Format, Locale, Variant};
use byname::data::{Fields, Record};
use byname::diagnostic::Diagnostic;
use byname::display::{Color, DisplayList, Paint, Recorder, Shape};
use byname::press::Press;
use byname::resources::{Fonts, Network, Resources};
use byname::template::Template;

use super::corpus::Case;

/// What a case comes to.
pub struct Composed {
    /// On white, as in a browser.
    pub list: DisplayList,
    /// What Byname says about the page: CSS that is not rendered.
    pub warnings: Vec<String>,
}

/// Composes cases one after the other; fonts and pictures are shared between them.
pub struct Composer {
    root: PathBuf,
    locale: Locale,
    resources: Arc<Resources>,
}

impl Composer {
    /// Cases may name any file below `root`. No installed font is seen.
    pub fn new(root: &Path) -> Result<Self, String> {
        let resources = Resources::new(root, Fonts::built_in(), Network::default());
        Ok(Self {
            root: root.to_path_buf(),
            locale: Locale { default: "en".to_owned(), field: None },
            resources: resources.map_err(|problem| problem.to_string())?,
        })
    }

    pub fn compose(&self, case: &Case) -> Result<Composed, String> {
        let told = |problems: Vec<Diagnostic>| {
            problems.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n")
        };
        let template = Template::load(&case.path, &self.root, &self.locale).map_err(told)?;
        let record = Record { key: "case".into(), line: 0, fields: Fields::default() };
        let binding = template.evaluate(&record).map_err(told)?;
        let format = Format { name: "case".to_owned(), width: case.width.into(), height: case.height.into() };
        let variant = Variant { format, colorway: None };
        let mut press =
            Press::new(Arc::new(template), self.resources.clone(), &variant, 1.0).map_err(told)?;
        let mut list = press.compose(&binding).map_err(told)?.list;
        let mut ground = Recorder::default();
        let whole = kurbo::Rect::new(0.0, 0.0, case.width.into(), case.height.into());
        ground.fill(Shape::Rect(whole), Paint::Solid(Color::WHITE));
        list.commands.splice(0..0, ground.finish(case.width, case.height).commands);
        Ok(Composed {
            list,
            warnings: press.warnings().iter().map(|warning| warning.message.clone()).collect(),
        })
    }
}
