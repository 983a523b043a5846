//! What a run makes: the campaign, opened and ready, narrowed to what was asked for.

use std::path::Path;
use std::sync::Arc;

use crate::campaign::{AssetType, Background, Campaign, NetworkConfig, Variant};
use crate::data::closest;
use crate::diagnostic::{Diagnostic, Span};
use crate::display::{Color, Command, Recorder};
use crate::resources::{Fonts, Network, Resources};
use crate::template::Template;

/// The campaign with all that is shared by its workers.
pub struct Plan {
    pub campaign: Campaign,
    pub template: Arc<Template>,
    pub resources: Arc<Resources>,
    pub variants: Vec<Variant>,
    pub types: Vec<AssetType>,
    /// What lies under every page; nothing when the assets are to be transparent.
    pub(super) background: Option<Color>,
}

/// Names to narrow a plan to; an empty list means all.
#[derive(Debug, Clone, Default)]
pub struct PlanFilter {
    pub formats: Vec<String>,
    pub colorways: Vec<String>,
    pub types: Vec<AssetType>,
}

impl Plan {
    /// Reads the campaign, compiles its template and loads its fonts.
    pub fn open(path: &Path, filter: &PlanFilter) -> Result<Self, Vec<Diagnostic>> {
        let campaign = Campaign::load(path)?;
        let mut problems = Vec::new();
        let template = Template::load(&campaign.template, &campaign.dir, &campaign.locale);
        let fonts = Fonts::load(&campaign.fonts.files, campaign.fonts.system);
        let (template, fonts) = match (template, fonts) {
            (Ok(template), Ok(fonts)) => (template, fonts),
            (template, fonts) => {
                problems.extend(template.err().into_iter().flatten());
                problems.extend(fonts.err().into_iter().flatten());
                return Err(problems);
            }
        };
        let NetworkConfig { hosts, timeout, retries } = campaign.network.clone();
        let network = Network { hosts, timeout, retries };
        let resources = Resources::new(&campaign.dir, fonts, network).map_err(|problem| vec![*problem])?;
        let formats: Vec<&str> = campaign.formats.iter().map(|format| format.name.as_str()).collect();
        let colorways: Vec<&str> = campaign.colorways.iter().map(|colorway| colorway.name.as_str()).collect();
        check_names("format", &filter.formats, &formats, &campaign, &mut problems);
        check_names("colorway", &filter.colorways, &colorways, &campaign, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let wanted =
            |names: &[String], name: &str| names.is_empty() || names.iter().any(|wanted| wanted == name);
        let variants = campaign
            .variants()
            .into_iter()
            .filter(|variant| wanted(&filter.formats, &variant.format.name))
            .filter(|variant| variant.colorway.as_ref().is_none_or(|c| wanted(&filter.colorways, &c.name)))
            .collect();
        let types =
            if filter.types.is_empty() { campaign.output.types.clone() } else { filter.types.clone() };
        if let Err(problem) = campaign.check_types(&types) {
            return Err(vec![*problem]);
        }
        let background = background_color(&campaign.output.background);
        Ok(Self { campaign, template: Arc::new(template), resources, variants, types, background })
    }

    /// Assets that each record becomes.
    pub fn assets_per_record(&self) -> u64 {
        self.variants.iter().map(|variant| self.types_of(variant).count() as u64).sum()
    }

    /// The types that a variant is made in: a page inside a PDF of several is none of its own.
    pub(super) fn types_of(&self, variant: &Variant) -> impl Iterator<Item = AssetType> + use<'_> {
        let begins = self.campaign.output.pdf.begins(&variant.format.name);
        self.types.iter().copied().filter(move |kind| begins || *kind != AssetType::Pdf)
    }

    /// The variants after the first in the PDF that begins with one.
    pub(super) fn further_pages(&self, first: &Variant) -> Vec<Variant> {
        let names = self.campaign.output.pdf.pages.iter().skip(1);
        let page = |name: &String| {
            let format = self.campaign.formats.iter().find(|format| format.name == *name)?.clone();
            Some(Variant { format, colorway: first.colorway.clone() })
        };
        names.filter_map(page).collect()
    }

    /// The fields that the template or the paths use and the data cannot have.
    pub fn missing_fields(&self, names: &[Arc<str>]) -> Vec<Diagnostic> {
        let known = |name: &str| {
            names.iter().any(|known| **known == *name)
                || self.campaign.schema.as_ref().is_some_and(|s| s.fields.iter().any(|f| *f.name == *name))
        };
        let hint = |name: &str| match closest(name, names.iter().map(|name| &**name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "the source has no column of that name".to_owned(),
        };
        let in_template = self.template.fields().iter().filter(|field| !known(&field.name)).map(|field| {
            Diagnostic::warning(
                "unknown-field",
                format!("the template uses `{}`, which the data does not have", field.name),
            )
            .with_span(field.span.clone())
            .with_field(field.name.clone())
            .with_hint(hint(&field.name))
        });
        let in_path = self.campaign.output.path.fields().filter(|name| !known(name)).map(|name| {
            Diagnostic::warning(
                "unknown-field",
                format!("the path pattern uses `{name}`, which the data does not have"),
            )
            .with_span(Span::file(&self.campaign.file))
            .with_field(name)
            .with_hint(hint(name))
        });
        in_template.chain(in_path).collect()
    }
}

fn check_names(
    what: &str,
    asked: &[String],
    known: &[&str],
    campaign: &Campaign,
    problems: &mut Vec<Diagnostic>,
) {
    for name in asked.iter().filter(|name| !known.contains(&name.as_str())) {
        let problem = Diagnostic::error("unknown-name", format!("the campaign has no {what} `{name}`"))
            .with_span(Span::file(&campaign.file));
        problems.push(match closest(name, known.iter().copied()) {
            Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
            None if known.is_empty() => problem.with_hint(format!("it has no {what}s at all")),
            None => problem.with_hint(format!("it has {}", known.join(", "))),
        });
    }
}

/// White unless the campaign says otherwise, as in a browser.
pub(crate) fn background_color(background: &Background) -> Option<Color> {
    match background {
        Background::Page => Some(Color::WHITE),
        Background::Transparent => None,
        // The campaign has checked that it is a colour.
        Background::Color(css) => parse_color(css).or(Some(Color::WHITE)).filter(|color| color.alpha() > 0.0),
    }
}

/// A CSS colour.
pub(crate) fn parse_color(css: &str) -> Option<Color> {
    let color = peniko::color::parse_color(css.trim()).ok()?;
    Some(Color(color.to_alpha_color::<peniko::color::Srgb>().components))
}

/// The command that fills a whole frame.
pub(super) fn background_command(color: Color, width: u32, height: u32) -> Option<Command> {
    use crate::display::{Paint, Shape};
    let mut recorder = Recorder::default();
    let frame = kurbo::Rect::new(0.0, 0.0, width.into(), height.into());
    recorder.fill(Shape::Rect(frame), Paint::Solid(color));
    recorder.finish(width, height).commands.pop()
}
