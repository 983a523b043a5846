//! Where an asset is written: `{key}/{format}-{colorway}.{ext}`.

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

use crate::data::{Record, Value, to_json};
use crate::diagnostic::{Diagnostic, Result};

use super::{AssetType, Variant};

/// The pattern of the assets' paths, relative to the output folder.
///
/// Two assets can have the same path only if one field's value runs into another's (`{city}{key}`);
/// the key and the variants alone always tell them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathPattern {
    source: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Key,
    Format,
    Colorway,
    /// Format and colorway, as [`Variant::name`].
    Variant,
    Ext,
    Campaign,
    Field(String),
}

/// The most characters of a field's value in a path.
const MAX_VALUE: usize = 60;

impl PathPattern {
    pub(super) fn standard(colorways: bool) -> Self {
        let source = if colorways { "{key}/{format}-{colorway}.{ext}" } else { "{key}/{format}.{ext}" };
        let literal = |text: &str| Piece::Literal(text.to_owned());
        let mut pieces = vec![Piece::Key, literal("/"), Piece::Format];
        if colorways {
            pieces.extend([literal("-"), Piece::Colorway]);
        }
        pieces.extend([literal("."), Piece::Ext]);
        Self { source: source.to_owned(), pieces }
    }

    /// The error is a message that follows the setting's name, and a hint.
    pub(super) fn parse(
        source: &str,
        variants: &[Variant],
        types: &[AssetType],
    ) -> Result<Self, (String, Option<String>)> {
        let pattern = Self { source: source.to_owned(), pieces: pieces(source)? };
        let inside = |part: &str| !matches!(part, "" | "." | "..");
        if !source.split('/').all(inside) || source.contains('\\') {
            let message = "must be a relative path inside the output folder, with `/` between its parts";
            return Err((message.to_owned(), None));
        }
        let literals = pattern.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text),
            _ => None,
        });
        for c in literals.flat_map(|text| text.chars()) {
            if c != '/' && crate::data::is_forbidden(c) {
                return Err((format!("has {c:?}, which some disks do not allow in a name"), None));
            }
        }
        pattern.check_unique(variants, types)?;
        Ok(pattern)
    }

    /// The pattern must have whatever tells assets from each other.
    pub(super) fn check_unique(
        &self,
        variants: &[Variant],
        types: &[AssetType],
    ) -> Result<(), (String, Option<String>)> {
        let has = |piece: Piece| self.pieces.contains(&piece);
        let several = |name: fn(&Variant) -> Option<&str>| {
            variants.iter().filter_map(name).collect::<HashSet<_>>().len() > 1
        };
        let formats = several(|variant| Some(&variant.format.name));
        let colorways = several(|variant| Some(&variant.colorway.as_ref()?.name));
        let needed = [
            (true, Piece::Key, false, "key", "each record's assets need paths of their own"),
            (formats, Piece::Format, true, "format", "there are several formats"),
            (colorways, Piece::Colorway, true, "colorway", "there are several colorways"),
            (types.len() > 1, Piece::Ext, false, "ext", "there are several types"),
        ];
        for (needed, piece, in_variant, name, why) in needed {
            if needed && !has(piece) && !(in_variant && has(Piece::Variant)) {
                let hint = format!(
                    "{why}; the default is \"{}\"",
                    Self::standard(!variants.is_empty() && variants[0].colorway.is_some()).source
                );
                return Err((format!("must contain {{{name}}}"), Some(hint)));
            }
        }
        // Names may still run into each other: the format `a-b` in `c` and the format `a` in `b-c`, or with
        // the key beside them, the key `x-a` in `b` and the key `x` in `a-b`.
        let around: Vec<[String; 2]> = variants
            .iter()
            .flat_map(|variant| types.iter().map(|kind| self.around_key(variant, *kind)))
            .collect();
        for (index, [before, after]) in around.iter().enumerate() {
            for [before_2, after_2] in &around[..index] {
                let starts = before.starts_with(before_2.as_str()) || before_2.starts_with(before.as_str());
                let ends = after.ends_with(after_2.as_str()) || after_2.ends_with(after.as_str());
                // A key has no `/`, so what it cannot bridge has to be equal.
                let folders = |text: &str| text.matches('/').count();
                let level = folders(before) == folders(before_2) && folders(after) == folders(after_2);
                if starts && ends && level {
                    let message = format!(
                        "is ambiguous: for some keys `{before}{{key}}{after}` and `{before_2}{{key}}{after_2}` are the same file"
                    );
                    let hint = "put {key} and {format} into parts of their own, as in {key}/{format}/{colorway}.{ext}";
                    return Err((message, Some(hint.to_owned())));
                }
            }
        }
        Ok(())
    }

    /// What comes before the first and after the last key, where no field makes a difference, in one case.
    fn around_key(&self, variant: &Variant, kind: AssetType) -> [String; 2] {
        let free = |piece: &Piece| matches!(piece, Piece::Key | Piece::Field(_));
        let text = |pieces: &[Piece]| {
            let mut text = String::new();
            for piece in pieces {
                match piece {
                    Piece::Literal(literal) => text.push_str(literal),
                    Piece::Format => text.push_str(&variant.format.name),
                    Piece::Colorway => text.push_str(colorway(variant)),
                    Piece::Variant => text.push_str(&variant.name()),
                    Piece::Ext => text.push_str(kind.ext()),
                    Piece::Campaign => text.push('c'),
                    Piece::Key | Piece::Field(_) => {}
                }
            }
            text.to_lowercase()
        };
        let first = self.pieces.iter().position(free).unwrap_or(0);
        let last = self.pieces.iter().rposition(free).map_or(0, |index| index + 1);
        [text(&self.pieces[..first]), text(&self.pieces[last..])]
    }

    /// The names of the records' fields in it, without `{key}`.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field(name) => Some(&**name),
            _ => None,
        })
    }

    /// The path of one asset, relative to the output folder.
    ///
    /// Values are made safe: none adds a folder or leaves one. A record without a field of the pattern is
    /// an error.
    pub fn path(
        &self,
        campaign: &str,
        record: &Record,
        variant: &Variant,
        kind: AssetType,
    ) -> Result<PathBuf> {
        let mut path = String::with_capacity(64);
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => path.push_str(text),
                Piece::Key => path.push_str(&record.key),
                Piece::Format => path.push_str(&variant.format.name),
                Piece::Colorway => path.push_str(colorway(variant)),
                Piece::Variant => path.push_str(&variant.name()),
                Piece::Ext => path.push_str(kind.ext()),
                Piece::Campaign => push_value(&mut path, campaign),
                Piece::Field(name) => match record.fields.get(name) {
                    None | Some(Value::Null) => {
                        let message = format!(
                            "the path `{self}` needs the field `{name}`, which the record does not have"
                        );
                        return Err(Box::new(
                            Diagnostic::error("missing-field", message)
                                .with_key(&*record.key)
                                .with_field(name),
                        ));
                    }
                    Some(value) => match to_json(value) {
                        serde_json::Value::String(text) => push_value(&mut path, &text),
                        json => push_value(&mut path, &json.to_string()),
                    },
                },
            }
        }
        Ok(path.split('/').map(safe_part).collect())
    }
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

fn colorway(variant: &Variant) -> &str {
    // A pattern may name the colorway of a campaign that (no longer) has one.
    variant.colorway.as_ref().map_or("plain", |colorway| &colorway.name)
}

/// Adds a value that cannot become a part of the path by itself.
fn push_value(path: &mut String, value: &str) {
    path.extend(
        value.trim().chars().take(MAX_VALUE).map(|c| if crate::data::is_forbidden(c) { '_' } else { c }),
    );
}

/// A part of the path, changed where it would mean something else.
fn safe_part(part: &str) -> String {
    let trimmed = part.trim_end_matches(['.', ' ']);
    if trimmed.is_empty() {
        return "_".to_owned();
    }
    if crate::data::is_reserved(trimmed) { format!("_{trimmed}") } else { trimmed.to_owned() }
}

fn pieces(source: &str) -> Result<Vec<Piece>, (String, Option<String>)> {
    let mut pieces = Vec::new();
    let mut rest = source;
    while let Some(start) = rest.find(['{', '}']) {
        let (literal, from) = rest.split_at(start);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.to_owned()));
        }
        if from.starts_with("{{") {
            return Err(("has `{{`".into(), Some("in a path, names stand in single braces: {key}".into())));
        }
        let name = from.strip_prefix('{').and_then(|from| from.split_once('}'));
        let Some((name, after)) = name.filter(|(name, _)| !name.contains('{')) else {
            return Err(("has a brace without its partner".into(), None));
        };
        pieces.push(match name.trim() {
            "" => return Err(("has a name missing in { }".into(), None)),
            "key" => Piece::Key,
            "format" => Piece::Format,
            "colorway" => Piece::Colorway,
            "variant" => Piece::Variant,
            "ext" => Piece::Ext,
            "campaign" => Piece::Campaign,
            field => Piece::Field(field.to_owned()),
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}
