//! Reading a campaign.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::diagnostic::{Diagnostic, Span};

use super::file::{Document, Section};
use super::output::{self, Output};
use super::variant::variants;
use super::{Campaign, Locale, colorway, fonts, format, locale, network, records, schema};

impl Campaign {
    /// Reads a campaign, given as its file or as the folder with its campaign.toml.
    ///
    /// Gives all mistakes at once. What it names (template, source, fonts) is checked to exist; the
    /// template and the records are read by their own modules.
    pub fn load(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let file = if path.is_dir() { path.join("campaign.toml") } else { path.to_path_buf() };
        let bytes = std::fs::read(&file).map_err(|error| {
            let problem = Diagnostic::error(
                "missing-campaign",
                format!("cannot read the campaign `{}`: {error}", file.display()),
            );
            vec![problem.with_hint("name a campaign's file, or a folder with a campaign.toml in it")]
        })?;
        let source = String::from_utf8(bytes).map_err(|error| {
            let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|b| *b == b'\n').count();
            vec![
                Diagnostic::error("not-utf8", "the campaign is not UTF-8")
                    .with_span(Span::line(&file, line))
                    .with_hint("save it as UTF-8"),
            ]
        })?;
        Self::parse(&file, &source)
    }

    fn parse(file: &Path, source: &str) -> Result<Self, Vec<Diagnostic>> {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source);
        let (root, errors) = DeTable::parse_recoverable(source);
        if !errors.is_empty() {
            let problem = |error: &toml::de::Error| {
                let offset = error.span().map_or(0, |span| span.start);
                Diagnostic::error("broken-toml", format!("the campaign is not TOML: {}", error.message()))
                    .with_span(Span::at(file, source, offset))
            };
            return Err(errors.iter().map(problem).collect());
        }
        let dir = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let document = Document::new(file, source);
        let section = Section::new(&document, String::new(), 0..0, root.get_ref());
        let campaign = read(section, file, dir);
        let problems = document.into_problems();
        match campaign {
            Some(campaign) if problems.is_empty() => Ok(campaign),
            _ => Err(problems),
        }
    }
}

/// `None` only when a problem was reported.
fn read(mut root: Section<'_>, file: &Path, dir: PathBuf) -> Option<Campaign> {
    let name = root.require("name", "give the campaign a name: name = \"holiday\"").and_then(|node| {
        let name = node.text()?;
        if name.trim().is_empty() {
            node.error("unknown-value", "must not be empty");
        }
        Some(name.to_owned())
    });
    let template =
        root.require("template", "name the HTML file: template = \"card.html\"").and_then(|node| {
            let template = dir.join(node.text()?);
            if template.is_file() {
                return Some(template);
            }
            let message = format!("names a file that does not exist: {}", template.display());
            node.error("missing-template", message);
            None
        });
    let locale = root.get("locale").map_or_else(|| Some(Locale::default()), |node| locale::read(&node));
    let data = root
        .require("data", "name the records: [data] source = \"people.csv\", key = \"id\"")
        .and_then(|node| records::read(node.table()?, &dir));
    let schema = root.get("schema").and_then(|node| schema::read(node.table()?));
    let formats_node = root.require("formats", "name at least one: [formats] square = [1080, 1080]");
    let formats = formats_node.as_ref().and_then(format::read);
    let colorways = root.get("colorways").and_then(|node| colorway::read(node.table()?)).unwrap_or_default();
    let fonts = root.get("fonts").and_then(|node| fonts::read(node.table()?, &dir)).unwrap_or_default();
    let network = root.get("network").and_then(|node| network::read(node.table()?));
    // The path pattern depends on how many formats and colorways there are.
    let output = match root.get("output") {
        Some(node) => node
            .table()
            .and_then(|section| output::read(section, formats.as_deref().unwrap_or_default(), &colorways)),
        None => Some(Output::standard(&colorways)),
    };
    root.finish();
    // A pattern of the user's own is checked where it stands; the standard one depends on the names only.
    if let (Some(node), Some(formats), Some(output)) = (&formats_node, &formats, &output)
        && let made = output.made(&variants(formats, &colorways), &output.types)
        && let Err((message, hint)) = output.path.check_unique(&made, &output.types)
    {
        let message = format!("give names that the path \"{}\" cannot tell apart; it {message}", output.path);
        node.error_with_hint("bad-path", message, hint);
    }
    Some(Campaign {
        name: name?,
        dir,
        file: file.to_path_buf(),
        template: template?,
        locale: locale?,
        data: data?,
        schema,
        formats: formats?,
        colorways,
        fonts,
        network: network.unwrap_or_default(),
        output: output?,
    })
}
