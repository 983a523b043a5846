//! `byname inspect`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::{CampaignArg, Outcome, print_problems, say, shot, size, wrong};
use crate::campaign::AssetType;
use crate::data::{self, to_json};
use crate::diagnostic::{Diagnostic, Severity};
use crate::pipeline::{Plan, PlanFilter, Station};
use crate::raster::CpuRasteriser;
use crate::template::{Binding, Slot};

#[derive(Args)]
pub(super) struct Inspect {
    #[command(flatten)]
    campaign: CampaignArg,
    /// The record's key
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The format
    #[arg(long, value_name = "FORMAT")]
    format: String,
    /// The colorway [default: the first]
    #[arg(long, value_name = "COLORWAY")]
    colorway: Option<String>,
    /// The file to write [default: KEY-FORMAT.png]
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the display list, too
    #[arg(long)]
    display_list: bool,
}

impl Inspect {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let out = match self.out {
            Some(out) => out,
            None => {
                let name = format!("{}-{}.png", self.key, self.format);
                // The key comes from the command line, not yet from the data.
                if data::path_part_problem(&name).is_some() {
                    return Err(wrong("bad-path", "name the file to write with --out"));
                }
                name.into()
            }
        };
        let kind = shot::type_of(&out).ok_or_else(|| {
            wrong("unknown-type", format!("`{}` must end in .png, .jpg, .webp or .pdf", out.display()))
        })?;
        let started = Instant::now();
        let filter = PlanFilter {
            formats: vec![self.format],
            colorways: self.colorway.into_iter().collect(),
            types: vec![kind],
        };
        let plan = Plan::open(&self.campaign.campaign, &filter)?;
        let source = &plan.campaign.data;
        let records = data::open(&source.source, &source.key, plan.campaign.schema.as_ref())
            .map_err(|problem| vec![*problem])?;
        let mut record = None;
        for row in records {
            match row {
                Ok(row) if *row.key == *self.key => {
                    record = Some(row);
                    break;
                }
                Err(row) if row.key.as_deref() == Some(&self.key) => return Err(row.problems),
                _ => {}
            }
        }
        let record =
            record.ok_or_else(|| wrong("unknown-key", format!("no record has the key `{}`", self.key)))?;
        let opened = started.elapsed();

        let variant = &plan.variants[0];
        say(format_args!("record {} (line {}) as {}", record.key, record.line, variant.name()))?;
        say("fields")?;
        for (name, value) in &record.fields.0 {
            say(format_args!("  {name} = {}", to_json(value)))?;
        }
        let started = Instant::now();
        let binding = plan.template.evaluate(&record)?;
        let evaluated = started.elapsed();
        let mut slots = "slots\n".to_owned();
        write_binding(&binding, 1, &mut slots);
        say(slots.trim_end())?;

        let mut station = Station::new(&plan, variant, true)?;
        let started = Instant::now();
        let composed = station.compose(&binding)?;
        let laid_out = started.elapsed();
        say(format_args!("laid out: {} commands", composed.list.commands.len()))?;
        if self.display_list {
            say(composed.list.to_string().trim_end())?;
        }
        let started = Instant::now();
        let mut assets =
            station.make(&composed, &[kind], &mut CpuRasteriser::new()).map_err(|problem| vec![*problem])?;
        let drawn = started.elapsed();
        let (_, bytes) = assets.pop().ok_or_else(|| wrong("internal-error", "nothing was drawn"))?;
        shot::write(&out, &bytes)?;
        let what = if kind == AssetType::Pdf { "written" } else { "drawn and encoded" };
        say(format_args!(
            "opened in {opened:.1?}, evaluated in {evaluated:.1?}, laid out from scratch in {laid_out:.1?}, {what} in {drawn:.1?}"
        ))?;
        say(format_args!("{} ({})", out.display(), size(bytes.len() as u64)))?;
        print_problems(&composed.problems);
        let broken = composed.problems.iter().any(|problem| problem.severity == Severity::Error);
        Ok(if broken { Outcome::Some } else { Outcome::Well })
    }
}

/// One line a slot, indented by its level.
fn write_binding(binding: &Binding, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (id, slot) in &binding.slots {
        let what = match slot {
            Slot::Text(text) => format!("text {text:?}"),
            Slot::Markup(svg) => format!("drawing, {} bytes of SVG", svg.len()),
            Slot::Attribute(Some(value)) => format!("attribute {value:?}"),
            Slot::Attribute(None) => "attribute, absent".to_owned(),
            Slot::Raw(text) => format!("whole text, {} bytes", text.len()),
            Slot::If { branch: Some(branch), .. } => format!("condition, branch {}", branch + 1),
            Slot::If { branch: None, .. } => "condition, no branch".to_owned(),
            Slot::For { items, .. } => format!("loop of {}", items.len()),
        };
        out.push_str(&format!("{indent}{} {what}\n", id.0));
        match slot {
            Slot::If { branch: Some(_), inner } => write_binding(inner, depth + 1, out),
            Slot::For { items, otherwise } => {
                items.iter().chain(otherwise).for_each(|inner| write_binding(inner, depth + 1, out));
            }
            _ => {}
        }
    }
}
