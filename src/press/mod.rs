//! The live document of one variant: a record's binding is patched into it, laid out, made to fit,
//! checked and painted. One press belongs to one worker.

mod anchored;
mod balance;
mod bind;
mod cloned;
mod document;
mod fit;
mod fonts;
mod generate;
mod measure;
mod preflight;
mod sources;
mod spans;
mod stale;
mod table;
#[cfg(test)]
mod tests;
mod typeset;
mod unrendered;

use std::sync::Arc;

use blitz_dom::{NodeId, local_name};
use blitz_html::HtmlDocument;
use blitz_traits::net::Url;

use crate::campaign::Variant;
use crate::diagnostic::{Diagnostic, Result};
use crate::display::DisplayList;
use crate::resources::{Loader, Resources, font_faces};
use crate::template::{Binding, Template};

use anchored::Anchored;
use bind::Scope;
use fit::Fitting;
use generate::Generated;
use sources::Sources;
use typeset::Typeset;

/// Records after which the document is made anew: Blitz keeps something of every image it was shown.
const MAX_RECORDS: usize = 2_000;

/// Resolutions that one composition may need: images and stylesheets arrive between them.
const MAX_PASSES: usize = 8;

/// A page of a PDF after the first.
#[derive(Debug)]
pub struct FurtherPage {
    pub list: DisplayList,
    /// Width and height in CSS pixels.
    pub size: (f64, f64),
}

/// What a binding looks like.
#[derive(Debug)]
pub struct Composed {
    pub list: DisplayList,
    /// The pages that follow in a PDF of several.
    pub further: Vec<FurtherPage>,
    /// What preflight has to say about it: warnings, and errors where the asset would be wrong.
    pub problems: Vec<Diagnostic>,
}

/// The live document.
pub struct Press {
    template: Arc<Template>,
    resources: Arc<Resources>,
    variant: Variant,
    scale: f64,
    live: Live,
    records: usize,
    warnings: Vec<Diagnostic>,
}

/// What is made anew when the document is.
struct Live {
    document: HtmlDocument,
    loader: Arc<Loader>,
    base: Url,
    scope: Scope,
    root: NodeId,
    root_style: String,
    fitting: Fitting,
    sources: Sources,
    generated: Generated,
    typeset: Typeset,
    anchored: Anchored,
    /// Whether the template may ask for generated text.
    generates: bool,
    /// Whether the template may have cells over several columns.
    spans: bool,
    shown: Option<Binding>,
    /// Whether any box floated when the document was last laid out.
    floats: bool,
    /// Whether there was a table then.
    tables: bool,
}

impl Press {
    /// Parses the template for one variant. `scale` is device pixels per CSS pixel.
    pub fn new(
        template: Arc<Template>,
        resources: Arc<Resources>,
        variant: &Variant,
        scale: f64,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut live = document::open(&template, &resources, variant, scale)?;
        // What every record would lack is told at once.
        live.settle();
        let problems = live.loader.problems();
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut declared = live.loader.families();
        declared.extend(font_faces(template.html()));
        let mut warnings = fonts::unknown(&live.document, resources.fonts(), &declared);
        warnings.extend(unrendered::find(&template, &resources, &live.base));
        Ok(Self { template, resources, variant: variant.clone(), scale, live, records: 0, warnings })
    }

    /// Starts from the parsed template again.
    pub fn reset(&mut self) -> Result<(), Vec<Diagnostic>> {
        self.live = document::open(&self.template, &self.resources, &self.variant, self.scale)?;
        self.records = 0;
        Ok(())
    }

    /// Patches what differs from the record before, lays out, makes text fit, and paints.
    pub fn compose(&mut self, binding: &Binding) -> Result<Composed, Vec<Diagnostic>> {
        if self.records >= MAX_RECORDS {
            self.reset()?;
        }
        self.records += 1;
        let live = &mut self.live;
        live.fitting.undo(&mut live.document);
        if live.shown.as_ref() != Some(binding) {
            let context = bind::Context { base: &live.base, root: live.root, root_style: &live.root_style };
            let mut mutator = live.document.mutate();
            let changed = live.scope.patch(&mut mutator, live.shown.as_ref(), binding, &context);
            drop(mutator);
            live.shown = Some(binding.clone());
            if changed {
                live.fitting.rescan(&live.document);
                live.sources.rescan(&live.document);
                live.generated.forget_gone(&live.document);
            }
            live.sources.choose(&mut live.document, self.scale, &context);
        }
        live.settle();
        let fitted = fit::fit(live);
        if !live.floats {
            balance::balance(&mut live.document, live.root);
        }
        let told = fitted.iter().map(|(node, _)| *node).collect();
        let mut problems: Vec<Diagnostic> = fitted.into_iter().map(|(_, problem)| problem).collect();
        let images = preflight::Pictures::new(&self.resources, &live.base);
        let list = live.paint(&images, self.scale);
        problems.extend(images.problems());
        problems.extend(live.loader.problems());
        cloned::check(&live.document, live.root, &mut problems);
        preflight::check(&live.document, &list, self.scale, &self.resources, &live.base, &mut problems, told);
        Ok(Composed { list, further: Vec::new(), problems })
    }

    /// The display list of the record composed last, painted once more.
    pub fn paint(&self) -> DisplayList {
        self.live.paint(&preflight::Pictures::new(&self.resources, &self.live.base), self.scale)
    }

    /// What looks wrong about the template itself, whatever the record.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    pub fn variant(&self) -> &Variant {
        &self.variant
    }

    /// The page's `<title>`, for documents that have one.
    pub fn title(&self) -> Option<String> {
        let title = self.live.document.find_title_node()?.text_content();
        Some(title.trim().to_owned()).filter(|title| !title.is_empty())
    }

    /// The page's own language: the `lang` of its root.
    pub fn language(&self) -> Option<String> {
        let language =
            self.live.document.get_node(self.live.root)?.attr(local_name!("lang"))?.trim().to_owned();
        Some(language).filter(|language| !language.is_empty())
    }
}

impl Live {
    fn paint(&self, images: &preflight::Pictures<'_>, scale: f64) -> DisplayList {
        crate::paint::paint(&self.document, scale, images, DisplayList::default())
    }

    /// Resolves style and layout until nothing more arrives.
    fn settle(&mut self) {
        stale::forget_gone_boxes(&self.document);
        if self.spans {
            spans::cut(&mut self.document);
        }
        if self.tables {
            table::forget(&mut self.document);
        }
        if self.floats {
            stale::forget_layout(&mut self.document);
        }
        self.resolve();
        let floated = std::mem::replace(&mut self.floats, stale::has_floats(&self.document));
        if self.floats && !floated {
            stale::forget_layout(&mut self.document);
            self.resolve();
        }
        self.tables = table::lay_out(&mut self.document);
        let (document, typeset) = (&mut self.document, &mut self.typeset);
        if self.tables && typeset.set_in_cells(document, self.root, self.floats, &self.generated) {
            if self.generates || self.loader.generates() {
                self.generate();
            }
            table::lay_out(&mut self.document);
        }
    }

    /// Resolves the document, with what it generates, sets its lines, and places boxes in inline elements.
    fn resolve(&mut self) {
        self.resolve_as_it_stands();
        let generates = self.generates || self.loader.generates();
        if generates {
            self.generate();
        }
        // Lists with lines that are set anew have their markers made anew.
        if self.typeset.set(&mut self.document, self.root, self.floats, &self.generated) && generates {
            self.generate();
        }
        let pictures = preflight::Pictures::new(self.loader.resources(), &self.base);
        let scale = self.document.viewport().scale_f64();
        if self.anchored.place(&mut self.document, scale, &pictures) {
            self.document.resolve(0.0);
        }
    }

    fn generate(&mut self) {
        // What is generated may make boxes that generate more; twice is enough for all but mistakes.
        let pictures = preflight::Pictures::new(self.loader.resources(), &self.base);
        let size = |url: &str| crate::paint::Images::size(&pictures, url);
        for _ in 0..2 {
            let Some(stood_in) = self.generated.write(&mut self.document, &size) else { break };
            self.document.resolve(0.0);
            generate::put_back(&mut self.document, stood_in);
        }
    }

    fn resolve_as_it_stands(&mut self) {
        for _ in 0..MAX_PASSES {
            let before = self.loader.answered();
            self.document.resolve(0.0);
            if self.loader.answered() == before {
                break;
            }
        }
    }
}
