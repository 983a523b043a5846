//! A `[schema]` proposed from the data.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::check::{characters, display};
use super::row::{Names, shorten};
use super::untyped::from_json;
use super::{Fields, Kind, Records, Value};

/// More distinct values than this are no choice.
const MAX_CHOICES: usize = 12;
/// A value longer than this is no choice either.
const MAX_CHOICE_LENGTH: usize = 40;
/// A choice needs every value this often on average, or a small table of names would be one.
const MIN_REPEATS: usize = 5;
/// Fields beyond these (a map keyed by dates, say) are data rather than fields.
const MAX_FIELDS: usize = 500;
/// How deep objects and lists are looked into.
const MAX_DEPTH: usize = 4;

/// TOML that describes all of `records`, which must have been opened without a schema, but for their key,
/// which has its own rules. Memory depends on the number of fields only.
pub fn propose(records: Records) -> String {
    let key = records.key().to_owned();
    let table = records.field_names().is_some();
    let mut fields = Profiles::default();
    let (mut good, mut bad) = (0_usize, 0_usize);
    for record in records {
        match record {
            Ok(record) => {
                good += 1;
                fields.note(&record.fields, 0, table);
            }
            Err(_) => bad += 1,
        }
    }
    let mut toml = format!("# Proposed from {good} records");
    if bad > 0 {
        _ = write!(toml, " (and {bad} rows that are not records were left out)");
    }
    toml.push_str(". Look it over: what only happens to hold so far does not belong here.\n[schema]\n");
    for (name, profile) in fields.order.iter().filter(|(name, _)| **name != *key) {
        let name = toml_key(name);
        match profile.kind() {
            Some(kind) => {
                let (rule, comment) = profile.rule(kind, good);
                _ = writeln!(toml, "{name} = {rule}  # {comment}");
            }
            None => {
                _ = writeln!(toml, "# {name}: its values are of several types, and no type fits them all")
            }
        }
    }
    if fields.order.len() == MAX_FIELDS {
        _ = writeln!(toml, "# Only the first {MAX_FIELDS} fields were looked at.");
    }
    toml
}

/// What the fields of records, or of an object, have been so far.
#[derive(Default)]
struct Profiles {
    order: Vec<(Arc<str>, Profile)>,
    index: HashMap<Arc<str>, usize>,
}

impl Profiles {
    /// `cells` when the values are cells of a table, which are texts whatever they mean.
    fn note(&mut self, fields: &Fields, depth: usize, cells: bool) {
        for (name, value) in &fields.0 {
            let index = match self.index.get(name) {
                Some(index) => *index,
                None if self.order.len() == MAX_FIELDS => continue,
                None => {
                    self.order.push((name.clone(), Profile::default()));
                    self.index.insert(name.clone(), self.order.len() - 1);
                    self.order.len() - 1
                }
            };
            self.order[index].1.note(value, depth, cells);
        }
    }
}

/// What one field's values have been so far.
#[derive(Default)]
struct Profile {
    /// Values that were there, and of these the ones of each of JSON's types.
    count: usize,
    texts: usize,
    booleans: usize,
    integers: usize,
    numbers: usize,
    lists: usize,
    objects: usize,
    /// For each of [`GUESSES`], whether some text did not fit it.
    ruled_out: [bool; GUESSES.len()],
    /// Texts that are lists or objects in JSON's form, or lists with `|` between the items.
    list_texts: usize,
    object_texts: usize,
    piped_texts: usize,
    max_characters: usize,
    /// The least and the greatest number; for lists, of items.
    range: Option<(f64, f64)>,
    /// The distinct texts in the order of their first use, until they are too many.
    choices: Vec<Arc<str>>,
    many_choices: bool,
    example: Option<String>,
    items: Option<Box<Profile>>,
    fields: Option<Box<Profiles>>,
}

/// The kinds that a text may turn out to be, the most telling first.
const GUESSES: [Kind; 9] = [
    Kind::Boolean,
    Kind::Integer,
    Kind::Number,
    Kind::Date,
    Kind::DateTime,
    Kind::Email,
    Kind::Image,
    Kind::Url,
    Kind::Color,
];

impl Profile {
    fn note(&mut self, value: &Value, depth: usize, cell: bool) {
        match value {
            Value::Null => return,
            Value::Text(text) | Value::Color(text) if text.trim().is_empty() => return,
            Value::Text(text) | Value::Color(text) => self.note_text(text, depth, cell),
            Value::Date(_) | Value::DateTime(_) => self.note_text(&display(value).into(), depth, cell),
            Value::Boolean(_) => self.booleans += 1,
            Value::Integer(integer) => {
                self.integers += 1;
                self.note_number(*integer as f64);
            }
            Value::Number(number) => {
                self.numbers += 1;
                self.note_number(*number);
            }
            Value::List(items) => {
                self.lists += 1;
                self.note_items(items, depth);
            }
            Value::Object(fields) => {
                self.objects += 1;
                self.note_fields(fields, depth);
            }
        }
        self.count += 1;
        if self.example.is_none() {
            self.example = Some(shorten(&display(value)));
        }
    }

    fn note_text(&mut self, text: &Arc<str>, depth: usize, cell: bool) {
        self.max_characters = self.max_characters.max(characters(text));
        for (kind, ruled_out) in GUESSES.into_iter().zip(&mut self.ruled_out) {
            // JSON has its own numbers, so digits in quotes are meant to be text.
            let possible = cell || !matches!(kind, Kind::Boolean | Kind::Integer | Kind::Number);
            *ruled_out = *ruled_out || !possible || !fits(kind, text.trim());
        }
        if cell {
            if let Ok(number) = text.trim().parse::<f64>() {
                self.note_number(number);
            }
            self.note_json(text, depth);
            self.piped_texts += usize::from(text.contains('|'));
        }
        self.texts += 1;
        if !self.many_choices && !self.choices.contains(text) {
            self.choices.push(text.clone());
            if self.choices.len() > MAX_CHOICES || text.len() > MAX_CHOICE_LENGTH {
                self.many_choices = true;
                self.choices = Vec::new();
            }
        }
    }

    /// Looks into a text that is a list or an object, as long as all texts of the field are.
    fn note_json(&mut self, text: &str, depth: usize) {
        if self.list_texts + self.object_texts < self.texts || !text.trim_start().starts_with(['[', '{']) {
            return;
        }
        match serde_json::from_str(text).map(|json| from_json(json, &mut Names::default())) {
            Ok(Value::List(items)) => {
                self.list_texts += 1;
                self.note_items(&items, depth);
            }
            Ok(Value::Object(fields)) => {
                self.object_texts += 1;
                self.note_fields(&fields, depth);
            }
            _ => {}
        }
    }

    fn note_items(&mut self, items: &[Value], depth: usize) {
        self.note_number(items.len() as f64);
        if depth < MAX_DEPTH {
            let profile = self.items.get_or_insert_default();
            items.iter().for_each(|item| profile.note(item, depth + 1, false));
        }
    }

    fn note_fields(&mut self, fields: &Fields, depth: usize) {
        if depth < MAX_DEPTH {
            self.fields.get_or_insert_default().note(fields, depth + 1, false);
        }
    }

    fn note_number(&mut self, number: f64) {
        let (least, greatest) = self.range.get_or_insert((number, number));
        *least = least.min(number);
        *greatest = greatest.max(number);
    }

    /// The kind that all values fit; `None` when they are of several types.
    fn kind(&self) -> Option<Kind> {
        let all = |n: usize| n == self.count;
        if self.count == 0 {
            return Some(Kind::Text);
        }
        if all(self.texts) {
            if all(self.list_texts) || self.piped_texts * 2 > self.texts {
                return Some(Kind::List);
            }
            if all(self.object_texts) {
                return Some(Kind::Object);
            }
            let fitting = GUESSES.into_iter().zip(self.ruled_out).find(|(_, ruled_out)| !ruled_out);
            return Some(fitting.map_or(Kind::Text, |(kind, _)| kind));
        }
        [
            (self.booleans, Kind::Boolean),
            (self.integers, Kind::Integer),
            (self.integers + self.numbers, Kind::Number),
            (self.lists, Kind::List),
            (self.objects, Kind::Object),
        ]
        .into_iter()
        .find(|(count, _)| all(*count))
        .map(|(_, kind)| kind)
    }

    /// The rule in TOML, of a field that `records` could have had, and a comment on it.
    fn rule(&self, kind: Kind, records: usize) -> (String, String) {
        let mut parts = Vec::new();
        if kind != Kind::Text {
            parts.push(format!("type = \"{}\"", kind.name()));
        }
        if self.count == records && records > 0 {
            parts.push("required = true".to_owned());
        }
        let choice = kind == Kind::Text
            && !self.many_choices
            && self.choices.len() > 1
            && self.count >= self.choices.len() * MIN_REPEATS;
        if choice {
            let choices: Vec<String> = self.choices.iter().map(|choice| toml_text(choice)).collect();
            parts.push(format!("one_of = [{}]", choices.join(", ")));
        } else if kind == Kind::Text && self.count > 0 {
            parts.push(format!("max_length = {}", self.max_characters));
        }
        if kind == Kind::List
            && let Some(items) = self.items.as_ref().filter(|items| items.count > 0 && items.kind().is_some())
        {
            parts.push(format!("items = {}", items.item_rule()));
        }
        if kind == Kind::Object {
            parts.extend(self.fields_part());
        }
        if parts.is_empty() {
            parts.push("type = \"text\"".to_owned());
        }
        (format!("{{ {} }}", parts.join(", ")), self.comment(kind, records))
    }

    /// The rule of a list's items: what they are, and no more.
    fn item_rule(&self) -> String {
        let kind = self.kind().unwrap_or(Kind::Text);
        match (kind, self.fields_part()) {
            (Kind::Object, Some(fields)) => format!("{{ type = \"object\", {fields} }}"),
            _ => toml_text(kind.name()),
        }
    }

    fn fields_part(&self) -> Option<String> {
        let fields: Vec<String> = self
            .fields
            .as_ref()?
            .order
            .iter()
            .filter(|(_, profile)| profile.kind().is_some())
            .map(|(name, profile)| format!("{} = {}", toml_key(name), profile.item_rule()))
            .collect();
        (!fields.is_empty()).then(|| format!("fields = {{ {} }}", fields.join(", ")))
    }

    fn comment(&self, kind: Kind, records: usize) -> String {
        if self.count == 0 {
            return "always empty so far".into();
        }
        let mut comment = match self.range {
            Some((least, greatest)) if matches!(kind, Kind::Integer | Kind::Number) => {
                format!("{least} to {greatest}")
            }
            Some((least, greatest)) if kind == Kind::List && self.items.is_some() => {
                format!("{least} to {greatest} items")
            }
            _ => format!("like {}", self.example.as_deref().unwrap_or_default()),
        };
        if self.count < records {
            _ = write!(comment, "; empty in {}", records - self.count);
        }
        comment
    }
}

/// Whether a text is meant to be of this kind: narrower than what the kind accepts.
fn fits(kind: Kind, text: &str) -> bool {
    match kind {
        // 0 and 1 are numbers as long as nobody says otherwise.
        Kind::Boolean => matches!(&*text.to_ascii_lowercase(), "true" | "false" | "yes" | "no"),
        // Post codes and telephone numbers have zeros in front, which a number would lose.
        Kind::Integer | Kind::Number => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
            digits.starts_with(|c: char| c.is_ascii_digit()) && !leading_zero && kind.parse(text).is_ok()
        }
        // Eight digits are a number.
        Kind::Date => text.contains('-') && kind.parse(text).is_ok(),
        // A name may be Rose, Violet or Amber.
        Kind::Color => text.contains(['#', '(']) && kind.parse(text).is_ok(),
        Kind::Image => {
            let ending = text.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            matches!(&*ending, "png" | "jpg" | "jpeg" | "webp" | "avif" | "svg" | "gif")
                && kind.parse(text).is_ok()
        }
        _ => kind.parse(text).is_ok(),
    }
}

fn toml_text(text: &str) -> String {
    // JSON's escapes are TOML's too, and on one line as names need it; TOML escapes one character more.
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007F")
}

fn toml_key(name: &str) -> String {
    let bare =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { name.to_owned() } else { toml_text(name) }
}
