//! Documents made from others by small changes: values change places, numbers become absurd, elements go,
//! come twice or are wrapped, ends are cut off, two documents become one.
//!
//! All of it is done to the text, by its punctuation: what comes of it need not be good HTML or CSS.

use std::ops::Range;
use std::path::Path;

use super::corpus;
use super::found::FOUND;

/// Numbers that are hard on arithmetic.
const NUMBERS: [&str; 24] = [
    "0",
    "-0",
    "1",
    "-1",
    "0.0001",
    "-7.5",
    "2.5",
    "17",
    "255",
    "256",
    "999",
    "4096",
    "32768",
    "65535",
    "65536",
    "1000000",
    "-1000000",
    "16777217",
    "2147483648",
    "-2147483649",
    "4294967296",
    "1e12",
    "1e30",
    "-1e38",
];

const UNITS: [&str; 20] = [
    "", "px", "em", "rem", "%", "vw", "vh", "vmin", "fr", "deg", "turn", "s", "ch", "ex", "lh", "pt", "in",
    "dppx", "x", "cqw",
];

/// Lengths that no number says.
const EXPRESSIONS: [&str; 8] = [
    "calc(NaN * 1px)",
    "calc(infinity * 1px)",
    "calc(-infinity * 1px)",
    "calc(1px / 0)",
    "calc(100% - 1e9px)",
    "min(1px, -1e9px)",
    "max(1e9px, 5%)",
    "mod(7px, 0px)",
];

/// What elements are wrapped in.
const WRAPPERS: [&str; 12] = [
    "<div>",
    "<span>",
    "<div style='display: flex'>",
    "<div style='display: grid'>",
    "<div style='position: absolute; inset: 0'>",
    "<div style='display: inline-block'>",
    "<div style='float: left'>",
    "<p>",
    "<li>",
    "<td>",
    "<b style='filter: blur(3px); opacity: .5'>",
    "<svg viewBox='0 0 10 10'>",
];

/// Attributes that are numbers to HTML.
const ATTRIBUTES: [&str; 12] = [
    "colspan",
    "rowspan",
    "width",
    "height",
    "span",
    "start",
    "value",
    "cellspacing",
    "cellpadding",
    "border",
    "size",
    "viewBox",
];

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * end as u128) >> 64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())])
    }
}

/// The documents that mutants are made of.
pub struct Seeds {
    documents: Vec<String>,
    /// Every declaration that a seed has, in order and once.
    declarations: Vec<String>,
}

impl Seeds {
    /// The cases of tests/fidelity, and the demos' templates with words in place of their expressions.
    pub fn read(root: &Path) -> Self {
        let cases = corpus::all(root).expect("the cases");
        let paths = cases.iter().map(|case| case.path.clone()).chain(demos(root));
        let documents: Vec<String> =
            paths.map(|path| plain(&std::fs::read_to_string(path).expect("a seed"))).collect();
        let mut declarations: Vec<String> = documents
            .iter()
            .flat_map(|html| {
                declarations(html).into_iter().map(|(name, value)| html[name.start..value.end].to_owned())
            })
            .collect();
        declarations.sort_unstable();
        declarations.dedup();
        Self { documents, declarations }
    }

    /// Puts what the seeds name where a mutant in `cases/mutants` finds it.
    pub fn lay_out(&self, root: &Path, folder: &Path) -> std::io::Result<()> {
        let mutants = folder.join("cases/mutants");
        std::fs::create_dir_all(&mutants)?;
        copy(&root.join("tests/fidelity/files"), &folder.join("files"))?;
        demos(root).iter().try_for_each(|demo| copy(demo.parent().expect("in a folder"), &mutants))
    }

    /// The document of this number: always the same one.
    pub fn mutant(&self, index: usize) -> String {
        if let Some(found) = FOUND.get(index) {
            return (*found).to_owned();
        }
        let mut random = Random((index as u64).wrapping_mul(0xd134_2543_de82_ef95));
        let mut html = self.documents[random.below(self.documents.len())].clone();
        for _ in 0..=random.below(6) {
            html = self.change(html, &mut random);
        }
        // Much of little makes a test of memory and no other.
        html.truncate(html.floor_char_boundary(200_000));
        html
    }

    fn change(&self, mut html: String, random: &mut Random) -> String {
        match random.below(12) {
            0 => swap_values(&mut html, random),
            1..=3 => absurd_number(&mut html, random),
            4 => expression(&mut html, random),
            5 | 6 => {
                if let Some((_, value)) = random.pick_of(&declarations(&html)) {
                    let other = &self.declarations[random.below(self.declarations.len())];
                    html.insert_str(value.end, &format!("; {other}"));
                }
            }
            7 => {
                if let Some(range) = part(&html, random) {
                    html.replace_range(range, "");
                }
            }
            8 => {
                if let Some(range) = part(&html, random) {
                    let again = html[range.clone()].repeat(1 + random.below(3));
                    html.insert_str(range.end, &again);
                }
            }
            9 => wrap(&mut html, random),
            10 => attribute(&mut html, random),
            _ => {
                let other = &self.documents[random.below(self.documents.len())];
                match random.below(3) {
                    0 => {
                        let at = html.floor_char_boundary(random.below(html.len() + 1));
                        html.truncate(at);
                    }
                    1 => {
                        let (Some(at), Some(from)) = (random.pick(&tags(&html)), random.pick(&tags(other)))
                        else {
                            return html;
                        };
                        html.replace_range(at.., &other[from..]);
                    }
                    _ => {
                        if let (Some(at), Some(range)) = (random.pick(&tags(&html)), part(other, random)) {
                            html.insert_str(at, &other[range]);
                        }
                    }
                }
            }
        }
        html
    }
}

impl Random {
    fn pick_of(&mut self, from: &[(Range<usize>, Range<usize>)]) -> Option<(Range<usize>, Range<usize>)> {
        (!from.is_empty()).then(|| from[self.below(from.len())].clone())
    }
}

fn demos(root: &Path) -> Vec<std::path::PathBuf> {
    ["wrapped/card.html", "boarding-pass/pass.html", "certificate/certificate.html"]
        .iter()
        .map(|demo| root.join("assets/campaigns").join(demo))
        .collect()
}

/// A folder and all in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() { copy(&path, &target)? } else { std::fs::copy(&path, &target).map(drop)? }
    }
    Ok(())
}

/// A template without records: expressions become words, and blocks stay as if they ran once.
fn plain(template: &str) -> String {
    let mut html = template.to_owned();
    for (open, close, stand_in) in [("{{", "}}", "42"), ("{%", "%}", ""), ("{#", "#}", "")] {
        while let Some(start) = html.find(open) {
            let Some(length) = html[start..].find(close) else { break };
            html.replace_range(start..start + length + close.len(), stand_in);
        }
    }
    html
}

/// Where declarations are: their names, and their values.
fn declarations(html: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let mut found = Vec::new();
    for (colon, _) in html.match_indices(':') {
        let name = html[..colon].trim_end();
        let start = name
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            .map_or(0, |at| at + name[at..].chars().next().map_or(1, char::len_utf8));
        let before = html[..start].trim_end().chars().next_back();
        let end = html[colon..].find([';', '}', '{', '"', '<']).map_or(html.len(), |at| colon + at);
        if start < name.len()
            && matches!(before, Some('{' | ';' | '"' | '\'' | '}'))
            && html[end..].starts_with([';', '}', '"'])
        {
            found.push((start..name.len(), colon + 1..end));
        }
    }
    found
}

/// Where numbers are, each with its unit.
fn numbers(html: &str) -> Vec<Range<usize>> {
    let bytes = html.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || matches!(bytes[at], b'.' | b'%')) {
            at += 1;
        }
        // Not the digits in a word or a colour.
        if start > 0 && matches!(bytes[start - 1], b' ' | b':' | b'(' | b',' | b'-' | b'"' | b'/') {
            found.push(start..at);
        }
    }
    found
}

/// Where tags begin.
fn tags(html: &str) -> Vec<usize> {
    html.match_indices('<').map(|(at, _)| at).collect()
}

/// Some of what stands between two tags.
fn part(html: &str, random: &mut Random) -> Option<Range<usize>> {
    let tags = tags(html);
    let first = random.below(tags.len().max(1));
    let start = *tags.get(first)?;
    let end = tags.get(first + 1 + random.below(6)).copied().unwrap_or(html.len());
    Some(start..end)
}

fn swap_values(html: &mut String, random: &mut Random) {
    let all = declarations(html);
    let (Some((_, a)), Some((_, b))) = (random.pick_of(&all), random.pick_of(&all)) else { return };
    let (first, last) = if a.start < b.start { (a, b) } else { (b, a) };
    let (one, other) = (html[first.clone()].to_owned(), html[last.clone()].to_owned());
    html.replace_range(last, &one);
    html.replace_range(first, &other);
}

fn absurd_number(html: &mut String, random: &mut Random) {
    let all = numbers(html);
    if all.is_empty() {
        return;
    }
    let range = all[random.below(all.len())].clone();
    let text = &html[range.clone()];
    let unit = text.find(|c: char| c.is_ascii_alphabetic() || c == '%').map_or("", |at| &text[at..]);
    let number = NUMBERS[random.below(NUMBERS.len())];
    // Mostly the same unit: another one is often no value at all.
    let unit = if random.below(3) == 0 { UNITS[random.below(UNITS.len())] } else { unit };
    let absurd = format!("{number}{unit}");
    html.replace_range(range, &absurd);
}

fn expression(html: &mut String, random: &mut Random) {
    let all = numbers(html);
    if !all.is_empty() {
        let range = all[random.below(all.len())].clone();
        html.replace_range(range, EXPRESSIONS[random.below(EXPRESSIONS.len())]);
    }
}

/// Wraps a part in elements that may be many and need not be closed.
fn wrap(html: &mut String, random: &mut Random) {
    let Some(range) = part(html, random) else { return };
    let wrapper = WRAPPERS[random.below(WRAPPERS.len())];
    let depth = [1, 2, 5, 20, 60, 100][random.below(6)];
    let name = wrapper[1..].split([' ', '>']).next().expect("a name");
    let closing = if random.below(4) == 0 { String::new() } else { format!("</{name}>").repeat(depth) };
    html.insert_str(range.end, &closing);
    html.insert_str(range.start, &wrapper.repeat(depth));
}

/// Gives a tag one attribute more, or one attribute another's value.
fn attribute(html: &mut String, random: &mut Random) {
    let quotes: Vec<usize> = html.match_indices("=\"").map(|(at, _)| at + 2).collect();
    if random.below(2) == 0 && quotes.len() > 1 {
        let value = |at: usize| at..html[at..].find('"').map_or(html.len(), |end| at + end);
        let (to, from) =
            (value(quotes[random.below(quotes.len())]), value(quotes[random.below(quotes.len())]));
        let other = html[from].to_owned();
        html.replace_range(to, &other);
        return;
    }
    let Some(tag) = random.pick(&tags(html)) else { return };
    let Some(length) =
        html[tag + 1..].find(|c: char| !c.is_ascii_alphanumeric()).filter(|length| *length > 0)
    else {
        return;
    };
    let name = ATTRIBUTES[random.below(ATTRIBUTES.len())];
    let number = NUMBERS[random.below(NUMBERS.len())];
    html.insert_str(tag + 1 + length, &format!(" {name}=\"{number}\""));
}
