//! What lines of text need beyond what the engine sets looks like the same lines set by hand.

use crate::generated::assert_alike;

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
    assert_alike(&[
        (
            &format!("<pre style='{pre}'>a\tb\t\tc\nabcdefgh\ti</pre>"),
            &format!("<pre style='{pre}'>a       b               c\nabcdefgh        i</pre>"),
        ),
        (
            &format!("<pre style='{pre};tab-size:3'>a\t<b>b\tc</b></pre>"),
            &format!("<pre style='{pre}'>a  <b>b  c</b></pre>"),
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
