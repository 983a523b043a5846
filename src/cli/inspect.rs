//! `byname inspect`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use super::{CampaignArg, Outcome, print_problems, shot, size, wrong};
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
        println!("record {} (line {}) as {}", record.key, record.line, variant.name());
        println!("fields");
        for (name, value) in &record.fields.0 {
            println!("  {name} = {}", to_json(value));
        }
        let started = Instant::now();
        let binding = plan.template.evaluate(&record)?;
        let evaluated = started.elapsed();
        println!("slots");
        print_binding(&binding, 1);

        let mut station = Station::new(&plan, variant, true)?;
        let started = Instant::now();
        let composed = station.compose(&binding)?;
        let laid_out = started.elapsed();
        println!("laid out: {} commands", composed.list.commands.len());
        if self.display_list {
            print!("{}", composed.list);
        }
        let started = Instant::now();
        let mut assets = station
            .make(&composed.list, &[kind], &mut CpuRasteriser::new())
            .map_err(|problem| vec![*problem])?;
        let drawn = started.elapsed();
        let (_, bytes) = assets.pop().ok_or_else(|| wrong("internal-error", "nothing was drawn"))?;
        shot::write(&out, &bytes)?;
        let what = if kind == AssetType::Pdf { "written" } else { "drawn and encoded" };
        println!(
            "opened in {opened:.1?}, evaluated in {evaluated:.1?}, laid out from scratch in {laid_out:.1?}, {what} in {drawn:.1?}"
        );
        println!("{} ({})", out.display(), size(bytes.len() as u64));
        print_problems(&composed.problems);
        let broken = composed.problems.iter().any(|problem| problem.severity == Severity::Error);
        Ok(if broken { Outcome::Some } else { Outcome::Well })
    }
}

fn print_binding(binding: &Binding, depth: usize) {
    let indent = "  ".repeat(depth);
    for (id, slot) in &binding.slots {
        let number = id.0;
        match slot {
            Slot::Text(text) => println!("{indent}{number} text {text:?}"),
            Slot::Markup(svg) => println!("{indent}{number} drawing, {} bytes of SVG", svg.len()),
            Slot::Attribute(Some(value)) => println!("{indent}{number} attribute {value:?}"),
            Slot::Attribute(None) => println!("{indent}{number} attribute, absent"),
            Slot::Raw(text) => println!("{indent}{number} whole text, {} bytes", text.len()),
            Slot::If { branch: Some(branch), inner } => {
                println!("{indent}{number} condition, branch {}", branch + 1);
                print_binding(inner, depth + 1);
            }
            Slot::If { branch: None, .. } => println!("{indent}{number} condition, no branch"),
            Slot::For { items, otherwise } => {
                println!("{indent}{number} loop of {}", items.len());
                items.iter().chain(otherwise).for_each(|inner| print_binding(inner, depth + 1));
            }
        }
    }
}
