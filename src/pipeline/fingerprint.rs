//! What an asset was made from, as one hash: the same inputs need not be rendered twice.

use blitz_traits::net::Url;

use super::Plan;
use crate::campaign::{AssetType, Variant};
use crate::data::Record;
use crate::template::{Binding, Slot};

/// The hash of all that is the same for every record.
#[derive(Debug)]
pub(super) struct Fingerprints {
    shared: blake3::Hash,
    base: Option<Url>,
}

impl Fingerprints {
    /// Template, stylesheets and pictures that it names, fonts, output settings, and our version.
    pub(super) fn new(plan: &Plan) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(concat!("byname ", env!("CARGO_PKG_VERSION")).as_bytes());
        for (_, text) in plan.template.sources() {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        let path = plan.template.path();
        let base = Url::from_file_path(path.canonicalize().unwrap_or_else(|_| path.to_path_buf())).ok();
        if let Some(base) = &base {
            plan.resources.fingerprint_text(plan.template.html(), base, &mut hasher);
        }
        hasher.update(plan.resources.fonts().fingerprint().as_bytes());
        let output = &plan.campaign.output;
        let settings = (output.scale, plan.background, &plan.campaign.locale);
        hasher.update(format!("{settings:?}").as_bytes());
        Self { shared: hasher.finalize(), base }
    }

    /// Shared inputs, the record's values, and the pictures that these name.
    pub(super) fn of_record(&self, plan: &Plan, record: &Record, binding: &Binding) -> blake3::Hasher {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.shared.as_bytes());
        record.fingerprint(&mut hasher);
        if let Some(base) = &self.base {
            binding.walk(&mut |_, slot| {
                if let Slot::Attribute(Some(value)) | Slot::Raw(value) = slot {
                    plan.resources.fingerprint_value(value, base, &mut hasher);
                }
            });
        }
        hasher
    }

    /// One asset's, in hex.
    pub(super) fn of_asset(
        record: &blake3::Hasher,
        variant: &Variant,
        kind: AssetType,
        plan: &Plan,
    ) -> String {
        let output = &plan.campaign.output;
        let mut hasher = record.clone();
        hasher.update(format!("{variant:?} {} ", kind.name()).as_bytes());
        // Only the settings of its own type.
        let settings = match kind {
            AssetType::Png => format!("{:?}", output.png),
            AssetType::Jpeg => format!("{:?}", output.jpeg),
            AssetType::Webp => format!("{:?}", output.webp),
            AssetType::Pdf => format!("{:?} {:?}", output.pdf, plan.further_pages(variant)),
        };
        hasher.update(settings.as_bytes());
        hasher.finalize().to_hex().to_string()
    }
}
