//! `byname schema`.

use clap::Args;

use super::{CampaignArg, Outcome, say};
use crate::campaign::Campaign;
use crate::data;
use crate::diagnostic::Diagnostic;

#[derive(Args)]
pub(super) struct SchemaCommand {
    #[command(flatten)]
    campaign: CampaignArg,
}

impl SchemaCommand {
    pub(super) fn run(self) -> Result<Outcome, Vec<Diagnostic>> {
        let campaign = Campaign::load(&self.campaign.campaign)?;
        let records =
            data::open(&campaign.data.source, &campaign.data.key, None).map_err(|problem| vec![*problem])?;
        say(data::propose(records).trim_end())?;
        Ok(Outcome::Well)
    }
}
