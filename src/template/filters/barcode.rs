//! `barcode`: Code 128 (ISO/IEC 15417) and EAN-13 (ISO/IEC 15420) as inline SVG.

use std::fmt::Write as _;

use barcoders::sym::code128::Code128;
use barcoders::sym::ean13::EAN13;
use minijinja::Error;
use minijinja::value::{Kwargs, Value};

use super::call::invalid;
use crate::template::value::Markup;

/// Modules of white on each side that the standards ask for.
const QUIET: i32 = 10;

/// `{{ ticket | barcode("code128") }}` or `"ean13"`. `height` is in modules (a module is the narrowest
/// bar); `quiet` is the margin at the sides.
pub(super) fn barcode(value: &Value, kind: Option<String>, arguments: Kwargs) -> Result<Value, Error> {
    let height = arguments.get::<Option<i32>>("height")?.unwrap_or(50);
    let quiet = arguments.get::<Option<i32>>("quiet")?.unwrap_or(QUIET);
    arguments.assert_all_used()?;
    if !(1..=1000).contains(&height) || !(0..=100).contains(&quiet) {
        return Err(invalid("height must be from 1 to 1000 and quiet from 0 to 100"));
    }
    let text = value.to_string();
    let bars = match kind.as_deref().unwrap_or("code128") {
        "code128" => code128(&text)?,
        "ean13" => ean13(&text)?,
        other => return Err(invalid(format!("there is no barcode `{other}`; there are code128 and ean13"))),
    };
    let mut path = String::new();
    let mut at = 0;
    while at < bars.len() {
        let start = at;
        while at < bars.len() && bars[at] == 1 {
            at += 1;
        }
        if at > start {
            let width = at - start;
            write!(path, "M{} 0h{width}v{height}h-{width}z", start as i32 + quiet)
                .expect("a string takes all");
        } else {
            at += 1;
        }
    }
    let width = bars.len() as i32 + 2 * quiet;
    Ok(Value::from_object(Markup(svg(width, height, &path, "barcode").into())))
}

fn code128(text: &str) -> Result<Vec<u8>, Error> {
    if text.is_empty() || !text.chars().all(|c| matches!(c, ' '..='~')) {
        return Err(invalid(format!(
            "`{text}` cannot be a Code 128: it takes letters, digits and signs of ASCII"
        )));
    }
    // Set C packs two digits into one symbol; set B takes everything.
    let digits = text.len() >= 4 && text.len().is_multiple_of(2) && text.chars().all(|c| c.is_ascii_digit());
    let set = if digits { '\u{106}' } else { '\u{181}' };
    let code = Code128::new(format!("{set}{text}"))
        .map_err(|error| invalid(format!("`{text}` cannot be a Code 128: {error}")))?;
    Ok(code.encode())
}

fn ean13(text: &str) -> Result<Vec<u8>, Error> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != text.chars().count() || !matches!(digits.len(), 12 | 13) {
        return Err(invalid(format!(
            "`{text}` cannot be an EAN-13: it has 12 digits, or 13 with its check digit"
        )));
    }
    let sum: u32 = digits[..12].iter().enumerate().map(|(i, d)| d * if i % 2 == 0 { 1 } else { 3 }).sum();
    let check = (10 - sum % 10) % 10;
    if digits.len() == 13 && digits[12] != check {
        return Err(invalid(format!("`{text}` is not a valid EAN-13: its check digit should be {check}")));
    }
    let code =
        EAN13::new(&text[..12]).map_err(|error| invalid(format!("`{text}` cannot be an EAN-13: {error}")))?;
    Ok(code.encode())
}

/// An SVG element with one path in the text's colour.
pub(super) fn svg(width: i32, height: i32, path: &str, label: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"{label}\" shape-rendering=\"crispEdges\" preserveAspectRatio=\"xMidYMid meet\">\
         <path fill=\"currentColor\" d=\"{path}\"/></svg>"
    )
}
