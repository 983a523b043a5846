//! One PDF under way: its file, and what its pages share.

use std::collections::HashMap;

use kurbo::Rect;

use super::content::{Content, rectangle};
use super::file::{File, Id, Packer};
use super::font::Used;
use super::image::Image;

/// Shared objects that a document remembers at most: beyond that, it may write one again.
const MAX_SHARED: usize = 4096;

pub(super) struct Document {
    pub file: File,
    /// A standard for archives or print: nothing that it forbids is written.
    pub strict: bool,
    /// The colour space that stands for RGB.
    pub default_rgb: Option<Id>,
    pub fonts: Vec<Used>,
    /// Small objects by what they say.
    shared: HashMap<Vec<u8>, Id>,
    /// Pictures by their content.
    images: HashMap<u64, Id>,
}

impl Document {
    pub(super) fn new(version: &str, strict: bool, packer: Packer) -> Self {
        Self {
            file: File::new(version, packer),
            strict,
            default_rgb: None,
            fonts: Vec::new(),
            shared: HashMap::new(),
            images: HashMap::new(),
        }
    }

    /// The object with this body, written once.
    pub(super) fn shared(&mut self, body: &str) -> Id {
        if let Some(&id) = self.shared.get(body.as_bytes()) {
            return id;
        }
        let id = self.file.add(body.as_bytes());
        self.remember(body.as_bytes().to_vec(), id)
    }

    /// The stream with these entries and data, written once.
    pub(super) fn shared_stream(&mut self, entries: &str, data: &[u8]) -> Id {
        let key = blake3::Hasher::new().update(entries.as_bytes()).update(b"\n").update(data).finalize();
        if let Some(&id) = self.shared.get(key.as_bytes().as_slice()) {
            return id;
        }
        let id = self.file.add_stream(entries, data);
        self.remember(key.as_bytes().to_vec(), id)
    }

    fn remember(&mut self, key: Vec<u8>, id: Id) -> Id {
        if self.shared.len() >= MAX_SHARED {
            self.shared.clear();
        }
        self.shared.insert(key, id);
        id
    }

    /// The dictionary of the resources that the content names.
    pub(super) fn resources(&self, content: &Content) -> String {
        content.resources(self.default_rgb)
    }

    /// A form XObject: content that is drawn by its name.
    pub(super) fn form(&mut self, content: &Content, bounds: Rect, group: bool) -> Id {
        let mut entries =
            format!("/Subtype/Form/BBox{}/Resources{}", rectangle(bounds), self.resources(content));
        if group {
            entries.push_str("/Group<</S/Transparency/CS/DeviceRGB/I true>>");
        }
        self.shared_stream(&entries, &content.bytes)
    }

    /// The picture's object, written once.
    pub(super) fn image(&mut self, image: &Image) -> Id {
        if let Some(&id) = self.images.get(&image.id) {
            return id;
        }
        let mut entries = image.entries.clone();
        if let Some(mask) = &image.mask {
            let mask = self.image(mask);
            entries.push_str(&format!("/SMask {mask} 0 R"));
        }
        if image.smooth && !self.strict {
            entries.push_str("/Interpolate true");
        }
        let id = self.file.reserve();
        self.file.put_raw(id, &entries, &image.data);
        if self.images.len() >= MAX_SHARED {
            self.images.clear();
        }
        self.images.insert(image.id, id);
        id
    }

    /// A graphics state: opacity, blend mode, soft mask.
    pub(super) fn state(&mut self, entries: &str) -> Id {
        self.shared(&format!("<<{entries}>>"))
    }
}
