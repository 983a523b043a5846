//! `qr`: a QR code (ISO/IEC 18004) as inline SVG.

use std::fmt::Write as _;

use minijinja::Error;
use minijinja::value::{Kwargs, Value};
use qrcodegen::{QrCode, QrCodeEcc};

use super::call::invalid;
use crate::template::value::Markup;

/// `{{ link | qr }}`. `level` is L, M, Q or H; `quiet` is the margin in modules, 4 as the standard asks.
/// Dark modules take the text's colour; size it with CSS (`svg { width: … }`).
pub(super) fn qr(value: &Value, arguments: Kwargs) -> Result<Value, Error> {
    let level = arguments.get::<Option<String>>("level")?.unwrap_or_else(|| "M".to_owned());
    let quiet = arguments.get::<Option<i32>>("quiet")?.unwrap_or(4);
    arguments.assert_all_used()?;
    let level = match level.to_ascii_uppercase().as_str() {
        "L" => QrCodeEcc::Low,
        "M" => QrCodeEcc::Medium,
        "Q" => QrCodeEcc::Quartile,
        "H" => QrCodeEcc::High,
        other => {
            return Err(invalid(format!("`{other}` is not a level of error correction; it is L, M, Q or H")));
        }
    };
    if !(0..=64).contains(&quiet) {
        return Err(invalid("quiet must be from 0 to 64"));
    }
    let text = value.to_string();
    if value.is_none() || text.is_empty() {
        return Err(invalid("there is nothing to encode"));
    }
    let code = QrCode::encode_text(&text, level)
        .map_err(|_| invalid(format!("{} bytes do not fit into a QR code", text.len())))?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                write!(path, "M{} {}h{}v1h-{}z", start + quiet, y + quiet, x - start, x - start)
                    .expect("a string takes all");
            } else {
                x += 1;
            }
        }
    }
    let size = code.size() + 2 * quiet;
    Ok(Value::from_object(Markup(super::barcode::svg(size, size, &path, "QR code").into())))
}
