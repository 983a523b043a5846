//! Text that CSS generates looks like the same text written out.

use crate::support::Folder;

/// The pixels of a page.
fn drawn(folder: &Folder, page: &str) -> Vec<u8> {
    folder.write(
        "page.html",
        format!("<!doctype html><meta charset=utf-8><body style='margin: 0; font: 20px sans-serif'>{page}"),
    );
    folder.run(&["shot", "page.html", "--size", "300x200", "--out", "page.png"]).expect(0, &[]);
    folder.read("page.png")
}

/// Each pair of pages must look the same, and not like an empty one.
pub(crate) fn assert_alike(pairs: &[(&str, &str)]) {
    let folder = Folder::new();
    folder.write("dot.svg", "<svg xmlns='http://www.w3.org/2000/svg' width='12' height='9'><rect width='12' height='9' fill='red'/></svg>");
    let empty = drawn(&folder, "");
    for (generated, written) in pairs {
        let (generated_pixels, written_pixels) = (drawn(&folder, generated), drawn(&folder, written));
        assert_ne!(written_pixels, empty, "{written}");
        assert!(generated_pixels == written_pixels, "{generated}\nis not\n{written}");
    }
}

#[test]
fn counters_count() {
    assert_alike(&[
        (
            "<style>p{margin:0;counter-increment:n 2}p::before{content:counter(n,upper-roman) ') '}</style><p>a<p>b",
            "<style>p{margin:0}</style><p>II) a<p>IV) b",
        ),
        (
            "<style>div{counter-reset:n}div::before{counter-increment:n;content:counters(n,'.') ' '}</style>\
             <div>a<div>b</div><div>c</div></div>",
            "<div>1 a<div>1.1 b</div><div>1.1 c</div></div>",
        ),
        (
            "<style>p{margin:0}b::after{content:' [' attr(title) ']'}</style><p><i><b title=x>a</b></i> <b title='y &amp; z'>b</b>",
            "<style>p{margin:0}</style><p><i><b>a [x]</b></i> <b>b [y &amp; z]</b>",
        ),
        (
            "<style>body{counter-reset:a 7}p::before{content:counter(a,decimal-leading-zero) counter(none)}</style><p>x",
            "<p>070x",
        ),
    ]);
}

#[test]
fn quotations_get_the_marks_of_their_language() {
    assert_alike(&[
        ("<p><q>a <q>b</q> c</q> <q>d</q>", "<p>“a ‘b’ c” “d”"),
        ("<p lang=de><q>a <i><q>b</q></i></q>", "<p lang=de>„a <i>‚b‘</i>“"),
        ("<style>q{quotes:'<' '>' '(' ')'}</style><p><q>a <q>b <q>c</q></q></q>", "<p>&lt;a (b (c))>"),
        ("<style>q::before{content:none}</style><p><q>a</q>", "<p>a"),
    ]);
}

#[test]
fn markers_follow_their_lists() {
    let list = |items: &str| format!("<style>ul{{margin:0;list-style:inside none}}</style><ul>{items}</ul>");
    let written = list("<li>09. a<li>10. b");
    let reversed = list("<li>iii. a<li>ii. b<li>i. c");
    let own = list("<li>→ a");
    assert_alike(&[
        (
            "<style>ol{margin:0;list-style:inside decimal-leading-zero}</style><ol start=9><li>a<li>b</ol>",
            &written,
        ),
        (
            "<style>ol{margin:0;list-style:inside lower-roman}</style><ol reversed><li>a<li>b<li>c</ol>",
            &reversed,
        ),
        ("<style>ul{margin:0;list-style:inside}li::marker{content:'→ '}</style><ul><li>a</ul>", &own),
        ("<style>ul{margin:0;list-style:inside '→ '}</style><ul><li>a</ul>", &own),
    ]);
    // Outside, it has a colour of its own, and is where the text is not.
    let folder = Folder::new();
    let page = |marker: &str| {
        format!(
            "<style>ol{{margin:0;list-style:upper-alpha}}li::marker{{{marker}}}</style><ol><li>a<li>b</ol>"
        )
    };
    let png = drawn(&folder, &page("color:#f00"));
    let image = image::load_from_memory(&png).unwrap().to_rgb8();
    let is_red = |pixel: &image::Rgb<u8>| pixel.0[0] > 200 && pixel.0[1] < 100;
    let red: Vec<u32> =
        image.enumerate_pixels().filter(|(.., pixel)| is_red(pixel)).map(|(x, ..)| x).collect();
    assert!(!red.is_empty() && red.iter().all(|x| *x < 40), "{red:?}");
    assert_ne!(drawn(&folder, &page("font-size:30px")), drawn(&folder, &page("")));
    assert_ne!(drawn(&folder, &page("content:none")), drawn(&folder, &page("")));
}

#[test]
fn balanced_lines_are_equally_long() {
    let page = |style: &str, text: &str| {
        format!("<style>p{{margin:0;width:200px;font-family:monospace;{style}}}</style><p>{text}")
    };
    let text = "aaaa bbbb cccc dddd eeee";
    for align in ["left", "center", "right"] {
        let style = format!("text-align:{align}");
        assert_alike(&[
            (
                &page(&format!("{style};text-wrap:balance"), text),
                &page(&style, "aaaa bbbb cccc<br>dddd eeee"),
            ),
            (&page(&format!("{style};text-wrap-style:balance"), "aaaa"), &page(&style, "aaaa")),
        ]);
    }
    let narrow = page("text-wrap:balance;width:180px", "aaaa bbbb cccc dddd");
    assert_alike(&[(&narrow, &page("width:180px", "aaaa bbbb<br>cccc dddd"))]);
}

#[test]
fn attributes_of_older_days_say_how_a_table_looks() {
    assert_alike(&[
        (
            "<table cellpadding=10 cellspacing=7 bgcolor=gold><tr><td valign=bottom nowrap>a b<td bgcolor='#00ff00'>c<br>d</table>",
            "<style>table{border-spacing:7px;background:gold}td{padding:10px}</style>\
             <table><tr><td style='vertical-align:bottom;white-space:nowrap'>a b<td style='background:#0f0'>c<br>d</table>",
        ),
        (
            "<table border=2 cellspacing=0 align=center><tr><td>a</table>",
            "<style>table{border:2px outset;border-spacing:0;margin:0 auto}td{border:1px inset}</style><table><tr><td>a</table>",
        ),
        ("<font color=red size=5>a</font>", "<span style='color:red;font-size:x-large'>a</span>"),
        (
            "<style>td{padding:3px}</style><table cellpadding=20><tr><td>a</table>",
            "<style>td{padding:3px}</style><table><tr><td>a</table>",
        ),
    ]);
}

#[test]
fn pictures_are_content_and_markers() {
    assert_alike(&[
        ("<style>p::before{content:url(dot.svg)}</style><p>x", "<p><img src=dot.svg>x"),
        (
            "<style>b::after{content:url(dot.svg)}</style><p><i><b>x</b></i>y",
            "<p><i><b>x<img src=dot.svg></b></i>y",
        ),
        (
            "<style>ul{margin:0;list-style-image:url(dot.svg)}</style><ul><li>x</ul>",
            "<div style='padding-left: 21px'><img src=dot.svg style='margin-right: 7px'>x</div>",
        ),
    ]);
}

#[test]
fn a_block_that_is_generated_stands_above_or_below_the_lines() {
    let block = "display:block;width:50%;height:6px;background:red;margin:0 0 4px";
    assert_alike(&[
        (
            &format!("<style>p::before{{content:'';{block}}}</style><p>a <b>b</b>"),
            &format!("<p><i style='{block}'></i>a <b>b</b></p>"),
        ),
        (
            "<style>p::after{content:'x';display:flex;justify-content:end}</style><p>a",
            "<p>a<i style='display:flex;justify-content:end;font-style:normal'>x</i>",
        ),
    ]);
}
