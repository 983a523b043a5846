//! Cuts a template into text, expressions and tags (Jinja's syntax), following includes.

use std::path::{Path, PathBuf};

use super::source::{Place, Sources};
use crate::diagnostic::{Diagnostic, Result};

/// Includes within includes at most.
const MAX_DEPTH: usize = 16;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    /// Where the content starts.
    pub place: Place,
    pub kind: TokenKind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Text(String),
    /// What stands between `{{` and `}}`, trimmed.
    Expression(String),
    /// What stands between `{%` and `%}`, trimmed.
    Tag(String),
}

/// The tokens of a file and of all that it includes, in order.
pub(super) fn tokenize(
    sources: &mut Sources,
    file: usize,
    root: &Path,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Token> {
    let mut tokens = Vec::new();
    let path = sources.path(file).to_path_buf();
    let mut open = vec![path.canonicalize().unwrap_or(path)];
    expand(sources, file, root, &mut open, &mut tokens, problems);
    tokens
}

fn expand(
    sources: &mut Sources,
    file: usize,
    root: &Path,
    open: &mut Vec<PathBuf>,
    tokens: &mut Vec<Token>,
    problems: &mut Vec<Diagnostic>,
) {
    for token in scan(sources, file, problems) {
        let TokenKind::Tag(tag) = &token.kind else {
            tokens.push(token);
            continue;
        };
        let Some(argument) = tag.strip_prefix("include").filter(|rest| rest.starts_with([' ', '"', '\'']))
        else {
            tokens.push(token);
            continue;
        };
        match included_path(sources, &token, argument.trim(), root, open) {
            Ok((named, path)) => match sources.read(&named) {
                Ok(inner) => {
                    open.push(path);
                    expand(sources, inner, root, open, tokens, problems);
                    open.pop();
                }
                Err(problem) => problems.push(*problem),
            },
            Err(problem) => problems.push(*problem),
        }
    }
}

/// The file that an include names: as messages show it, and in its canonical form.
fn included_path(
    sources: &Sources,
    token: &Token,
    argument: &str,
    root: &Path,
    open: &[PathBuf],
) -> Result<(PathBuf, PathBuf)> {
    let name = ['"', '\'']
        .iter()
        .find_map(|quote| argument.strip_prefix(*quote)?.strip_suffix(*quote))
        .filter(|name| !name.is_empty() && !name.contains(['"', '\'']))
        .ok_or_else(|| {
            sources
                .error(token.place, "bad-include", "an include needs the name of one file in quotes")
                .with_hint("{% include \"parts/footer.html\" %}")
        })?;
    let folder = sources.path(token.place.file).parent().unwrap_or(Path::new(""));
    let named = folder.join(name);
    let path = named.canonicalize().map_err(|error| {
        sources
            .error(token.place, "missing-include", format!("cannot include `{name}`: {error}"))
            .with_hint("the name is relative to the file that includes it")
    })?;
    if !path.starts_with(root) {
        let message = format!("`{name}` lies outside the campaign's folder");
        return Err(sources.error(token.place, "outside-folder", message).into());
    }
    if open.contains(&path) {
        return Err(sources
            .error(token.place, "circular-include", format!("`{name}` includes itself"))
            .into());
    }
    if open.len() > MAX_DEPTH {
        return Err(sources.error(token.place, "circular-include", "includes are nested too deep").into());
    }
    Ok((named, path))
}

/// The tokens of one file; includes are still tags.
fn scan(sources: &Sources, file: usize, problems: &mut Vec<Diagnostic>) -> Vec<Token> {
    let source = sources.text(file);
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    // `-%}` and `-}}` eat the white space after them.
    let mut trim_next = false;
    let text = |tokens: &mut Vec<Token>, from: usize, to: usize, trim_start: bool, trim_end: bool| {
        let mut piece = &source[from..to];
        if trim_start {
            piece = piece.trim_start();
        }
        let offset = to - piece.len();
        if trim_end {
            piece = piece.trim_end();
        }
        if !piece.is_empty() {
            tokens.push(Token { place: Place { file, offset }, kind: TokenKind::Text(piece.to_owned()) });
        }
    };
    while at < source.len() {
        let Some((start, opener)) = next_opener(source, at) else {
            text(&mut tokens, at, source.len(), trim_next, false);
            break;
        };
        let body = start + 2;
        let (sign, body) = match source[body..].chars().next() {
            Some(sign @ ('-' | '+')) => (Some(sign), body + 1),
            _ => (None, body),
        };
        text(&mut tokens, at, start, trim_next, sign == Some('-'));
        let closed = match opener {
            b'#' => source[body..].find("#}").map(|end| body + end),
            b'{' => find_close(source, body, "}}"),
            _ => find_close(source, body, "%}"),
        };
        let Some(end) = closed else {
            let (opening, closing) = match opener {
                b'#' => ("{#", "#}"),
                b'{' => ("{{", "}}"),
                _ => ("{%", "%}"),
            };
            let place = Place { file, offset: start };
            let message = format!("this `{opening}` is never closed with `{closing}`");
            problems.push(sources.error(place, "unclosed-tag", message));
            return tokens;
        };
        let mut inner = &source[body..end];
        trim_next = inner.ends_with('-');
        if inner.ends_with(['-', '+']) && (trim_next || opener == b'%') {
            inner = &inner[..inner.len() - 1];
        }
        at = end + 2;
        let offset = body + (inner.len() - inner.trim_start().len());
        let place = Place { file, offset };
        let inner = inner.trim();
        match opener {
            b'#' => {}
            b'{' => tokens.push(Token { place, kind: TokenKind::Expression(inner.to_owned()) }),
            _ if inner == "raw" => match find_endraw(source, at) {
                Some((stop, after)) => {
                    text(&mut tokens, at, stop, trim_next, source[stop + 2..].starts_with('-'));
                    trim_next = source[..after - 2].ends_with('-');
                    at = after;
                }
                None => {
                    let place = Place { file, offset: start };
                    problems.push(sources.error(
                        place,
                        "unclosed-tag",
                        "this `{% raw %}` has no `{% endraw %}`",
                    ));
                    return tokens;
                }
            },
            _ => tokens.push(Token { place, kind: TokenKind::Tag(inner.to_owned()) }),
        }
    }
    tokens
}

fn next_opener(source: &str, from: usize) -> Option<(usize, u8)> {
    let bytes = source.as_bytes();
    (from..bytes.len().saturating_sub(1))
        .find(|&at| bytes[at] == b'{' && matches!(bytes[at + 1], b'{' | b'%' | b'#'))
        .map(|at| (at, bytes[at + 1]))
}

/// Where `close` stands outside strings and brackets.
fn find_close(source: &str, from: usize, close: &str) -> Option<usize> {
    let bytes = source.as_bytes();
    let mut depth = 0_usize;
    let mut at = from;
    while at < bytes.len() {
        if depth == 0 && source[at..].starts_with(close) {
            return Some(at);
        }
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        while at < bytes.len() && !source.is_char_boundary(at) {
            at += 1;
        }
    }
    None
}

/// Where the text of a raw block ends, and where its `{% endraw %}` does.
fn find_endraw(source: &str, from: usize) -> Option<(usize, usize)> {
    let mut at = from;
    while let Some(start) = source[at..].find("{%").map(|i| at + i) {
        let end = source[start..].find("%}").map(|i| start + i)?;
        if source[start + 2..end].trim_matches(['-', '+', ' ', '\t', '\n', '\r']) == "endraw" {
            return Some((start, end + 2));
        }
        at = start + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> (Vec<TokenKind>, Vec<Diagnostic>) {
        let mut sources = Sources::default();
        let file = sources.add(Path::new("t.html"), source.to_owned());
        let mut problems = Vec::new();
        let tokens = scan(&sources, file, &mut problems);
        (tokens.into_iter().map(|token| token.kind).collect(), problems)
    }

    #[test]
    fn strings_and_brackets_may_hold_closers() {
        use TokenKind::*;
        let (tokens, _) =
            kinds(r#"a {{ {"k": "}}"}["k"] }} b {%- if x -%} c {# d #}{% raw %}{{ e }}{% endraw %}"#);
        assert_eq!(
            tokens,
            [
                Text("a ".into()),
                Expression(r#"{"k": "}}"}["k"]"#.into()),
                Text(" b".into()),
                Tag("if x".into()),
                Text("c ".into()),
                Text("{{ e }}".into())
            ]
        );
    }

    #[test]
    fn what_is_never_closed_is_named_with_its_place() {
        let (_, problems) = kinds("line\n  {{ name }");
        assert_eq!(problems[0].span.as_ref().map(|s| (s.line, s.column)), Some((2, 3)));
    }
}
