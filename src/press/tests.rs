//! A press that has shown others shows a record as a fresh one does.

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::campaign::{Format, Locale};
use crate::data::record_from_json;
use crate::resources::{Fonts, Network};

const PAGE: &str = r#"<!doctype html><html><head><title>{{ name }}</title><style>
body { margin: 0; font-family: sans-serif; color: {{ ink }} }
h1 { width: 180px; font-size: 40px; white-space: nowrap }
p.cut { width: 150px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
p.clamp { width: 120px; overflow: hidden; -webkit-line-clamp: 2 }
svg { width: 40px; height: 40px }
table.sum { border-collapse: collapse; width: 300px }
table.sum td { border: 1px solid; padding: 3px; vertical-align: baseline }
table.sum tr.first td { border-bottom-width: {{ share }}px }
li::marker { content: "{{ name }} " } b::before { content: url(missing-{{ kind }}.svg) }
</style></head><body class="{{ kind }}">
<h1 data-fit="shrink" data-fit-min="10">{{ name }}</h1>
<p class="cut">To {{ name }}, with love</p><p class="clamp">{{ name }} {{ name }} {{ name }}</p>
{% if gold %}<b style="width: {{ share }}%">Gold {{ name }}</b>{% elif share > 50 %}<i>Silver</i>{% endif %}
<table><tbody>{% for song in songs %}<tr{% if loop.first %} class="first"{% endif %}><td>{{ loop.index }}</td><td>{{ song }}{% if gold %}*{% endif %}</td></tr>
{% else %}<tr><td>none</td></tr>{% endfor %}</tbody></table>
<table class="sum"><caption>{{ name }}</caption><tbody>{% for song in songs %}<tr{% if loop.first %} class="first"{% endif %}><td>{{ song }}</td>
{% if loop.first %}<td rowspan="2" style="font-size: {{ share }}px">{{ name }}</td>{% endif %}
<td><table><tbody><tr><td>{{ loop.index }}</td><td width="{{ share }}%">{{ name }}</td></tr></tbody></table></td></tr>{% endfor %}</tbody></table>
<ul><li>{{ name }}</li></ul>
<svg viewBox="0 0 10 10"><circle r="{{ share / 20 }}" cx="5" cy="5"/></svg>{{ code | qr }}
</body></html>"#;

struct Campaign {
    folder: PathBuf,
    template: Arc<Template>,
    resources: Arc<Resources>,
}

impl Campaign {
    fn new(name: &str, page: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("byname-press-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("card.html");
        std::fs::write(&path, page).unwrap();
        let template = Template::load(&path, &folder, &Locale::default()).unwrap();
        let resources = Resources::new(&folder, Fonts::built_in(), Network::default()).unwrap();
        Self { folder, template: Arc::new(template), resources }
    }

    fn press(&self) -> Press {
        let format = Format { name: "square".into(), width: 400.0, height: 400.0 };
        let variant = Variant { format, colorway: None };
        Press::new(self.template.clone(), self.resources.clone(), &variant, 1.0).unwrap()
    }

    fn bind(&self, record: &serde_json::Value) -> Binding {
        let record = record_from_json(&record.to_string()).unwrap();
        self.template.evaluate(&record).unwrap_or_else(|problems| panic!("{}", problems[0]))
    }
}

impl Drop for Campaign {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The document as it stands: its markup, and where every box with text lies.
fn state(press: &Press) -> String {
    let document = &press.live.document;
    let markup = document.root_element().outer_html();
    let markup =
        regex::Regex::new(r#" data-byname-drawn="\d""#).unwrap().replace_all(&markup, "").into_owned();
    let mut boxes = String::new();
    measure::inline_roots(document, press.live.root, &mut |root| {
        boxes.push_str(&format!(
            "{:?} {:?}\n",
            measure::border_box(root),
            measure::lines(root).map(|l| l.bounds)
        ));
    });
    format!("{markup}\n{boxes}")
}

fn record() -> impl Strategy<Value = serde_json::Value> {
    let text = prop_oneof!["[A-Za-z]{1,6}", "[A-Za-zé <&;]{8,40}", Just("Αθηνά".to_owned())];
    (text.clone(), any::<bool>(), 0..100_i32, prop::collection::vec(text, 0..4), "[a-c]", "#[0-9a-f]{6}").prop_map(
        |(name, gold, share, songs, kind, ink)| {
            serde_json::json!({
                "name": name, "gold": gold, "share": share, "songs": songs, "kind": kind, "ink": ink, "code": name
            })
        },
    )
}

#[test]
fn what_came_before_leaves_no_trace() {
    let campaign = Campaign::new("trace", PAGE);
    let mut seasoned = campaign.press();
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let seasoned = std::cell::RefCell::new(&mut seasoned);
    runner
        .run(&record(), |record| {
            let binding = campaign.bind(&record);
            let mut seasoned = seasoned.borrow_mut();
            let mut fresh = campaign.press();
            let first = fresh.compose(&binding).unwrap();
            let later = seasoned.compose(&binding).unwrap();
            prop_assert_eq!(state(&fresh), state(&seasoned), "{}", record);
            prop_assert_eq!(
                crate::display::DisplayList::to_string(&first.list).replace(char::is_numeric, "").len(),
                crate::display::DisplayList::to_string(&later.list).replace(char::is_numeric, "").len()
            );
            prop_assert_eq!(first.problems, later.problems);
            Ok(())
        })
        .unwrap();
}

#[test]
fn text_is_made_to_fit_or_told() {
    let campaign = Campaign::new("fit", PAGE);
    let mut press = campaign.press();
    let long = "Wolfeschlegelsteinhausenbergerdorff";
    let record = serde_json::json!({
        "name": long, "gold": true, "share": 1, "songs": [], "kind": "a", "ink": "#000000", "code": "x"
    });
    let composed = press.compose(&campaign.bind(&record)).unwrap();
    let codes: Vec<&str> = composed.problems.iter().map(|problem| problem.code).collect();
    assert!(codes.contains(&"text-cut"), "{codes:?}");
    let markup = press.live.document.root_element().outer_html();
    assert!(markup.contains("style=\"font-size"), "{markup}");
    assert!(markup.contains('…'), "{markup}");
    let short = serde_json::json!({
        "name": "Al", "gold": true, "share": 1, "songs": [], "kind": "a", "ink": "#000000", "code": "x"
    });
    press.compose(&campaign.bind(&short)).unwrap();
    let markup = press.live.document.root_element().outer_html();
    assert!(!markup.contains("style=\"font-size") && !markup.contains('…'), "{markup}");
}
