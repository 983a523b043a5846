//! Numbers, names and strings as PDF writes them (ISO 32000-1, §7.3).

/// A number with at most three decimals.
pub(super) fn number(out: &mut Vec<u8>, value: f64) {
    decimal(out, value, 1_000);
}

/// A number with at most six decimals, for matrices.
pub(super) fn fine(out: &mut Vec<u8>, value: f64) {
    decimal(out, value, 1_000_000);
}

/// A number in steps of `1 / parts`, a power of ten. What is not finite is 0.
fn decimal(out: &mut Vec<u8>, value: f64, parts: u64) {
    let limit = 1e15;
    let scaled = (value * parts as f64).clamp(-limit, limit);
    let scaled = if value.is_finite() { (scaled + 0.5_f64.copysign(scaled)) as i64 } else { 0 };
    if scaled < 0 {
        out.push(b'-');
    }
    let (whole, mut rest) = (scaled.unsigned_abs() / parts, scaled.unsigned_abs() % parts);
    integer(out, whole);
    if rest == 0 {
        return;
    }
    out.push(b'.');
    let mut place = parts / 10;
    while rest > 0 {
        out.push(b'0' + (rest / place) as u8);
        rest %= place;
        place /= 10;
    }
}

pub(super) fn integer(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut left = value;
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Numbers with a space after each.
pub(super) fn numbers(out: &mut Vec<u8>, values: &[f64]) {
    for value in values {
        number(out, *value);
        out.push(b' ');
    }
}

/// A byte string in parentheses.
pub(super) fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'(');
    for &byte in bytes {
        match byte {
            b'(' | b')' | b'\\' => out.extend([b'\\', byte]),
            b'\r' => out.extend(b"\\r"),
            b'\n' => out.extend(b"\\n"),
            _ => out.push(byte),
        }
    }
    out.push(b')');
}

/// A text string: ASCII as it is, anything else in UTF-16 (§7.9.2).
pub(super) fn text(out: &mut Vec<u8>, value: &str) {
    if value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return string(out, value.as_bytes());
    }
    out.extend(b"<FEFF");
    utf16(out, value);
    out.push(b'>');
}

/// UTF-16, big endian, in hex digits.
pub(super) fn utf16(out: &mut Vec<u8>, value: &str) {
    for unit in value.encode_utf16() {
        hex16(out, unit);
    }
}

pub(super) fn hex16(out: &mut Vec<u8>, value: u16) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.extend([12, 8, 4, 0].map(|shift| DIGITS[usize::from(value >> shift & 15)]));
}

/// A name, with what may not stand in one escaped.
pub(super) fn name(out: &mut Vec<u8>, value: &str) {
    out.push(b'/');
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_+.".contains(&byte) {
            out.push(byte);
        } else {
            out.extend(format!("#{byte:02X}").bytes());
        }
    }
}
