//! The predefined counter styles (CSS Counter Styles 3, §6 and §7).

use style::counter_style::{CounterStyle, Symbol, SymbolsType};

/// What a counter's value looks like in a list's marker: the sign, and what stands after it.
pub(super) fn marker(style: &CounterStyle, value: i32) -> String {
    let suffix = match style {
        CounterStyle::None => return String::new(),
        CounterStyle::String(text) => return text.to_string(),
        CounterStyle::Symbols { .. } => " ",
        CounterStyle::Name(name) => match &*name.0 {
            "disc" | "circle" | "square" | "disclosure-open" | "disclosure-closed" => " ",
            "cjk-decimal"
            | "cjk-earthly-branch"
            | "cjk-heavenly-stem"
            | "hiragana"
            | "hiragana-iroha"
            | "katakana"
            | "katakana-iroha"
            | "cjk-ideographic"
            | "trad-chinese-informal"
            | "simp-chinese-informal"
            | "japanese-informal" => "、",
            _ => ". ",
        },
    };
    format!("{}{suffix}", numeral(style, value))
}

/// What a counter's value looks like in a style. A value that the style has no sign for is decimal.
pub(super) fn numeral(style: &CounterStyle, value: i32) -> String {
    let sign = match style {
        CounterStyle::None => Some(String::new()),
        CounterStyle::String(text) => Some(text.to_string()),
        CounterStyle::Name(name) => named(&name.0, value),
        CounterStyle::Symbols { ty, symbols } => {
            let symbols: Vec<String> = symbols
                .0
                .iter()
                .map(|symbol| match symbol {
                    Symbol::String(text) => text.to_string(),
                    Symbol::Ident(name) => name.0.to_string(),
                })
                .collect();
            system(*ty, &symbols, value)
        }
    };
    sign.unwrap_or_else(|| value.to_string())
}

/// `symbols()`.
fn system(kind: SymbolsType, symbols: &[String], value: i32) -> Option<String> {
    let count = i32::try_from(symbols.len()).ok().filter(|count| *count > 0)?;
    match kind {
        SymbolsType::Cyclic => Some(symbols[(value - 1).rem_euclid(count) as usize].clone()),
        SymbolsType::Fixed => symbols.get(usize::try_from(value - 1).ok()?).cloned(),
        SymbolsType::Symbolic => {
            let index = usize::try_from(value - 1).ok()?;
            // Past what anybody reads, it is decimal.
            let times = index / symbols.len() + 1;
            (times <= 60).then(|| symbols[index % symbols.len()].repeat(times))
        }
        SymbolsType::Alphabetic => alphabetic(symbols, value),
        SymbolsType::Numeric => numeric(symbols, value),
    }
}

fn named(name: &str, value: i32) -> Option<String> {
    if let Some((_, digits)) = DIGITS.iter().find(|(known, _)| *known == name) {
        let digits: Vec<String> = digits.chars().map(String::from).collect();
        return numeric(&digits, value);
    }
    if let Some((_, letters)) = LETTERS.iter().find(|(known, _)| *known == name) {
        let letters: Vec<String> = letters.chars().map(String::from).collect();
        return alphabetic(&letters, value);
    }
    if let Some((_, signs)) = FIXED.iter().find(|(known, _)| *known == name) {
        return signs.chars().nth(usize::try_from(value - 1).ok()?).map(String::from);
    }
    match name {
        "disc" => Some("•".to_owned()),
        "circle" => Some("◦".to_owned()),
        "square" => Some("▪".to_owned()),
        "disclosure-open" => Some("▾".to_owned()),
        "disclosure-closed" => Some("▸".to_owned()),
        "decimal-leading-zero" => {
            Some(if value < 0 { format!("-{:02}", value.unsigned_abs()) } else { format!("{value:02}") })
        }
        "upper-roman" => additive(&ROMAN, 1, 3999, value),
        "lower-roman" => additive(&ROMAN, 1, 3999, value).map(|sign| sign.to_lowercase()),
        "armenian" | "upper-armenian" => additive(&ARMENIAN, 1, 9999, value),
        "lower-armenian" => additive(&ARMENIAN, 1, 9999, value).map(|sign| sign.to_lowercase()),
        "georgian" => additive(&GEORGIAN, 1, 19_999, value),
        "hebrew" => additive(&HEBREW, 1, 10_999, value),
        "cjk-ideographic" | "trad-chinese-informal" => chinese(value, "負"),
        "simp-chinese-informal" => chinese(value, "负"),
        "japanese-informal" => japanese(value),
        _ => None,
    }
}

/// Places of equal worth, as in decimal numbers.
fn numeric(digits: &[String], value: i32) -> Option<String> {
    let base = u32::try_from(digits.len()).ok().filter(|base| *base > 1)?;
    let mut rest = value.unsigned_abs();
    let mut out = Vec::new();
    loop {
        out.push(digits[(rest % base) as usize].as_str());
        rest /= base;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        out.push("-");
    }
    Some(out.into_iter().rev().collect())
}

/// a, b … z, aa, ab …
fn alphabetic(letters: &[String], value: i32) -> Option<String> {
    let base = u32::try_from(letters.len()).ok().filter(|base| *base > 1)?;
    let mut rest = u32::try_from(value).ok().filter(|value| *value > 0)?;
    let mut out = Vec::new();
    while rest > 0 {
        rest -= 1;
        out.push(letters[(rest % base) as usize].as_str());
        rest /= base;
    }
    Some(out.into_iter().rev().collect())
}

/// Signs that are added up, the largest first.
fn additive(signs: &[(i32, &str)], min: i32, max: i32, value: i32) -> Option<String> {
    if !(min..=max).contains(&value) {
        return None;
    }
    let (mut out, mut rest) = (String::new(), value);
    for (worth, sign) in signs {
        while rest >= *worth {
            out.push_str(sign);
            rest -= worth;
        }
    }
    Some(out)
}

const HAN: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
const HAN_PLACES: [&str; 4] = ["", "十", "百", "千"];

/// Chinese numbers of daily life, up to 9999 (CSS Counter Styles 3, §7.1.3).
fn chinese(value: i32, minus: &str) -> Option<String> {
    if value == 0 {
        return Some(HAN[0].to_owned());
    }
    let digits: Vec<usize> = digits_of(value)?;
    let mut out = if value < 0 { minus.to_owned() } else { String::new() };
    let mut gap = false;
    for (index, &digit) in digits.iter().enumerate() {
        let place = digits.len() - 1 - index;
        if digit == 0 {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push_str(HAN[0]);
        }
        // Ten is 十, not 一十.
        if !(digit == 1 && place == 1 && digits.len() == 2) {
            out.push_str(HAN[digit]);
        }
        out.push_str(HAN_PLACES[place]);
    }
    Some(out)
}

fn japanese(value: i32) -> Option<String> {
    if value == 0 {
        return Some("〇".to_owned());
    }
    let digits = digits_of(value)?;
    let mut out = if value < 0 { "マイナス".to_owned() } else { String::new() };
    for (index, &digit) in digits.iter().enumerate() {
        let place = digits.len() - 1 - index;
        if digit == 0 {
            continue;
        }
        if digit != 1 || place == 0 {
            out.push_str(HAN[digit]);
        }
        out.push_str(HAN_PLACES[place]);
    }
    Some(out)
}

fn digits_of(value: i32) -> Option<Vec<usize>> {
    (value.unsigned_abs() <= 9999)
        .then(|| value.unsigned_abs().to_string().bytes().map(|byte| usize::from(byte - b'0')).collect())
}

/// Digits from 0 on.
const DIGITS: [(&str, &str); 21] = [
    ("decimal", "0123456789"),
    ("arabic-indic", "٠١٢٣٤٥٦٧٨٩"),
    ("persian", "۰۱۲۳۴۵۶۷۸۹"),
    ("urdu", "۰۱۲۳۴۵۶۷۸۹"),
    ("bengali", "০১২৩৪৫৬৭৮৯"),
    ("cambodian", "០១២៣៤៥៦៧៨៩"),
    ("khmer", "០១២៣៤៥៦៧៨៩"),
    ("cjk-decimal", "〇一二三四五六七八九"),
    ("devanagari", "०१२३४५६७८९"),
    ("gujarati", "૦૧૨૩૪૫૬૭૮૯"),
    ("gurmukhi", "੦੧੨੩੪੫੬੭੮੯"),
    ("kannada", "೦೧೨೩೪೫೬೭೮೯"),
    ("lao", "໐໑໒໓໔໕໖໗໘໙"),
    ("malayalam", "൦൧൨൩൪൫൬൭൮൯"),
    ("mongolian", "᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙"),
    ("myanmar", "၀၁၂၃၄၅၆၇၈၉"),
    ("oriya", "୦୧୨୩୪୫୬୭୮୯"),
    ("tamil", "௦௧௨௩௪௫௬௭௮௯"),
    ("telugu", "౦౧౨౩౪౫౬౭౮౯"),
    ("thai", "๐๑๒๓๔๕๖๗๘๙"),
    ("tibetan", "༠༡༢༣༤༥༦༧༨༩"),
];

/// Letters from 1 on.
const LETTERS: [(&str, &str); 9] = [
    ("lower-alpha", "abcdefghijklmnopqrstuvwxyz"),
    ("lower-latin", "abcdefghijklmnopqrstuvwxyz"),
    ("upper-alpha", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("upper-latin", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("lower-greek", "αβγδεζηθικλμνξοπρστυφχψω"),
    (
        "hiragana",
        "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん",
    ),
    (
        "katakana",
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヰヱヲン",
    ),
    (
        "hiragana-iroha",
        "いろはにほへとちりぬるをわかよたれそつねならむうゐのおくやまけふこえてあさきゆめみしゑひもせす",
    ),
    (
        "katakana-iroha",
        "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス",
    ),
];

/// Signs for the first numbers only.
const FIXED: [(&str, &str); 2] =
    [("cjk-earthly-branch", "子丑寅卯辰巳午未申酉戌亥"), ("cjk-heavenly-stem", "甲乙丙丁戊己庚辛壬癸")];

const ROMAN: [(i32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

#[rustfmt::skip]
const ARMENIAN: [(i32, &str); 36] = [
    (9000, "Ք"), (8000, "Փ"), (7000, "Ւ"), (6000, "Ց"), (5000, "Ր"), (4000, "Տ"), (3000, "Վ"), (2000, "Ս"), (1000, "Ռ"),
    (900, "Ջ"), (800, "Պ"), (700, "Չ"), (600, "Ո"), (500, "Շ"), (400, "Ն"), (300, "Յ"), (200, "Մ"), (100, "Ճ"),
    (90, "Ղ"), (80, "Ձ"), (70, "Հ"), (60, "Կ"), (50, "Ծ"), (40, "Խ"), (30, "Լ"), (20, "Ի"), (10, "Ժ"),
    (9, "Թ"), (8, "Ը"), (7, "Է"), (6, "Զ"), (5, "Ե"), (4, "Դ"), (3, "Գ"), (2, "Բ"), (1, "Ա"),
];

#[rustfmt::skip]
const GEORGIAN: [(i32, &str); 37] = [
    (10000, "ჵ"), (9000, "ჰ"), (8000, "ჯ"), (7000, "ჴ"), (6000, "ხ"), (5000, "ჭ"), (4000, "წ"), (3000, "ძ"), (2000, "ც"),
    (1000, "ჩ"), (900, "შ"), (800, "ყ"), (700, "ღ"), (600, "ქ"), (500, "ფ"), (400, "ჳ"), (300, "ტ"), (200, "ს"), (100, "რ"),
    (90, "ჟ"), (80, "პ"), (70, "ო"), (60, "ჲ"), (50, "ნ"), (40, "მ"), (30, "ლ"), (20, "კ"), (10, "ი"),
    (9, "თ"), (8, "ჱ"), (7, "ზ"), (6, "ვ"), (5, "ე"), (4, "დ"), (3, "გ"), (2, "ბ"), (1, "ა"),
];

#[rustfmt::skip]
const HEBREW: [(i32, &str); 37] = [
    (10000, "י׳"), (9000, "ט׳"), (8000, "ח׳"), (7000, "ז׳"), (6000, "ו׳"), (5000, "ה׳"), (4000, "ד׳"), (3000, "ג׳"), (2000, "ב׳"), (1000, "א׳"),
    (400, "ת"), (300, "ש"), (200, "ר"), (100, "ק"), (90, "צ"), (80, "פ"), (70, "ע"), (60, "ס"), (50, "נ"), (40, "מ"), (30, "ל"), (20, "כ"),
    (19, "יט"), (18, "יח"), (17, "יז"), (16, "טז"), (15, "טו"), (10, "י"),
    (9, "ט"), (8, "ח"), (7, "ז"), (6, "ו"), (5, "ה"), (4, "ד"), (3, "ג"), (2, "ב"), (1, "א"),
];

#[cfg(test)]
mod tests {
    use style::Atom;
    use style::values::CustomIdent;

    use super::*;

    fn read(name: &str, value: i32) -> String {
        numeral(&CounterStyle::Name(CustomIdent(Atom::from(name))), value)
    }

    #[test]
    fn numbers_read_as_in_a_browser() {
        for (name, value, expected) in [
            ("decimal", -12, "-12"),
            ("decimal-leading-zero", 7, "07"),
            ("decimal-leading-zero", -7, "-07"),
            ("decimal-leading-zero", 123, "123"),
            ("lower-roman", 1994, "mcmxciv"),
            ("upper-roman", 3999, "MMMCMXCIX"),
            ("upper-roman", 4000, "4000"),
            ("upper-roman", 0, "0"),
            ("lower-alpha", 26, "z"),
            ("lower-latin", 27, "aa"),
            ("upper-alpha", 703, "AAA"),
            ("lower-alpha", 0, "0"),
            ("lower-greek", 25, "αα"),
            ("hebrew", 115, "קטו"),
            ("armenian", 1234, "ՌՄԼԴ"),
            ("georgian", 12, "იბ"),
            ("cjk-decimal", 20, "二〇"),
            ("cjk-ideographic", 11, "十一"),
            ("cjk-ideographic", 1001, "一千零一"),
            ("japanese-informal", 1011, "千十一"),
            ("cjk-earthly-branch", 13, "13"),
            ("devanagari", 42, "४२"),
            ("no-such-style", 5, "5"),
        ] {
            assert_eq!(read(name, value), expected, "{name} {value}");
        }
        assert_eq!(marker(&CounterStyle::Name(CustomIdent(Atom::from("lower-roman"))), 4), "iv. ");
    }

    proptest::proptest! {
        #[test]
        fn any_number_has_a_sign(value in proptest::prelude::any::<i32>()) {
            for (name, _) in DIGITS.iter().chain(&LETTERS).chain(&FIXED) {
                proptest::prop_assert!(!read(name, value).is_empty());
            }
            for name in ["lower-roman", "hebrew", "cjk-ideographic", "japanese-informal", "decimal-leading-zero"] {
                proptest::prop_assert!(!read(name, value).is_empty());
            }
        }
    }
}
