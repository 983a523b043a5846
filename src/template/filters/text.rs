//! `title`, `upper`, `lower`, `initials`, `truncate`, `default`.

use icu::casemap::{CaseMapper, TitlecaseMapper};
use icu::segmenter::GraphemeClusterSegmenter;
use minijinja::value::{Kwargs, Value};
use minijinja::{Error, State};

use super::call::{invalid, parse, tag_of};

/// Each word with a capital. Words that mix cases already (McKay, iPhone) stay as they are.
pub(super) fn title(state: &State, value: &str, arguments: Kwargs) -> Result<String, Error> {
    let locale = parse(&tag_of(state, &arguments)?)?;
    arguments.assert_all_used()?;
    let mapper = TitlecaseMapper::new();
    let mut out = String::with_capacity(value.len());
    for word in value.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '/')) {
        let lower = word.chars().any(char::is_lowercase);
        let upper = word.chars().any(char::is_uppercase);
        if lower && upper {
            out.push_str(word);
        } else {
            out.push_str(&mapper.titlecase_segment_to_string(word, &locale.id, Default::default()));
        }
    }
    Ok(out)
}

pub(super) fn upper(state: &State, value: &str, arguments: Kwargs) -> Result<String, Error> {
    let locale = parse(&tag_of(state, &arguments)?)?;
    arguments.assert_all_used()?;
    Ok(CaseMapper::new().uppercase_to_string(value, &locale.id).into_owned())
}

pub(super) fn lower(state: &State, value: &str, arguments: Kwargs) -> Result<String, Error> {
    let locale = parse(&tag_of(state, &arguments)?)?;
    arguments.assert_all_used()?;
    Ok(CaseMapper::new().lowercase_to_string(value, &locale.id).into_owned())
}

fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    let ends: Vec<usize> = GraphemeClusterSegmenter::new().segment_str(text).collect();
    (1..ends.len()).map(move |i| &text[ends[i - 1]..ends[i]])
}

/// `{{ "Ana María Ruiz" | initials }}`: AR. `max=1` takes the first word only; `max=3` takes three.
pub(super) fn initials(value: &str, arguments: Kwargs) -> Result<String, Error> {
    let max = arguments.get::<Option<usize>>("max")?.unwrap_or(2);
    arguments.assert_all_used()?;
    let firsts: Vec<&str> = value
        .split_whitespace()
        .filter_map(|word| graphemes(word).find(|cluster| cluster.chars().any(char::is_alphanumeric)))
        .collect();
    let mut taken: Vec<&str> = firsts.iter().copied().take(max).collect();
    // With fewer initials than words, the last one is the family name's.
    if max >= 2 && firsts.len() > max {
        taken[max - 1] = firsts[firsts.len() - 1];
    }
    Ok(taken.concat().to_uppercase())
}

/// `{{ bio | truncate(80) }}`: at most 80 characters as people count them, the `end` included.
pub(super) fn truncate(value: &str, length: Option<usize>, arguments: Kwargs) -> Result<String, Error> {
    let length = match length {
        Some(length) => length,
        None => arguments.get::<Option<usize>>("length")?.unwrap_or(255),
    };
    let end = arguments.get::<Option<String>>("end")?.unwrap_or_else(|| "…".to_owned());
    arguments.assert_all_used()?;
    if graphemes(value).nth(length).is_none() {
        return Ok(value.to_owned());
    }
    let ending = graphemes(&end).count();
    if ending > length {
        return Err(invalid(format!("truncate({length}) has no room for `{end}`")));
    }
    let kept: String = graphemes(value).take(length - ending).collect();
    Ok(format!("{}{end}", kept.trim_end()))
}

/// `{{ nickname | default("friend") }}`: for fields that are not there, or empty.
pub(super) fn default(value: &Value, other: Option<Value>) -> Value {
    let missing = value.is_undefined() || value.is_none() || value.as_str().is_some_and(str::is_empty);
    if missing { other.unwrap_or_else(|| Value::from("")) } else { value.clone() }
}
