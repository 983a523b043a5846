//! What the CSS of a page is drawn as: pixels that can be told exactly.

use crate::support::Folder;

/// The page of this style and content, 100 pixels wide and high.
fn shot(css: &str, html: &str) -> image::RgbImage {
    let folder = Folder::new();
    let page = format!("<!doctype html><style>body {{ margin: 0 }} {css}</style>{html}");
    folder.write("page.html", page);
    folder.run(&["shot", "page.html", "--size", "100x100", "--out", "page.png"]).expect(0, &[]);
    image::load_from_memory(&folder.read("page.png")).unwrap().to_rgb8()
}

/// Asserts the colours at some places.
fn assert_colors(css: &str, html: &str, expected: &[((u32, u32), [u8; 3])]) {
    let picture = shot(css, html);
    for &((x, y), color) in expected {
        let found = picture.get_pixel(x, y).0;
        let near = found.iter().zip(color).all(|(a, b)| a.abs_diff(b) <= 2);
        assert!(near, "at {x}, {y}: {found:?}, not {color:?}\n{css}\n{html}");
    }
}

const WHITE: [u8; 3] = [255; 3];
const RED: [u8; 3] = [255, 0, 0];
const BLUE: [u8; 3] = [0, 0, 255];
const LIME: [u8; 3] = [0, 255, 0];

#[test]
fn masks_keep_alpha_and_combine() {
    let css = "div { width: 80px; height: 80px; background: red; mask: ";
    let halves = "linear-gradient(90deg, #000 50%, #0000 0)";
    let lower = "linear-gradient(#0000 50%, #000 0)";
    let corners = |tl, tr, bl, br| [((10, 10), tl), ((70, 10), tr), ((10, 70), bl), ((70, 70), br)];
    for (operator, expected) in [
        ("add", corners(RED, WHITE, RED, RED)),
        ("intersect", corners(WHITE, WHITE, RED, WHITE)),
        ("subtract", corners(RED, WHITE, WHITE, WHITE)),
        ("exclude", corners(RED, WHITE, WHITE, RED)),
    ] {
        assert_colors(&format!("{css}{halves} {operator}, {lower} }}"), "<div></div>", &expected);
    }
    let luminance = format!("{css}linear-gradient(90deg, #fff 50%, #000 0); mask-mode: luminance }}");
    assert_colors(&luminance, "<div></div>", &[((10, 10), RED), ((70, 10), WHITE)]);
}

#[test]
fn clips_and_masks_can_be_drawn_in_svg() {
    let defs = "<svg width=0 height=0 style=\"position: absolute\"><clipPath id=c><rect width=40 height=80 /></clipPath>\
                <mask id=m><rect y=40 width=80 height=40 fill=white /></mask></svg><div></div>";
    let css = |property: &str| format!("div {{ width: 80px; height: 80px; background: red; {property} }}");
    assert_colors(&css("clip-path: url(#c)"), defs, &[((20, 40), RED), ((60, 40), WHITE)]);
    assert_colors(&css("mask: url(#m)"), defs, &[((20, 20), WHITE), ((20, 60), RED)]);
}

#[test]
fn a_background_can_be_cut_to_its_text() {
    let picture = shot(
        "p { margin: 0; font: 60px sans-serif; color: transparent; background: linear-gradient(red, red) text }",
        "<p>HH</p>",
    );
    let reds = picture.pixels().filter(|pixel| pixel.0 == RED).count();
    let whites = picture.pixels().filter(|pixel| pixel.0 == WHITE).count();
    assert!(reds > 300 && whites > 4000, "{reds} red and {whites} white pixels");
}

#[test]
fn a_border_image_takes_the_place_of_the_border() {
    let css = "div { width: 60px; height: 60px; border: 10px solid red; border-image: linear-gradient(90deg, blue 50%, lime 0) 10 }";
    assert_colors(
        css,
        "<div></div>",
        &[((5, 40), BLUE), ((75, 40), LIME), ((20, 5), BLUE), ((40, 40), WHITE)],
    );
}

#[test]
fn blending_stays_within_its_stacking_context() {
    let css = "body { background: blue } section { width: 80px; height: 80px; background: #fff }
               div { width: 100px; height: 40px; background: red; mix-blend-mode: multiply }";
    let html = |style: &str| format!("<section style=\"{style}\"><div></div></section>");
    let black = [0; 3];
    assert_colors(css, &html(""), &[((40, 20), RED), ((90, 20), black)]);
    assert_colors(css, &html("isolation: isolate"), &[((40, 20), RED), ((90, 20), RED)]);
    let layers = "div { width: 50px; height: 50px; background: linear-gradient(red, red), blue; background-blend-mode: screen }";
    assert_colors(layers, "<div></div>", &[((20, 20), [255, 0, 255])]);
}

#[test]
fn boxes_are_stacked_by_level_and_cut_by_what_holds_them() {
    // A positioned box lies over what comes later in the flow, and one of a negative level under all of it.
    let css = "div { width: 60px; height: 40px } .p { position: relative; top: 20px; background: red }
               .f { background: blue } .n { position: absolute; z-index: -1; top: 10px; left: 0; width: 90px; height: 80px; background: lime }";
    assert_colors(
        css,
        "<div class=p></div><div class=f></div><div class=n></div>",
        &[((30, 50), RED), ((30, 70), BLUE), ((80, 50), LIME)],
    );
    // A level lifts a box out of its parent's order, not out of its parent's clip.
    let css = "div { position: relative; overflow: hidden; width: 40px; height: 40px; background: blue }
               b { position: absolute; z-index: 2; left: 20px; top: 20px; width: 60px; height: 60px; background: red }";
    assert_colors(css, "<div><b></b></div>", &[((10, 10), BLUE), ((30, 30), RED), ((60, 60), WHITE)]);
}

#[test]
fn inline_boxes_have_padding_borders_and_opacity() {
    let css = "p { margin: 20px 10px; font: 20px/1 sans-serif; color: transparent }
               span { background: red; border: 4px solid blue; padding: 0 12px }";
    let picture = shot(css, "<p><span>x</span></p>");
    // The border stands where the line begins, then the padding.
    assert_eq!(picture.get_pixel(12, 30).0, BLUE);
    assert_eq!(picture.get_pixel(20, 30).0, RED);
    let css =
        "p { margin: 0; font: 40px sans-serif; color: transparent } span { background: red; opacity: 0.5 }";
    assert_colors(css, "<p><span>xxx</span></p>", &[((20, 20), [255, 128, 128])]);
}

#[test]
fn cells_share_the_border_that_stands_out_most() {
    let css = "table { border-collapse: collapse } td { width: 30px; height: 30px; padding: 0; border: 4px solid red }
               .thick { border-right: 4px double blue }";
    let picture = shot(css, "<table><tr><td class=thick></td><td></td></tr></table>");
    assert_eq!(picture.get_pixel(2, 20).0, RED);
    let blues = (30..42).filter(|x| picture.get_pixel(*x, 20).0 == BLUE).count();
    assert!(blues >= 2, "{blues} blue pixels between the cells");
}

#[test]
fn reliefs_have_two_shades_whatever_their_colour() {
    let css = "div,fieldset{box-sizing:border-box;height:15px;margin:0;padding:0;color:red;border:4px inset}\
               table{color:red;border-spacing:0}";
    let html = "<div></div><div style='border-color:#202020'></div><div style='border-color:#212121'></div>\
                <div style='border-color:#eee'></div><fieldset></fieldset><table border=4 width=40 height=15></table>";
    let grey = |level: u8| [level; 3];
    let shades = [
        (grey(0x9a), grey(0xee)),
        (grey(116), grey(200)),
        (grey(0), grey(117)),
        (grey(0x9a), grey(0xee)),
        (grey(0x9a), grey(0xee)),
        (RED, [171, 0, 0]),
    ];
    let at = shades
        .into_iter()
        .zip((0..).step_by(15))
        .flat_map(|((first, second), top)| [((20, top + 1), first), ((20, top + 13), second)]);
    assert_colors(css, html, &at.collect::<Vec<_>>());
}

#[test]
fn a_turn_out_of_the_plane_is_flattened() {
    let css = "div { width: 80px; height: 40px; background: red; transform: rotateY(60deg) } .b { backface-visibility: hidden; transform: rotateY(180deg) }";
    assert_colors(
        css,
        "<div></div><div class=b></div>",
        &[((40, 20), RED), ((25, 20), RED), ((10, 20), WHITE), ((70, 20), WHITE), ((40, 60), WHITE)],
    );
}

#[test]
fn the_first_colour_of_a_gradient_reaches_back_to_its_start() {
    let css = "div { width: 100px; height: 50px; background: linear-gradient(90deg, red 50%, blue 50%) }
               p { margin: 0; width: 100px; height: 50px; background: repeating-radial-gradient(circle at 0 0, red 10px 20px, blue 20px 30px) }";
    assert_colors(
        css,
        "<div></div><p></p>",
        &[((10, 10), RED), ((90, 10), BLUE), ((15, 50), RED), ((25, 50), BLUE), ((5, 50), BLUE)],
    );
}

#[test]
fn tables_have_captions_shared_borders_and_cells_over_several_rows() {
    let css = "table { border-collapse: collapse } td { width: 20px; height: 20px; padding: 0; border: 4px solid red } \
               caption { height: 10px; background: blue }";
    let (caption, edge) =
        (((10, 5), BLUE), [((1, 20), RED), ((26, 20), RED), ((50, 20), RED), ((14, 36), RED)]);
    let within = [((14, 20), WHITE), ((38, 20), WHITE), ((54, 20), WHITE), ((14, 40), WHITE)];
    let expected: Vec<_> = edge.into_iter().chain(within).chain([caption, ((14, 11), RED)]).collect();
    assert_colors(css, "<table><caption></caption><tr><td><td></table>", &expected);
    let below = format!("{css} caption {{ caption-side: bottom }}");
    let expected = [((14, 2), RED), ((14, 10), WHITE), ((14, 26), RED), ((10, 33), BLUE), ((10, 40), WHITE)];
    assert_colors(&below, "<table><caption></caption><tr><td><td></table>", &expected);

    let css = "table { border-spacing: 0 } td { width: 20px; height: 20px; padding: 0; background: red } .s { background: blue }";
    let expected = [((10, 30), RED), ((30, 5), BLUE), ((30, 35), BLUE), ((30, 45), WHITE)];
    assert_colors(css, "<table><tr><td><td rowspan=2 class=s><tr><td></table>", &expected);
    let endless = "<table style='width: 60px'><tr><td style='width: 1e37%'><td style='width: 1e37%'><tr><td colspan=2></table>";
    assert_colors(css, endless, &[((10, 10), RED), ((50, 10), RED), ((50, 30), RED), ((70, 10), WHITE)]);

    let css = "table { border-spacing: 0 } td { padding: 0; vertical-align: baseline } i { display: inline-block; width: 20px; height: 10px; background: red } \
               b { display: inline-block; height: 30px }";
    let expected = [((5, 25), RED), ((5, 15), WHITE), ((25, 25), BLUE)];
    assert_colors(
        css,
        "<table><tr><td><i></i><td><i style='background: blue'></i><b></b></table>",
        &expected,
    );
}

#[test]
fn columns_share_what_their_table_has() {
    let css = "table { border-spacing: 0; width: 80px } td { padding: 0; height: 20px; background: red } td + td { background: blue }";
    for (html, at) in [
        ("<table><tr><td><td></table>", 40),
        ("<table><tr><td width=30><td></table>", 30),
        ("<table><tr><td width='75%'><td></table>", 60),
        ("<table><colgroup span=1 width=20><tr><td><td></table>", 20),
        (
            "<table style='table-layout: fixed'><tr><td width=10><div style='width: 50px'></div><td></table>",
            10,
        ),
        ("<table><tr><td><div style='width: 50px'></div><td width='90%'></table>", 50),
        // Padding comes on top of a part of the whole.
        ("<table style='table-layout: fixed'><tr><td style='width: 25%; padding: 0 5px'><td></table>", 30),
    ] {
        assert_colors(
            css,
            html,
            &[((at - 2, 10), RED), ((at + 2, 10), BLUE), ((78, 10), BLUE), ((82, 10), WHITE)],
        );
    }
}

#[test]
fn round_borders_keep_their_dots_and_their_widest_corners() {
    let dots =
        shot("div { width: 60px; height: 60px; border: 10px dotted red; border-radius: 50% }", "<div></div>");
    let reds = dots.pixels().filter(|pixel| pixel.0 == RED).count();
    assert!(reds > 400, "{reds} red pixels");
    // A corner may be as wide as the box where those beside it are square.
    let css = "div { width: 80px; height: 80px; background: red; border-radius: 0 0 100% 0; box-shadow: 0 0 0 4px blue }";
    assert_colors(
        css,
        "<div></div>",
        &[((50, 50), RED), ((66, 66), WHITE), ((78, 2), RED), ((58, 58), BLUE), ((2, 78), RED)],
    );
}

#[test]
fn a_drawing_keeps_its_ratio_in_an_area_of_another() {
    let svg = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 10 10'%3E%3Crect width='10' height='10' fill='red'/%3E%3C/svg%3E";
    let expected = [((10, 20), WHITE), ((50, 20), RED), ((90, 20), WHITE)];
    let image = format!("<img src=\"{svg}\">");
    assert_colors("img { width: 100px; height: 40px; display: block }", &image, &expected);
    let css = format!("div {{ height: 40px; background: url(\"{svg}\") 0 0 / 100% 100% }}");
    assert_colors(&css, "<div></div>", &expected);
}

#[test]
fn a_raised_inline_box_is_drawn_where_its_text_is() {
    let css = "p { margin: 40px 10px; font: 20px/1 sans-serif; color: transparent }
               span { vertical-align: 30px; background: red; padding: 0 8px }";
    assert_colors(css, "<p><span>xxxx</span></p>", &[((20, 50), RED), ((12, 50), RED), ((20, 80), WHITE)]);
}

#[test]
fn lines_on_text_keep_to_their_own_element() {
    // Below raised text, they run on at the height that they have before it.
    let css =
        "p { margin: 0; font: 20px/60px sans-serif; color: transparent; text-decoration: underline 8px red }
               span { vertical-align: 20px; line-height: 1 }";
    let picture = shot(css, "<p>xx<span>xxxx</span></p>");
    let top = |x: u32| (0..100).find(|y| picture.get_pixel(x, *y).0 == RED);
    assert!(top(10).is_some());
    assert_eq!(top(10), top(50));
    // Their colour is that of the text where it has one of its own, or of its stroke.
    for property in ["-webkit-text-fill-color: blue", "-webkit-text-stroke: 1px blue"] {
        let css = format!(
            "p {{ margin: 0; font: 20px/60px sans-serif; color: red; text-decoration: underline 8px; {property} }}"
        );
        let picture = shot(&css, "<p>xxxx</p>");
        assert!(!picture.pixels().any(|pixel| pixel.0 == RED) || property.contains("stroke"));
        assert!(picture.pixels().filter(|pixel| pixel.0 == BLUE).count() > 200, "{property}");
    }
}

#[test]
fn inline_boxes_are_stacked_by_level() {
    let css = "p { margin: 20px 0; font: 20px/1 sans-serif; color: transparent } span { background: blue }
               b { position: relative; left: 30px; background: red; z-index: ";
    let html = "<p><b>xxx</b><span>xxxxxx</span></p>";
    assert_colors(&format!("{css} -1 }}"), html, &[((45, 30), BLUE)]);
    assert_colors(&format!("{css} 1 }}"), html, &[((45, 30), RED)]);
}

#[test]
fn outlines_lie_over_what_their_boxes_hold() {
    let css = "div { width: 80px; height: 80px; background: blue } .o { outline: 10px solid red; outline-offset: -20px }";
    assert_colors(
        css,
        "<div class=o><div></div></div>",
        &[((15, 40), RED), ((5, 40), BLUE), ((40, 40), BLUE)],
    );
}

#[test]
fn backdrops_within_backdrops_see_only_these() {
    let css = "body { background: red } div { height: 100px; backdrop-filter: blur(2px) }
               b { display: block; height: 50px; backdrop-filter: invert(1) }";
    // There is nothing in the outer one to invert.
    assert_colors(css, "<div><b></b></div>", &[((50, 20), RED), ((50, 80), RED)]);
}

#[test]
fn rows_paint_pictures_behind_their_cells() {
    let css = "table { border-spacing: 0; empty-cells: hide } td { width: 50px; height: 40px; padding: 0; background: lime }
               tr { background: linear-gradient(90deg, red 25%, blue 0) } .n { background: none }";
    let html = "<table><tr><td class=n>.<td class=n>.<tr><td>.<td></table>";
    assert_colors(
        css,
        html,
        &[((12, 35), RED), ((40, 35), BLUE), ((90, 35), BLUE), ((12, 75), LIME), ((90, 75), BLUE)],
    );
}

#[test]
fn inline_elements_contain_positioned_boxes() {
    let css = "p { margin: 30px 0 0 10px; font: 20px/1 sans-serif; color: transparent }
               span { position: relative } b { position: absolute; background: red; left: 0; width: 100%; top: 100%; height: 10px }
               span::before { content: ''; position: absolute; inset: -12px 0 100%; background: blue }";
    let html = "<p><img width=20 height=10><span>xxxxx<b></b></span></p>";
    let picture = shot(css, html);
    let columns =
        |color: [u8; 3]| (0..100).filter(|x| (0..100).any(|y| picture.get_pixel(*x, y).0 == color)).count();
    // As wide as the text, which stands after the picture.
    assert!((40..60).contains(&columns(RED)), "{}", columns(RED));
    assert_eq!(columns(RED), columns(BLUE));
    assert_ne!(picture.get_pixel(25, 70).0, RED);
}

#[test]
fn positioned_boxes_and_contexts_are_painted_in_order() {
    let css = "div { width: 50px; height: 50px } .r { position: relative; background: red }
               .o { opacity: 0.999; background: blue; margin-top: -30px }";
    assert_colors(css, "<div class=r></div><div class=o></div>", &[((20, 30), BLUE), ((20, 10), RED)]);
}

#[test]
fn an_ellipsis_looks_like_its_block() {
    let css = "p { margin: 0; font: 40px sans-serif; color: blue; width: 90px; overflow: hidden; white-space: nowrap; \
               text-overflow: ellipsis } b { color: red }";
    let picture = shot(css, "<p><b>overflowing</b></p>");
    let count = |color: [u8; 3]| picture.pixels().filter(|pixel| pixel.0 == color).count();
    assert!(count(RED) > 20 && count(BLUE) > 10, "{} red and {} blue pixels", count(RED), count(BLUE));
}

#[test]
fn lines_are_clamped_beside_an_ellipsis_across() {
    let css = "p { margin: 0; font: 20px/1 sans-serif; color: red; width: 100px; overflow: hidden; text-overflow: ellipsis; \
               display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2 }";
    let picture = shot(css, "<p>one two three four five six seven eight</p>");
    assert!((0..100).all(|x| (44..100).all(|y| picture.get_pixel(x, y).0 == WHITE)));
    assert!((0..100).any(|x| (22..38).any(|y| picture.get_pixel(x, y).0 != WHITE)));
}

#[test]
fn an_automatic_outline_is_a_thin_ring_on_the_edge() {
    let css = "div { width: 40px; height: 40px; margin: 20px; background: blue; outline: 6px auto red }";
    let expected = [((40, 18), WHITE), ((40, 19), RED), ((40, 20), RED), ((40, 21), BLUE), ((19, 19), WHITE)];
    assert_colors(css, "<div></div>", &expected);
}

#[test]
fn a_background_that_is_only_a_ratio_is_as_large_as_its_area() {
    let svg = |size: &str| {
        format!(
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 10' {size}%3E\
             %3Crect width='20' height='10' fill='red'/%3E%3C/svg%3E"
        )
    };
    let css = |size: &str| {
        format!("div {{ width: 80px; height: 60px; background: url(\"{}\") no-repeat }}", svg(size))
    };
    for size in ["", "width='100%25'"] {
        assert_colors(&css(size), "<div></div>", &[((5, 5), RED), ((75, 35), RED), ((40, 45), WHITE)]);
    }
    assert_colors(&css("width='40'"), "<div></div>", &[((35, 15), RED), ((45, 5), WHITE), ((5, 25), WHITE)]);
}

#[test]
fn a_faded_box_over_a_filtered_backdrop_keeps_its_shadow() {
    let css = "body { background: red } div { width: 40px; height: 40px; margin: 20px; opacity: 0.5; \
               backdrop-filter: invert(1); box-shadow: 0 0 0 10px blue }";
    let half = [128, 0, 128];
    assert_colors(
        css,
        "<div></div>",
        &[((15, 40), half), ((40, 15), half), ((40, 40), [128; 3]), ((5, 40), RED)],
    );
}

#[test]
fn what_lies_in_a_table_and_in_no_cell_makes_one() {
    let css = "body { font: 20px/20px sans-serif; color: transparent } .t { display: table; background: red } .r { display: table-row }
               .c { display: table-cell; width: 20px; height: 20px; background: blue } i { display: block; width: 20px; height: 20px; background: lime }";
    let block = "<i></i>";
    for (html, expected) in [
        ("<div class=t>X<b>x</b></div>".to_owned(), vec![((5, 10), RED), ((5, 22), WHITE)]),
        (format!("<div class=t>{block}</div>"), vec![((10, 10), LIME), ((22, 10), WHITE)]),
        // Those that follow each other share one.
        (
            format!("<div class=t><div class=r>{block}{block}<div class=c></div></div></div>"),
            vec![((10, 10), LIME), ((10, 30), LIME), ((30, 10), BLUE), ((30, 30), BLUE)],
        ),
        (
            format!("<div class=t><div class=c></div>{block}<div class=r><div class=c></div></div></div>"),
            vec![((10, 10), BLUE), ((30, 10), LIME), ((10, 30), BLUE), ((30, 30), RED)],
        ),
        (
            "<table style='border-spacing: 0'><tr><td style='display: block; width: 30px; height: 20px; padding: 0; background: lime'>\
             <td style='padding: 0; width: 10px; background: blue'></table>"
                .to_owned(),
            vec![((28, 10), LIME), ((35, 10), BLUE), ((42, 10), WHITE)],
        ),
        (format!("<div class=t><div class=t>{block}</div></div>"), vec![((10, 10), LIME)]),
    ] {
        assert_colors(css, &html, &expected);
    }
}

#[test]
fn an_ellipsis_stands_where_its_box_ends() {
    // Text that runs against its block loses its beginning.
    let css = "p { margin: 0; font: 20px/1 sans-serif; color: transparent; width: 60px; overflow: hidden; white-space: nowrap; \
               text-overflow: ellipsis } b { color: red }";
    let reds = |html: &str| shot(css, html).pixels().filter(|pixel| pixel.0 == RED).count();
    assert_eq!(reds("<p dir=rtl><b>HHHH</b>iiiiiiii</p>"), 0);
    assert!(reds("<p dir=rtl>iiiiiiii<b>HHH</b></p>") > 20);
    assert!(reds("<p><b>HHH</b>iiiiiiii</p>") > 20);
    let hebrew = "\u{5d0}".repeat(9);
    assert_eq!(reds(&format!("<p><b>\u{5d0}</b>{hebrew}</p>")), 0);
    assert!(reds(&format!("<p dir=rtl><b>\u{5d0}\u{5d0}</b>{hebrew}</p>")) > 20);
}
