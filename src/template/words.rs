//! A look at an expression's words, for what can be told before any record is there: which filters,
//! tests and functions it calls, and which values it asks for by name.

/// A word of an expression, and where it begins in it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Word<'a> {
    kind: WordKind<'a>,
    offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum WordKind<'a> {
    Name(&'a str),
    /// What stands between quotes, as written.
    Text(&'a str),
    Number,
    Sign(char),
}

/// Something that an expression calls by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Call<'a> {
    pub kind: CallKind,
    pub name: &'a str,
    pub offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallKind {
    Filter,
    Test,
    Function,
}

const KEYWORDS: [&str; 13] =
    ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None"];

fn words(source: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        let offset = at;
        let run = |keep: fn(char) -> bool| {
            source[offset..].find(|c: char| !keep(c)).map_or(source.len(), |end| offset + end)
        };
        let kind = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '"' | '\'' => {
                let mut escaped = false;
                let end = source[at + 1..].find(|next: char| {
                    let ends = next == c && !escaped;
                    escaped = next == '\\' && !escaped;
                    ends
                });
                let end = end.map_or(source.len(), |end| at + 1 + end);
                let text = &source[at + 1..end];
                at = (end + 1).min(source.len());
                WordKind::Text(text)
            }
            c if c.is_ascii_digit() => {
                at = run(|c| c.is_alphanumeric() || c == '_');
                WordKind::Number
            }
            c if c.is_alphabetic() || c == '_' => {
                at = run(|c| c.is_alphanumeric() || c == '_');
                WordKind::Name(&source[offset..at])
            }
            c => {
                at += c.len_utf8();
                WordKind::Sign(c)
            }
        };
        words.push(Word { kind, offset });
    }
    words
}

/// The filters, tests and functions that an expression calls. Names that are only known when it runs
/// (`map("upper")`) are not among them.
pub(super) fn calls(source: &str) -> Vec<Call<'_>> {
    let words = words(source);
    let mut calls = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let WordKind::Name(name) = word.kind else { continue };
        let before = |back: usize| index.checked_sub(back).map(|at| words[at].kind);
        let kind = match before(1) {
            Some(WordKind::Sign('|')) => CallKind::Filter,
            Some(WordKind::Sign('.')) => continue,
            Some(WordKind::Name("is")) if name != "not" => CallKind::Test,
            Some(WordKind::Name("not")) if before(2) == Some(WordKind::Name("is")) => CallKind::Test,
            _ if KEYWORDS.contains(&name) => continue,
            _ if words.get(index + 1).map(|word| word.kind) == Some(WordKind::Sign('(')) => {
                CallKind::Function
            }
            _ => continue,
        };
        calls.push(Call { kind, name, offset: word.offset });
    }
    calls
}

/// A value compared with a literal: `minutes > 1000`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comparison<'a> {
    pub path: Vec<&'a str>,
    /// The literal as written, and whether it is a number rather than a text.
    pub literal: &'a str,
    pub is_number: bool,
}

/// The comparisons of a plain value with a literal, on either side.
pub(super) fn comparisons(source: &str) -> Vec<Comparison<'_>> {
    let words = words(source);
    let ends = |at: usize| words.get(at + 1).map_or(source.len(), |next| next.offset);
    let literal = |at: usize| {
        let word = words.get(at)?;
        let text = source[word.offset..ends(at)].trim_end();
        match word.kind {
            WordKind::Number => Some((text, true)),
            WordKind::Text(_) => Some((text, false)),
            _ => None,
        }
    };
    // `=` alone names an argument.
    let is_operator = |from: usize, to: usize| {
        let signs: String = words[from..to]
            .iter()
            .filter_map(|word| if let WordKind::Sign(sign) = word.kind { Some(sign) } else { None })
            .collect();
        signs.len() == to - from && matches!(signs.as_str(), "<" | ">" | "<=" | ">=" | "==" | "!=")
    };
    let mut found = Vec::new();
    for (path, start, end) in located_paths(source, &words) {
        for width in [1, 2] {
            if end + width < words.len()
                && is_operator(end, end + width)
                && let Some((literal, is_number)) = literal(end + width)
            {
                found.push(Comparison { path: path.clone(), literal, is_number });
            }
            if start > width
                && is_operator(start - width, start)
                && let Some((literal, is_number)) = literal(start - width - 1)
                && words.get(end).map(|word| word.kind) != Some(WordKind::Sign('|'))
            {
                found.push(Comparison { path: path.clone(), literal, is_number });
            }
        }
    }
    found
}

/// The values that an expression asks for: `song.title` and `song["title"]` both as song, title.
pub(super) fn paths(source: &str) -> Vec<Vec<&str>> {
    located_paths(source, &words(source)).into_iter().map(|(path, ..)| path).collect()
}

/// Paths, each with the numbers of its first word and of the one after its last.
fn located_paths<'a>(source: &'a str, words: &[Word<'a>]) -> Vec<(Vec<&'a str>, usize, usize)> {
    let kind = |at: usize| words.get(at).map(|word| word.kind);
    let called: Vec<usize> = calls(source).iter().map(|call| call.offset).collect();
    let mut paths = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let start = at;
        at += 1;
        let WordKind::Name(root) = words[start].kind else { continue };
        let is_member = start > 0 && words[start - 1].kind == WordKind::Sign('.');
        // `decimals=2` names an argument, `decimals == 2` compares a value.
        let is_argument = kind(at) == Some(WordKind::Sign('=')) && kind(at + 1) != Some(WordKind::Sign('='));
        if is_member || is_argument || KEYWORDS.contains(&root) || called.contains(&words[start].offset) {
            continue;
        }
        let mut path = vec![root];
        loop {
            match (kind(at), kind(at + 1), kind(at + 2)) {
                (Some(WordKind::Sign('.')), Some(WordKind::Name(name)), next) => {
                    // A method is not a value.
                    if next == Some(WordKind::Sign('(')) {
                        break;
                    }
                    path.push(name);
                    at += 2;
                }
                (Some(WordKind::Sign('[')), Some(WordKind::Text(name)), Some(WordKind::Sign(']'))) => {
                    path.push(name);
                    at += 3;
                }
                _ => break,
            }
        }
        paths.push((path, start, at));
    }
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_by_what_stands_before_them() {
        let found: Vec<(CallKind, &str)> =
            calls(r#"f(a.g(), "x | no") | h(i=j | k) is not l and m is n or (o) if not (p) else q.r"#)
                .iter()
                .map(|call| (call.kind, call.name))
                .collect();
        use CallKind::*;
        assert_eq!(found, [(Function, "f"), (Filter, "h"), (Filter, "k"), (Test, "l"), (Test, "n")]);
    }

    #[test]
    fn paths_follow_dots_and_quoted_names() {
        assert_eq!(
            paths(r#"a.b["c d"].e + f(g, h=i) | j and größe == 2 and loop.cycle("x") and k[l]"#),
            [
                vec!["a", "b", "c d", "e"],
                vec!["g"],
                vec!["i"],
                vec!["größe"],
                vec!["loop"],
                vec!["k"],
                vec!["l"]
            ]
        );
    }

    #[test]
    fn comparisons_are_of_plain_values_with_literals() {
        let found =
            comparisons(r#"a.b >= 10 and "x" != c | f and 3 < d and e | f > 4 and g == "h" and f(i=2)"#);
        let found: Vec<(String, &str, bool)> =
            found.iter().map(|c| (c.path.join("."), c.literal, c.is_number)).collect();
        let expected = [("a.b", "10", true), ("d", "3", true), ("g", "\"h\"", false)];
        assert_eq!(found, expected.map(|(path, literal, number)| (path.to_owned(), literal, number)));
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_looked_at(source in r#"([a-zé|.()\[\]"'\\= 0-9]|\PC){0,40}"#) {
            calls(&source);
            paths(&source);
            comparisons(&source);
        }
    }
}
