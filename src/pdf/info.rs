//! What a document says about itself: its catalogue, title, language and author, and the standards that
//! it keeps.

use std::fmt::Write as _;

use super::file::{File, Id};
use super::syntax::text;

/// What a document is about.
#[derive(Debug, Clone, Copy, Default)]
pub struct Info<'a> {
    pub title: Option<&'a str>,
    /// A language tag: `en-GB`.
    pub language: &'a str,
}

/// Who wrote it.
pub(super) const PRODUCER: &str = concat!("Byname ", env!("CARGO_PKG_VERSION"));

impl Info<'_> {
    /// Writes the catalogue and the information dictionary. With `archive`, all that PDF/A-2b asks for.
    pub(super) fn write(&self, file: &mut File, pages: Id, author: Option<&str>, archive: bool) -> (Id, Id) {
        let mut more = String::new();
        if archive {
            let xmp = self.xmp(
                author,
                "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"",
                "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
            );
            let metadata = metadata(file, &xmp);
            let profile = srgb(file);
            let _ = write!(
                more,
                "/Metadata {metadata} 0 R/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1\
                 /OutputConditionIdentifier(sRGB IEC61966-2.1)/Info(sRGB IEC61966-2.1)\
                 /DestOutputProfile {profile} 0 R>>]"
            );
        }
        (self.catalog(file, pages, &more), self.information(file, author, ""))
    }

    /// The document's root; `more` are entries of its own.
    pub(super) fn catalog(&self, file: &mut File, pages: Id, more: &str) -> Id {
        let mut out = format!("<</Type/Catalog/Pages {pages} 0 R").into_bytes();
        if !self.language.is_empty() {
            out.extend(b"/Lang");
            text(&mut out, self.language);
        }
        if self.title.is_some() {
            out.extend(b"/ViewerPreferences<</DisplayDocTitle true>>");
        }
        out.extend(more.bytes());
        out.extend(b">>");
        file.add(&out)
    }

    pub(super) fn information(&self, file: &mut File, author: Option<&str>, more: &str) -> Id {
        let mut out = b"<</Producer".to_vec();
        text(&mut out, PRODUCER);
        for (name, value) in [("/Title", self.title), ("/Author", author)] {
            if let Some(value) = value {
                out.extend(name.bytes());
                text(&mut out, value);
            }
        }
        out.extend(more.bytes());
        out.extend(b">>");
        file.add(&out)
    }

    /// The same in XMP (ISO 16684-1), with what a standard adds.
    pub(super) fn xmp(&self, author: Option<&str>, namespaces: &str, more: &str) -> String {
        let mut out = format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
             <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
             <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" {namespaces}>"
        );
        let escape = |value| html_escape::encode_text(value).into_owned();
        if let Some(title) = self.title {
            let title = escape(title);
            let _ = write!(
                out,
                "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>"
            );
        }
        if let Some(author) = author {
            let author = escape(author);
            let _ = write!(out, "<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>");
        }
        if !self.language.is_empty() {
            let language = escape(self.language);
            let _ = write!(out, "<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>");
        }
        let _ = write!(
            out,
            "<pdf:Producer>{PRODUCER}</pdf:Producer>{more}</rdf:Description></rdf:RDF></x:xmpmeta>\n\
             <?xpacket end=\"r\"?>"
        );
        out
    }
}

/// XMP is never compressed, so that it is found by those who know nothing of PDF.
pub(super) fn metadata(file: &mut File, xmp: &str) -> Id {
    let id = file.reserve();
    file.put_raw(id, "/Type/Metadata/Subtype/XML", xmp.as_bytes());
    id
}

/// The profile of the colours that pages are in.
pub(super) fn srgb(file: &mut File) -> Id {
    let profile = moxcms::ColorProfile::new_srgb().encode().unwrap_or_default();
    file.add_stream("/N 3", &profile)
}
