//! What CSS of a template Byname does not render: told once, with its place, so that nothing is silently
//! left out. properties.txt says what is rendered.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use blitz_traits::net::Url;
use cssparser::{
    AtRuleParser, CowRcStr, DeclarationParser, ParseError, Parser, ParserState, QualifiedRuleParser,
    RuleBodyItemParser, RuleBodyParser, Token,
};
use style::context::QuirksMode;
use style::parser::ParserContext;
use style::properties::{PropertyId, SourcePropertyDeclaration, parse_one_declaration_into};
use style::stylesheets::supports_rule::SupportsCondition;
use style::stylesheets::{CssRuleType, Origin, UrlExtraData};
use style_traits::ParsingMode;

use crate::data::closest;
use crate::diagnostic::{Diagnostic, Span};
use crate::resources::Resources;
use crate::template::{StyleKind, Template, is_for_screens};

/// Whether something is rendered, as properties.txt has it.
#[derive(Debug, Clone, Copy)]
enum Rendering {
    /// Values that Stylo knows, but for these keywords.
    Rendered {
        but: &'static str,
    },
    Mirrored,
    /// It shows nothing, but for these keywords.
    Still {
        but: &'static str,
    },
    No,
}

static PROPERTIES: LazyLock<HashMap<&str, Rendering>> = LazyLock::new(|| {
    let lines = include_str!("properties.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, word) = line.split_once(' ').expect("a name and a word");
            let rendering = match word.trim_start() {
                "mirrored" => Rendering::Mirrored,
                still if still.starts_with("still") => {
                    Rendering::Still { but: still.strip_prefix("still but ").unwrap_or_default() }
                }
                "no" => Rendering::No,
                rendered => {
                    Rendering::Rendered { but: rendered.strip_prefix("rendered but ").unwrap_or_default() }
                }
            };
            (name, rendering)
        })
        .collect()
});

/// Prefixes of other browsers' and of mail programs' own properties, which every other one leaves alone.
const FOREIGN: [&str; 7] = ["-moz-", "-ms-", "-o-", "-khtml-", "-apple-", "-epub-", "mso-"];

/// All that the template's CSS and the sheets that it loads have and Byname does not render.
pub(super) fn find(template: &Template, resources: &Resources, base: &Url) -> Vec<Diagnostic> {
    let mut finder = Finder { resources, seen: HashSet::new(), problems: Vec::new() };
    let folder = template.path().parent().unwrap_or(Path::new(""));
    for style in template.styles() {
        let span = |offset| template.span_within(style, offset);
        let css = &style.css;
        match style.kind {
            StyleKind::Link if css.open.is_empty() => finder.load(css.text.trim(), base, folder),
            StyleKind::Link => {}
            StyleKind::Sheet => {
                let imports = finder.walk(&css.text, &css.open, &span, Holds::Rules, base);
                imports.iter().for_each(|address| finder.load(address, base, folder));
            }
            StyleKind::Attribute => {
                finder.walk(&unquoted(&css.text), &css.open, &span, Holds::Elements, base);
            }
        }
    }
    finder.problems
}

/// Quotes that HTML has as entities, padded so that all else keeps its place.
fn unquoted(attribute: &str) -> String {
    attribute.replace("&quot;", "\"     ").replace("&#39;", "'    ").replace("&amp;", "&    ")
}

struct Finder<'a> {
    resources: &'a Resources,
    seen: HashSet<Url>,
    problems: Vec<Diagnostic>,
}

impl Finder<'_> {
    /// A sheet that lies in the campaign's folder; others are as their hosts made them.
    fn load(&mut self, address: &str, base: &Url, folder: &Path) {
        let Ok(url) = base.join(address) else { return };
        if url.scheme() != "file" || !self.seen.insert(url.clone()) {
            return;
        }
        // A sheet that cannot be read is told by who loads it.
        let Some(css) = self.resources.stylesheet(url.as_str()) else { return };
        let path: PathBuf = folder.join(address.split(['?', '#']).next().unwrap_or_default());
        let span = |offset| Some(Span::at(&path, &css, offset));
        let imports = self.walk(&css, &[], &span, Holds::Rules, &url);
        let folder = path.parent().unwrap_or(Path::new(""));
        imports.iter().for_each(|address| self.load(address, &url, folder));
    }

    /// Goes through a text, and returns the addresses that it imports.
    fn walk(
        &mut self,
        css: &str,
        open: &[Range<usize>],
        span: &dyn Fn(usize) -> Option<Span>,
        holds: Holds,
        base: &Url,
    ) -> Vec<String> {
        let base = UrlExtraData::from(base.clone());
        let mut walk = Walk { css, open, span, base, problems: &mut self.problems, imports: Vec::new() };
        walk.block(&mut Parser::new(css), holds);
        walk.imports
    }
}

/// A text of CSS being gone through.
struct Walk<'a> {
    css: &'a str,
    /// What is not known before there is a record.
    open: &'a [Range<usize>],
    span: &'a dyn Fn(usize) -> Option<Span>,
    base: UrlExtraData,
    problems: &'a mut Vec<Diagnostic>,
    imports: Vec<String>,
}

/// What a block holds: rules, or declarations of what its selectors stand for, too.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Rules,
    /// Of some elements themselves.
    Elements,
    PseudoElements,
}

/// One block: its declarations are judged together.
struct Block<'w, 'a> {
    walk: &'w mut Walk<'a>,
    holds: Holds,
    declarations: Vec<Declaration>,
}

struct Declaration {
    /// In lower case.
    name: String,
    at: usize,
    value: Range<usize>,
}

struct AtRule {
    /// In lower case, with its `@`.
    name: String,
    prelude: String,
    address: Option<String>,
}

impl Walk<'_> {
    fn block(&mut self, input: &mut Parser<'_>, holds: Holds) {
        let mut block = Block { walk: self, holds, declarations: Vec::new() };
        for _ in RuleBodyParser::new(input, &mut block) {}
        let declarations = block.declarations;
        self.pictures(&declarations, holds);
        // What is written beside `-webkit-line-clamp` for it to work.
        let clamps = declarations.iter().any(|one| one.name == "-webkit-line-clamp");
        let is_old_box = |one: &Declaration| {
            one.name == "display" && self.css[one.value.clone()].trim().starts_with("-webkit-")
        };
        for (index, one) in declarations.iter().enumerate() {
            if clamps && is_old_box(one) {
                continue;
            }
            let Some(problem) = self.problem(one) else { continue };
            let plain = one.name.trim_start_matches("-webkit-");
            let stands_in = |other: &Declaration| {
                other.name.trim_start_matches("-webkit-") == plain && self.problem(other).is_none()
            };
            let has_plain = || declarations.iter().any(|other| other.name == plain);
            if !declarations[index + 1..].iter().any(stands_in) && (plain == one.name || !has_plain()) {
                self.tell(one.at, problem);
            }
        }
    }

    /// Tells of pictures that are not rendered because of where they stand.
    fn pictures(&mut self, declarations: &[Declaration], holds: Holds) {
        let (mut marker, mut inside) = (None, None);
        for (index, one) in declarations.iter().enumerate() {
            let value = &self.css[one.value.clone()];
            let parts = Parts::of(value);
            let picture = (parts.pictures > 0).then_some(index);
            let within = parts.inside.then_some(index);
            match &*one.name {
                "content" if holds == Holds::Elements && picture.is_some() && parts.others == 0 => {
                    let problem = "`url()` as the `content` of an element itself is not rendered";
                    self.tell(one.at, unrendered(problem.to_owned()));
                }
                "list-style" => (marker, inside) = (picture, within),
                "list-style-image" => marker = picture,
                "list-style-position" => inside = within,
                _ => {}
            }
        }
        // Where one declaration says both, it tells of that by itself.
        if let (Some(marker), Some(inside)) = (marker, inside)
            && marker != inside
        {
            let problem =
                format!("`url()` inside of an item, in `{}`, is not rendered", declarations[marker].name);
            self.tell(declarations[marker].at, unrendered(problem));
        }
    }

    fn tell(&mut self, at: usize, problem: Diagnostic) {
        let problem = match (self.span)(at) {
            Some(span) => problem.with_span(span),
            None => problem,
        };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn is_open(&self, range: &Range<usize>) -> bool {
        self.open.iter().any(|open| open.start < range.end && open.end > range.start)
    }

    /// Why a declaration is not rendered.
    fn problem(&self, declaration: &Declaration) -> Option<Diagnostic> {
        let name = &*declaration.name;
        let foreign = FOREIGN.iter().any(|prefix| name.starts_with(prefix));
        if name.starts_with("--") || foreign || self.is_open(&(declaration.at..declaration.at + name.len())) {
            return None;
        }
        let plain =
            name.strip_prefix("-webkit-").filter(|_| PropertyId::parse_enabled_for_all_content(name).is_ok());
        let Some(rendering) = PROPERTIES.get(name).or_else(|| PROPERTIES.get(plain?)) else {
            return Some(unknown(name));
        };
        let value = self.css[declaration.value.clone()].trim();
        if name == "text-overflow" && value.contains(['"', '\'']) {
            let problem = "a string, as a value of `text-overflow`, is not rendered";
            return Some(unrendered(problem.to_owned()));
        }
        let but = match rendering {
            Rendering::Mirrored => return None,
            Rendering::No => return Some(unrendered(format!("`{name}` is not rendered"))),
            Rendering::Rendered { but } | Rendering::Still { but } => but,
        };
        let mut parser = Parser::new(value);
        while let Ok(token) = parser.next() {
            if let Token::Ident(word) = token
                && let Some(word) = but.split(' ').find(|but| word.eq_ignore_ascii_case(but))
            {
                return Some(unrendered(format!("`{word}`, a value of `{name}`, is not rendered")));
            }
        }
        if matches!(rendering, Rendering::Still { .. }) {
            return None;
        }
        if let Some(problem) = picture_among_others(name, value) {
            return Some(unrendered(problem.to_owned()));
        }
        if self.is_open(&declaration.value) || self.is_known(name, value) {
            return None;
        }
        let shown: String = value.chars().take(60).collect();
        Some(unrendered(format!("`{shown}` is not understood as a value of `{name}`")))
    }

    /// Whether Stylo takes the value.
    fn is_known(&self, name: &str, value: &str) -> bool {
        let Ok(id) = PropertyId::parse_enabled_for_all_content(name) else { return false };
        let important =
            value.rfind('!').filter(|at| value[at + 1..].trim().eq_ignore_ascii_case("important"));
        let value = &value[..important.unwrap_or(value.len())];
        let (mode, quirks) = (ParsingMode::DEFAULT, QuirksMode::NoQuirks);
        let mut parsed = SourcePropertyDeclaration::default();
        let rule = CssRuleType::Style;
        parse_one_declaration_into(
            &mut parsed,
            id,
            value,
            Origin::Author,
            &self.base,
            None,
            mode,
            quirks,
            rule,
        )
        .is_ok()
    }
}

/// What a value with pictures consists of.
#[derive(Default)]
struct Parts {
    pictures: usize,
    others: usize,
    inside: bool,
}

impl Parts {
    fn of(value: &str) -> Self {
        let mut parts = Self::default();
        let mut parser = Parser::new(value);
        while let Ok(token) = parser.next() {
            match token {
                Token::UnquotedUrl(_) => parts.pictures += 1,
                Token::Function(name) if name.eq_ignore_ascii_case("url") => parts.pictures += 1,
                // What follows is for readers aloud, or says how much it counts.
                Token::Delim('/' | '!') => break,
                Token::Ident(word) if word.eq_ignore_ascii_case("inside") => parts.inside = true,
                _ => parts.others += 1,
            }
        }
        parts
    }
}

/// Pictures are rendered as the whole content of a pseudo-element, and as markers outside of items.
fn picture_among_others(name: &str, value: &str) -> Option<&'static str> {
    let Parts { pictures, others, inside } = Parts::of(value);
    match name {
        "content" if pictures > 0 && pictures + others > 1 => {
            Some("`url()` beside other content, in `content`, is not rendered")
        }
        "list-style" if pictures > 0 && inside => {
            Some("`url()` inside of an item, in `list-style`, is not rendered")
        }
        _ => None,
    }
}

fn unrendered(message: String) -> Diagnostic {
    Diagnostic::warning("unrendered-css", message).with_hint("docs/css.md says what is rendered")
}

fn unknown(name: &str) -> Diagnostic {
    let problem = Diagnostic::warning("unknown-css", format!("`{name}` is not known to CSS"));
    match closest(name, PROPERTIES.keys().copied()) {
        Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
        None => problem,
    }
}

impl<'i> DeclarationParser<'i> for Block<'_, '_> {
    type Declaration = ();
    type Error = ();

    fn parse_value(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
        start: &ParserState,
    ) -> Result<(), ParseError<()>> {
        let from = input.position().byte_index();
        while let Ok(token) = input.next() {
            // A nested rule: `a:hover { … }`.
            if matches!(token, Token::CurlyBracketBlock) && !name.starts_with("--") {
                return Err(ParseError::unexpected_token());
            }
        }
        let value = from..input.position().byte_index();
        let (name, at) = (name.to_ascii_lowercase(), start.position().byte_index());
        self.declarations.push(Declaration { name, at, value });
        Ok(())
    }
}

impl<'i> QualifiedRuleParser<'i> for Block<'_, '_> {
    type Prelude = Holds;
    type QualifiedRule = ();
    type Error = ();

    fn parse_prelude(&mut self, input: &mut Parser<'i>) -> Result<Holds, ParseError<()>> {
        let (mut colons, mut from) = (0, 0);
        // Whether the selector, of those that stand in a list, is one of pseudo-elements; and one before it not.
        let (mut pseudo, mut elements) = (false, false);
        loop {
            let at = input.position().byte_index();
            match input.next_including_whitespace() {
                Ok(Token::Colon) => {
                    from = if colons == 0 { at } else { from };
                    colons += 1;
                    continue;
                }
                Ok(Token::Ident(name)) if colons > 0 && name.eq_ignore_ascii_case("first-line") => {
                    self.walk.tell(from, unrendered("`::first-line` is not rendered".to_owned()));
                    pseudo = true;
                }
                // Two of them are older than the second colon.
                Ok(Token::Ident(name)) if colons > 0 => {
                    pseudo |=
                        colons > 1 || ["before", "after"].iter().any(|old| name.eq_ignore_ascii_case(old));
                }
                Ok(Token::Comma) => elements |= !std::mem::take(&mut pseudo),
                Ok(_) => {}
                Err(_) if elements || !pseudo => return Ok(Holds::Elements),
                Err(_) => return Ok(Holds::PseudoElements),
            }
            colons = 0;
        }
    }

    fn parse_block(
        &mut self,
        holds: Holds,
        _start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), ParseError<()>> {
        self.walk.block(input, holds);
        Ok(())
    }
}

impl<'i> AtRuleParser<'i> for Block<'_, '_> {
    type Prelude = AtRule;
    type AtRule = ();
    type Error = ();

    fn parse_prelude(
        &mut self,
        name: CowRcStr<'i>,
        input: &mut Parser<'i>,
    ) -> Result<AtRule, ParseError<()>> {
        let from = input.position();
        let mut address =
            input.try_parse(|input| input.expect_url_or_string()).ok().map(|url| url.to_string());
        while input.next().is_ok() {}
        let name = format!("@{}", name.to_ascii_lowercase());
        let prelude = input.slice_from(from).trim().to_owned();
        // The media of an import stand after its address.
        let media = prelude.rsplit([')', '"', '\'']).next().unwrap_or_default();
        address = address.filter(|_| name == "@import" && is_for_screens(media));
        Ok(AtRule { name, prelude, address })
    }

    fn rule_without_block(&mut self, rule: AtRule, start: &ParserState) -> Result<(), ()> {
        self.at_rule(&rule, start);
        self.walk.imports.extend(rule.address);
        Ok(())
    }

    fn parse_block(
        &mut self,
        rule: AtRule,
        start: &ParserState,
        input: &mut Parser<'i>,
    ) -> Result<(), ParseError<()>> {
        let is_rendered = self.at_rule(&rule, start);
        let has_rules = match &*rule.name {
            "@media" => is_for_screens(&rule.prelude),
            "@layer" => true,
            "@supports" => self.is_supported(&rule, start),
            _ => false,
        };
        if is_rendered && has_rules {
            self.walk.block(input, self.holds);
        }
        Ok(())
    }
}

impl Block<'_, '_> {
    /// Whether the condition holds. Those that are written for who renders something are told when they do not.
    fn is_supported(&mut self, rule: &AtRule, start: &ParserState) -> bool {
        let condition = &*rule.prelude;
        let holds = SupportsCondition::parse(&mut Parser::new(condition)).is_ok_and(|parsed| {
            let (mode, quirks) = (ParsingMode::DEFAULT, QuirksMode::NoQuirks);
            let (base, rule) = (&self.walk.base, Some(CssRuleType::Style));
            parsed.eval(&ParserContext::new(
                Origin::Author,
                base,
                rule,
                mode,
                quirks,
                Default::default(),
                None,
                None,
                Default::default(),
            ))
        });
        let negated = condition.split(['(', ' ']).any(|word| word.eq_ignore_ascii_case("not"));
        if !holds && !negated {
            let message = format!("`@supports {condition}` does not hold, and nothing in it is rendered");
            self.walk.tell(start.position().byte_index(), unrendered(message));
        }
        holds
    }

    /// Tells of a rule that is not rendered; true for the others.
    fn at_rule(&mut self, rule: &AtRule, start: &ParserState) -> bool {
        let name = &*rule.name;
        let problem = match PROPERTIES.get(name) {
            Some(Rendering::No) => unrendered(format!("`{name}` is not rendered, and nothing in it is")),
            Some(_) => return true,
            None if name.starts_with("@-") => return false,
            None => unknown(name),
        };
        self.walk.tell(start.position().byte_index(), problem);
        false
    }
}

impl RuleBodyItemParser<'_, (), ()> for Block<'_, '_> {
    fn parse_declarations(&self) -> bool {
        self.holds != Holds::Rules
    }

    fn parse_qualified(&self) -> bool {
        true
    }
}
