//! The fonts a document sees: the campaign's own, the built-in ones, and installed ones only on request.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use blitz_dom::FontContext;
use parley::fontique::{
    Blob, Collection, CollectionOptions, FallbackKey, FamilyId, GenericFamily, Language, Script,
    ScriptExt as _, SourceCache,
};
use resvg::usvg::fontdb;
use skrifa::{FontRef, Tag};

use super::faces::Face;
use crate::diagnostic::{Diagnostic, Result, Span};

/// Languages whose fall-back fonts are looked up on their own (fontique's list for each script).
const LANGUAGES: [(&[u8; 4], &[&str]); 7] = [
    (
        b"Arab",
        &["ar-IR", "fa", "ks", "ku-IQ", "ku-IR", "la", "ota", "pa-PK", "ps-AF", "ps-PK", "sd", "ug", "ur"],
    ),
    (b"Beng", &["as", "mni"]),
    (b"Deva", &["bh", "bho", "brx", "doi", "hne", "kok", "mai", "mr", "bne", "sa", "sat"]),
    (b"Ethi", &["am", "byn", "sid", "ti-ER", "ti-ET", "tig", "wal"]),
    (b"Hani", &["ja", "ko", "zh-HK", "zh-TW", "zh-MO", "zh-SG"]),
    (b"Hebr", &["yi"]),
    (b"Tibt", &["dz"]),
];

/// A set of fonts, ready to be handed to documents. Cloning what it hands out shares the font files.
pub struct Fonts {
    context: FontContext,
    svg: Arc<fontdb::Database>,
    fingerprint: blake3::Hash,
}

impl Fonts {
    /// Only the fonts within the binary (Noto Sans and DejaVu).
    pub fn built_in() -> Self {
        Self::from_files(Vec::new(), false)
    }

    /// The fonts of `files` (TTF, OTF, TTC, WOFF, WOFF2), then the built-in ones; the installed ones
    /// too when `system` is set. Families of `files` come first wherever a character needs a fall-back.
    pub fn load(files: &[PathBuf], system: bool) -> Result<Self, Vec<Diagnostic>> {
        let mut loaded = Vec::new();
        let mut problems = Vec::new();
        for path in files {
            match read_font(path) {
                Ok(bytes) => loaded.push(bytes),
                Err(problem) => problems.push(*problem),
            }
        }
        if problems.is_empty() { Ok(Self::from_files(loaded, system)) } else { Err(problems) }
    }

    fn from_files(files: Vec<Vec<u8>>, system: bool) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[u8::from(system)]);
        let mut svg = fontdb::Database::new();
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: system });

        let mut own = Vec::new();
        for bytes in files {
            hasher.update(blake3::hash(&bytes).as_bytes());
            let bytes = Arc::new(bytes);
            svg.load_font_source(fontdb::Source::Binary(bytes.clone()));
            register(&mut collection, Blob::new(bytes), &mut own);
        }
        let mut built_in = |faces: &[Cow<'static, [u8]>]| {
            let mut families: Vec<FamilyId> = Vec::new();
            for face in faces {
                let face = Arc::new(face.clone());
                svg.load_font_source(fontdb::Source::Binary(face.clone()));
                register(&mut collection, Blob::new(face), &mut families);
            }
            families
        };
        let sans = built_in(&[
            Cow::Owned(without_glyph_classes(notosans::REGULAR_TTF)),
            Cow::Owned(without_glyph_classes(notosans::BOLD_TTF)),
            Cow::Owned(without_glyph_classes(notosans::ITALIC_TTF)),
            Cow::Owned(without_glyph_classes(notosans::BOLD_ITALIC_TTF)),
            dejavu::sans::regular().into(),
            dejavu::sans::bold().into(),
        ]);
        let serif = built_in(&[
            dejavu::serif::regular().into(),
            dejavu::serif::bold().into(),
            dejavu::serif::italic().into(),
            dejavu::serif::bold_italic().into(),
        ]);
        let mono = built_in(&[dejavu::sans_mono::regular().into(), dejavu::sans_mono::bold().into()]);
        // What list markers are drawn with.
        register(&mut collection, Blob::new(Arc::new(blitz_dom::BULLET_FONT)), &mut Vec::new());
        if system {
            svg.load_system_fonts();
        }
        // After the installed ones, which bring names of their own for these.
        svg.set_sans_serif_family("Noto Sans");
        svg.set_serif_family("DejaVu Serif");
        svg.set_monospace_family("DejaVu Sans Mono");

        let emoji: Vec<FamilyId> = own
            .iter()
            .copied()
            .filter(|id| {
                collection.family_name(*id).is_some_and(|name| name.to_lowercase().contains("emoji"))
            })
            .collect();
        // One family each: a second one would come before the emoji font. Fall-backs have the others.
        for (generic, families) in [
            (GenericFamily::SansSerif, &sans[..1]),
            (GenericFamily::SystemUi, &sans[..1]),
            (GenericFamily::UiSansSerif, &sans[..1]),
            (GenericFamily::Cursive, &sans[..1]),
            (GenericFamily::Fantasy, &sans[..1]),
            (GenericFamily::Serif, &serif[..1]),
            (GenericFamily::UiSerif, &serif[..1]),
            (GenericFamily::Math, &serif[..1]),
            (GenericFamily::Monospace, &mono[..1]),
            (GenericFamily::UiMonospace, &mono[..1]),
            (GenericFamily::Emoji, &emoji[..]),
        ] {
            if !system || collection.generic_families(generic).next().is_none() {
                collection.set_generic_families(generic, families.iter().copied());
            }
        }

        let fallbacks: Vec<FamilyId> = own.iter().chain(&sans).chain(&serif).chain(&mono).copied().collect();
        for (script, _) in Script::all_samples() {
            let languages = LANGUAGES.iter().find(|(name, _)| Script::from_bytes(**name) == *script);
            let tags = languages.map_or([].as_slice(), |(_, tags)| tags);
            let locales = tags.iter().filter_map(|tag| Language::parse(tag).ok()).map(Some);
            for locale in std::iter::once(None).chain(locales) {
                let key = FallbackKey::new(*script, locale.as_ref());
                let installed: Vec<FamilyId> =
                    if system { collection.fallback_families(key).collect() } else { Vec::new() };
                let families = own.iter().chain(&installed).chain(&fallbacks[own.len()..]).copied();
                collection.set_fallbacks(key, families);
            }
        }
        let context = FontContext { collection, source_cache: SourceCache::new_shared() };
        Self { context, svg: Arc::new(svg), fingerprint: hasher.finalize() }
    }

    /// A font context for one document.
    pub fn context(&self) -> FontContext {
        self.context.clone()
    }

    /// Whether there is a font family of that name.
    pub fn has_family(&self, name: &str) -> bool {
        self.context.clone().collection.family_id(name).is_some()
    }

    /// The same fonts for text within SVG images.
    pub fn for_svg(&self) -> Arc<fontdb::Database> {
        self.svg.clone()
    }

    /// Changes when the campaign's fonts do.
    pub fn fingerprint(&self) -> blake3::Hash {
        self.fingerprint
    }
}

/// Adds a font under the family, weight and style of the rule that declares it.
pub(super) fn add_face(fonts: &mut fontdb::Database, font: Vec<u8>, face: &Face) {
    for id in fonts.load_font_source(fontdb::Source::Binary(Arc::new(font))) {
        let Some(mut info) = fonts.face(id).cloned() else { continue };
        fonts.remove_face(id);
        info.families = vec![(face.family.clone(), fontdb::Language::English_UnitedStates)];
        info.weight = face.weight.map_or(info.weight, fontdb::Weight);
        info.style = match face.italic {
            Some(true) => fontdb::Style::Italic,
            Some(false) => fontdb::Style::Normal,
            None => info.style,
        };
        fonts.push_face_info(info);
    }
}

/// The built-in Noto Sans counts characters that stand by themselves (the ʻokina, the apostrophe of Breton
/// names, the grave accent and some forty more) among the marks, from which shapers take the width. Without
/// its classes they go by Unicode's (OpenType, `GDEF`: the offset of the classes is 0 where there are none).
fn without_glyph_classes(font: &[u8]) -> Vec<u8> {
    /// Where the header of `GDEF` has the offset.
    const CLASSES: std::ops::Range<usize> = 4..6;
    let mut out = font.to_vec();
    let parsed = FontRef::new(font).expect("a font of the binary");
    let records = parsed.table_directory().table_records();
    let gdef = records.iter().find(|record| record.tag() == Tag::new(b"GDEF")).expect("it has classes");
    out[gdef.offset() as usize..][CLASSES].fill(0);
    out
}

fn register(collection: &mut Collection, blob: Blob<u8>, families: &mut Vec<FamilyId>) {
    for (family, _) in collection.register_fonts(blob, None) {
        if !families.contains(&family) {
            families.push(family);
        }
    }
}

/// A font file's bytes, unpacked if it is a WOFF or WOFF2.
pub(super) fn unpack_font(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let bytes = match blitz_dom::decode_font_bytes(&bytes) {
        std::borrow::Cow::Owned(unpacked) => unpacked,
        std::borrow::Cow::Borrowed(_) => bytes,
    };
    skrifa::raw::FileRef::new(&bytes).is_ok().then_some(bytes)
}

/// The first font of a collection as a file of its own, which is what `@font-face` shows of one; any other
/// file as it is. Offsets in a font count from the file's start, so a header put before the whole collection
/// is enough (OpenType, "Font Collections").
pub(super) fn first_of_collection(bytes: Vec<u8>) -> Vec<u8> {
    match lifted(&bytes) {
        Some(font) if bytes.starts_with(b"ttcf") => font,
        _ => bytes,
    }
}

fn lifted(collection: &[u8]) -> Option<Vec<u8>> {
    /// Bytes of the table directory's head, and of a record in it.
    const HEAD: usize = 12;
    const RECORD: usize = 16;
    let word = |at: usize| Some(u32::from_be_bytes(collection.get(at..at + 4)?.try_into().ok()?));
    let head = usize::try_from(word(HEAD)?).ok()?;
    let tables = usize::from(u16::from_be_bytes(collection.get(head + 4..head + 6)?.try_into().ok()?));
    let size = HEAD + tables * RECORD;
    let mut font = collection.get(head..head + size)?.to_vec();
    for record in font[HEAD..].chunks_exact_mut(RECORD) {
        let offset = u32::from_be_bytes(record[8..12].try_into().ok()?);
        record[8..12].copy_from_slice(&offset.checked_add(size as u32)?.to_be_bytes());
    }
    font.extend_from_slice(collection);
    Some(font)
}

fn read_font(path: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::error("missing-font", format!("cannot read the font: {error}"))
            .with_span(Span::file(path))
            .with_hint("check `files` under [fonts]")
    })?;
    unpack_font(bytes).ok_or_else(|| {
        Box::new(
            Diagnostic::error("broken-font", "this is not a font that can be read")
                .with_span(Span::file(path))
                .with_hint("TTF, OTF, TTC, WOFF and WOFF2 files work"),
        )
    })
}
