//! What lines of text need beyond what the engine sets looks like the same lines set by hand.

use crate::generated::assert_alike;
use crate::support::Folder;

#[test]
fn a_first_letter_is_set_like_an_element() {
    let style = "float:left;font-size:40px;color:red;padding-right:4px";
    assert_alike(&[
        (
            &format!("<style>p::first-letter{{{style}}}</style><p>\n “Once upon a time"),
            &format!("<style>b{{font-weight:normal;{style}}}</style><p><b>“O</b>nce upon a time"),
        ),
        (
            "<style>p::first-letter{font-size:40px;color:red;padding:0 9px}</style><p>  Once <i>a</i>",
            "<style>span{font-size:40px;color:red;padding:0 9px}</style><p><span>O</span>nce <i>a</i>",
        ),
        (
            "<style>div::first-letter{color:red}</style><div><p>Once<p>upon</div>",
            "<div><p><span style='color:red'>O</span>nce<p>upon</div>",
        ),
        ("<style>p::first-letter{color:red}</style><p><img>Once", "<p><img>Once"),
    ]);
}

#[test]
fn tabs_reach_the_next_stop() {
    let pre = "margin:0;font:20px monospace";
    let s = "display:inline-block;width:100px";
    assert_alike(&[
        (
            &format!("<pre style='{pre}'>a\tb\t\tc\nabcdefgh\ti</pre>"),
            &format!("<pre style='{pre}'>a       b               c\nabcdefgh        i</pre>"),
        ),
        (
            &format!("<pre style='{pre};tab-size:3'>a\t<b>b\tc</b></pre>"),
            &format!("<pre style='{pre}'>a  <b>b  c</b></pre>"),
        ),
        (
            &format!("<pre style='{pre}'>a<b style='padding:0 9px;font-weight:400'></b>\tb\tc</pre>"),
            &format!("<pre style='{pre}'>a       b       c</pre>"),
        ),
        (
            &format!("<pre style='{pre};tab-size:60px'><s style='{s}'></s>\tb</pre>"),
            &format!("<pre style='{pre}'><s style='{s}'></s><s style='{s};width:20px'></s>b</pre>"),
        ),
    ]);
}

#[test]
fn edges_of_inline_boxes_take_room_on_their_line() {
    let style = "<style>p{margin:0;width:140px;font:20px monospace}b{font-weight:normal;background:gold;padding:0 20px}</style>";
    let cloned = "<style>p{margin:0;width:140px;font:20px monospace}b{font-weight:normal;background:gold;padding:0 20px;\
                  box-decoration-break:clone}</style>";
    assert_alike(&[
        (&format!("{style}<p>aaaa <b>bbbb</b> c"), &format!("{style}<p>aaaa<br><b>bbbb</b> c")),
        (&format!("{style}<p>aaaa, <b>b</b>bbb c"), &format!("{style}<p>aaaa,<br><b>b</b>bbb c")),
        (&format!("{style}<p>a <b> b </b> c"), &format!("{style}<p>a <b>b </b>c")),
        (
            &format!("{cloned}<p><b>aaaa bbbb cccc</b>"),
            &format!("{cloned}<p><b>aaaa</b><br><b>bbbb</b><br><b>cccc</b>"),
        ),
    ]);
}

#[test]
fn lines_of_a_cloned_box_end_where_words_do() {
    let style = "<style>p{margin:0;width:140px;font:20px monospace}b{font-weight:normal;background:gold;padding:0 20px;\
                 box-decoration-break:clone}.u{text-transform:uppercase}.c{text-transform:capitalize}\
                 .l::first-letter{color:red}.g b::before{content:'= '}</style>";
    assert_alike(&[
        (
            &format!("{style}<p class=u><b>maß fußball aaa</b>"),
            &format!("{style}<p class=u><b>maß</b><br><b>fußball</b><br><b>aaa</b>"),
        ),
        (
            &format!("{style}<p class=c><b>aßßß bbbb</b>"),
            &format!("{style}<p class=c><b>aßßß</b><br><b>bbbb</b>"),
        ),
        (
            &format!("{style}<p class=l><b>Once upon there</b>"),
            &format!("{style}<p class=l><b>Once</b><br><b>upon</b><br><b>there</b>"),
        ),
        (
            &format!("{style}<p style='text-emphasis:dot'><b>aaaa bbbb cccc</b>"),
            &format!("{style}<p style='text-emphasis:dot'><b>aaaa</b><br><b>bbbb</b><br><b>cccc</b>"),
        ),
        (
            &format!("{style}<p class=g><b>aaaa bbbb cccc</b>"),
            &format!("{style}<p><b>= aaaa</b><br><b>bbbb</b><br><b>cccc</b>"),
        ),
    ]);
}

#[test]
fn emphasis_marks_reach_into_leading_margins_and_padding() {
    let style = "<style>p{font:20px monospace;line-height:1;background:gold}em{font-style:normal;\
                 text-emphasis:dot;text-emphasis-color:transparent}.u em{text-emphasis-position:under}</style>";
    let alike = [
        "margin:40px 0'><em>One</em> Two<br>Three",
        "line-height:2'>One<br><em>Two</em>",
        "padding:20px 0'><em>One</em> Two",
        "padding:20px 0' class='u'>One <br><em>Two</em>",
    ];
    let pages = alike.map(|page| {
        let page = format!("{style}<p style='{page}");
        let plain = page.replace("emphasis:dot", "emphasis:none");
        (page, plain)
    });
    assert_alike(&pages.each_ref().map(|(marked, plain)| (&**marked, &**plain)));
}

#[test]
fn line_breaks_in_cells_leave_lines_as_they_are() {
    let style = "<style>td,p{margin:0;padding:0;line-height:30px}table{border-spacing:0}</style>";
    assert_alike(&[(
        &format!("{style}<table><tr><td>One<br>two<br><br>three</table>"),
        &format!("{style}<table><tr><td><p>One<p>two<p>&nbsp;<p>three</table>"),
    )]);
}

#[test]
fn markers_have_room_on_their_line() {
    let style = "<style>ul,p{margin:0;padding:0}.i{list-style:inside}li::marker{color:transparent}\
                 .l li::marker{font-size:40px}</style>";
    assert_alike(&[
        (
            &format!("{style}<ul class=i><li> One<li>Two</ul>"),
            &format!("{style}<p style='text-indent:27px'>One<p style='text-indent:27px'>Two"),
        ),
        (
            &format!("{style}<ul class=l><li>One<br>Two<li><p>Three</ul>"),
            &format!("{style}<p style='padding-top:18px'>One<br>Two<p style='padding-top:18px'>Three"),
        ),
        (
            &format!("{style}<ul class='i l'><li>One</ul>"),
            &format!("{style}<p style='padding-top:18px;text-indent:53px'>One"),
        ),
    ]);
}

#[test]
fn markers_stay_where_lines_are_set_anew() {
    let style =
        "<style>li::marker{content:'AB '}.i{list-style:inside;margin:0;padding:0}b{padding:0 9px}</style>";
    let list = |edge: &str| format!("{style}<ul><li>One <i style='margin-left:{edge}'>two</i><li>Three</ul>");
    assert_alike(&[
        (
            &format!("{style}<ul class=i><li>One <b>two</b></ul>"),
            &format!("{style}<div>AB One <b>two</b></div>"),
        ),
        (&list("20%"), &list("52px")),
        (
            "<style>ol{margin:0;padding:0;list-style-position:inside}li::marker{color:red;font-size:30px}</style><ol><li> One <b>two</b></ol>",
            "<div><span style='color:red;font-size:30px'>1. </span>One <b>two</b></div>",
        ),
    ]);
}

#[test]
fn lines_in_cells_are_as_wide_as_these() {
    let style = "<style>td{padding:0;vertical-align:baseline;width:140px;font:20px monospace}table{border-spacing:0}b{font-weight:normal;\
                 background:gold;padding:0 20px;box-decoration-break:clone}i{font-style:normal;padding:0 10%}</style>";
    assert_alike(&[
        (
            &format!("{style}<table><tr><td><b>aaaa bbbb cccc</b></table>"),
            &format!("{style}<table><tr><td><b>aaaa</b><br><b>bbbb</b><br><b>cccc</b></table>"),
        ),
        (
            &format!("{style}<table><tr><td>a<i>b</i>c</table>"),
            &format!("{style}<table><tr><td>a<i style='padding:0 14px'>b</i>c</table>"),
        ),
    ]);
}

#[test]
fn the_edges_of_a_first_letter_may_be_parts_of_the_width() {
    assert_alike(&[(
        "<style>p{width:200px}p::first-letter{color:red;padding:0 10%}</style><p>Once",
        "<style>p{width:200px}span{color:red;padding:0 20px}</style><p><span>O</span>nce",
    )]);
}

#[test]
fn messages_show_text_without_the_signs_in_it() {
    let folder = Folder::new();
    folder.write(
        "page.html",
        "<meta charset=utf-8><p style='width:60px;white-space:nowrap;text-emphasis:dot'>Hello \
         <b style='padding:2px'>Bartholomew</b> <bdi>אב</bdi>",
    );
    let words = ["“Hello Bartholomew אב” in <p> is larger than its box"];
    folder.run(&["shot", "page.html", "--size", "300x200", "--out", "page.png"]).expect(0, &words);
}

#[test]
fn directions_are_isolated() {
    assert_alike(&[
        ("<p>a <bdi>אב</bdi> 12", "<p>a &#x2068;אב&#x2069; 12"),
        ("<p>a <span dir=rtl>b אב!</span> 1", "<p>a &#x2067;b אב!&#x2069; 1"),
        ("<p>a <bdo dir=rtl>bc</bdo> d", "<p>a cb d"),
        ("<p dir=auto>אב a!", "<p dir=rtl>אב a!"),
        ("<p dir=auto>a אב!", "<p>a אב!"),
    ]);
}

#[test]
fn white_space_at_a_line_end_hangs_whatever_comes_before_it() {
    for align in ["left", "right", "center"] {
        let style =
            format!("<style>p{{margin:0;width:130px;font:20px monospace;text-align:{align}}}</style>");
        assert_alike(&[
            (&format!("{style}<p>ab אבגד hello"), &format!("{style}<p>ab אבגד<br>hello")),
            (&format!("{style}<p dir=rtl>אב abcd שלום"), &format!("{style}<p dir=rtl>אב abcd<br>שלום")),
        ]);
    }
}

#[test]
fn a_line_may_break_where_the_page_says() {
    let style = "<style>p{margin:0;width:100px;font:20px monospace}</style>";
    assert_alike(&[
        (&format!("{style}<p>aaaaa<wbr>bbbbb"), &format!("{style}<p>aaaaa<br>bbbbb")),
        (&format!("{style}<p><i>aaaaa<wbr>bbbbb</i>"), &format!("{style}<p><i>aaaaa<br>bbbbb</i>")),
        (&format!("{style}<p>aa&shy;aaa&shy;bbbb&shy;b"), &format!("{style}<p>aaaaa&#x2010;<br>bbbbb")),
    ]);
}

#[test]
fn text_of_elements_without_a_box_is_set_as_they_say() {
    assert_alike(&[
        (
            "<style>i{display:contents;color:red;font-style:normal;letter-spacing:2px;background:lime}</style><p>a <i>b <b>c</b></i> d",
            "<p>a <span style='color:red;letter-spacing:2px'>b <b>c</b></span> d",
        ),
        (
            "<div style='display:contents;color:red'>a<p style='margin:0'>b</p></div>",
            "<div style='color:red'>a<p style='margin:0'>b</p></div>",
        ),
    ]);
}
