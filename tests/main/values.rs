//! A value is always data: it comes out as the characters it is, and loads nothing.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpListener;

use crate::support::{Folder, svg};

fn json_record(folder: &Folder, value: &str) {
    folder.write("people.ndjson", format!("{}\n", serde_json::json!({ "id": "a", "v": value })));
}

/// What a template draws for one value.
fn drawn(template: &str, value: &str) -> Vec<u8> {
    let folder = Folder::plain(template, "");
    folder.replace("campaign.toml", "people.csv", "people.ndjson");
    json_record(&folder, value);
    folder.render("out", &[]).expect(0, [1, 0, 0, 0]);
    folder.read("out/a/card.png")
}

fn escaped(text: &str) -> String {
    text.chars().map(|c| format!("&#{};", c as u32)).collect()
}

const HOSTILE: [&str; 12] = [
    "<b>bold</b>",
    "</p></body>",
    "</style>",
    "<style>p{color:red}</style>",
    "<script>x()</script>",
    "<!-- x",
    "&lt;b&gt; &amp; &#65;",
    "{{ id }} {% if x %}",
    "{# x #} }}",
    "url(http://x.example/)",
    "\"'><img src=x>",
    "$& \\1 %s",
];

#[test]
fn markup_in_a_value_is_shown_as_its_characters() {
    let page =
        |text: &str| format!("<body style=\"font: 9px monospace; margin: 0\"><p>{text}</p><p>end</p></body>");
    for value in HOSTILE {
        let static_text = page(&escaped(value)).replace("{{", "&#123;{");
        assert!(drawn(&page("{{ v }}"), value) == drawn(&static_text, value), "{value}");
    }
    assert!(drawn(&page("{{ v }}"), "<b>b</b>") != drawn(&page("<b>b</b>"), ""), "the comparison can tell");
}

#[test]
fn a_value_in_an_attribute_cannot_leave_it() {
    let page = |class: &str| {
        format!(
            "<style>.red {{ color: red }} p {{ margin: 0 }}</style><p class=\"{class}\" title='{class}'>text</p>"
        )
    };
    let quiet = drawn(&page("{{ v }}"), "quiet");
    for value in HOSTILE.into_iter().chain(["\" style=\"color:red", "' class='red' x='"]) {
        assert!(drawn(&page("{{ v }}"), value) == quiet, "{value}");
    }
    assert!(drawn(&page("{{ v }}"), "a red b") != quiet, "the comparison can tell");
}

#[test]
fn a_value_in_css_cannot_leave_its_place() {
    let attribute = "<p style=\"color: {{ v }}\">text</p>";
    let sheet = "<style>p { color: {{ v }} }</style><p>text</p>";
    let black = drawn(attribute, "black");
    let hostile = [
        "red; font-size: 40px",
        "red} p { font-size: 40px",
        "red !important; } * { display: none",
        "black; background: url(ok.svg)",
        "</style><h1>x</h1><style>",
        "red /* ",
        "\\72 ed; x: y",
        "\n} @import 'x.css'; p {",
        "expression(1)",
    ];
    for page in [attribute, sheet] {
        assert!(drawn(page, "black") == black);
        assert!(drawn(page, "red") != black, "the comparison can tell");
        for value in hostile {
            assert!(drawn(page, value) == black, "{value} in {page}");
        }
    }
}

/// Listens on a port of this machine and tells whether anybody came.
struct Host(TcpListener);

impl Host {
    fn new() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn address(&self, path: &str) -> String {
        format!("http://{}/{path}", self.0.local_addr().unwrap())
    }

    #[track_caller]
    fn assert_nobody_came(&self, what: &str) {
        self.0.set_nonblocking(true).unwrap();
        match self.0.accept() {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            other => panic!("{what}: {other:?}"),
        }
    }
}

#[test]
fn a_value_cannot_cause_a_request() {
    let host = Host::new();
    let address = host.address("x.svg");
    let bare = address.strip_prefix("http:").unwrap();
    let values = [
        address.clone(),
        bare.to_owned(),
        format!("url({address})"),
        format!("red; background: url({address})"),
        format!("red}} @import '{address}'; p {{"),
        format!("</style><link rel=stylesheet href={address}><img src={address}>"),
        format!("\"><img src=\"{address}\">"),
        format!("<svg><image href='{address}'/></svg>"),
    ];
    let templates = [
        "<p>{{ v }}</p>",
        "<p style=\"color: {{ v }}\">x</p>",
        "<p style=\"background: {{ v }}\">x</p>",
        "<p style=\"background-image: url('{{ v }}')\">x</p>",
        "<p style=\"{{ v }}\">x</p>",
        "<style>p { color: {{ v }} }</style><p>x</p>",
        "<style>@import url({{ v }});</style><p>x</p>",
        "<img src=\"{{ v }}\">",
        "<link rel=\"stylesheet\" href=\"{{ v }}\"><p>x</p>",
        "<svg width=\"9\" height=\"9\"><image href=\"{{ v }}\" width=\"9\" height=\"9\"/></svg>",
        "<iframe src=\"{{ v }}\"></iframe><object data=\"{{ v }}\"></object>",
        "<p class=\"{{ v }}\" title=\"{{ v }}\">x</p>",
    ];
    for template in templates {
        let folder = Folder::plain(template, "");
        folder.replace("campaign.toml", "people.csv", "people.ndjson");
        let records =
            values.iter().enumerate().map(|(i, v)| serde_json::json!({ "id": i, "v": v }).to_string());
        folder.write("people.ndjson", records.collect::<Vec<_>>().join("\n"));
        let ran = folder.run(&["render", ".", "--out", "out"]);
        assert!(matches!(ran.code, Some(0..=2)), "{template}: {}", ran.stderr);
        host.assert_nobody_came(template);
    }
}

#[test]
fn an_address_that_is_not_listed_is_refused_with_a_hint() {
    let host = Host::new();
    let folder = Folder::plain("<img src=\"{{ v }}\" width=\"9\">", "id,v\n");
    folder.write("ok.svg", svg("red"));
    folder.append("people.csv", format!("net,{}\nok,ok.svg\n", host.address("x.svg")));
    let rendered = folder.render("out", &[]);
    rendered.expect(1, [1, 0, 1, 0]);
    rendered.problem("network-refused", "net").says(&[
        "is not fetched",
        "does not list the host `127.0.0.1`",
        "[network]",
    ]);
    folder.run(&["check", "."]).expect(1, &["network-refused"]);
    host.assert_nobody_came("render and check");
}

/// The counterpart: with the host listed the same picture is fetched, once.
#[test]
fn an_address_that_is_listed_is_fetched_and_kept() {
    let host = Host::new();
    let folder = Folder::plain("<img src=\"{{ v }}\" width=\"9\">", "id,v\n");
    folder.append("campaign.toml", "[network]\nhosts = [\"127.0.0.1\"]\n");
    folder.append("people.csv", format!("a,{0}\nb,{0}\n", host.address("x.svg")));
    let listener = host.0.try_clone().unwrap();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let read = stream.read(&mut request).unwrap();
        let body = svg("red");
        let head =
            format!("HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\nContent-Length: {}\r\n", body.len());
        write!(stream, "{head}Connection: close\r\n\r\n{body}").unwrap();
        String::from_utf8_lossy(&request[..read]).into_owned()
    });
    folder.render("out", &[]).expect(0, [2, 0, 0, 0]);
    assert!(served.join().unwrap().starts_with("GET /x.svg "));
    folder.render("again", &[]).expect(0, [2, 0, 0, 0]);
    host.assert_nobody_came("the second run");
}
