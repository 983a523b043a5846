//! Documents that were found to panic, to take all memory, or to end the process: they come first.

pub const FOUND: [&str; 14] = [
    // Dashes, dots and waves without number.
    "<div style='height: 16777217em; border: 10px dashed #000'></div>",
    "<div style='width: 1e30px; height: 9px; border: 3px dotted #000; border-radius: 4px'></div>",
    "<p style='text-decoration: underline wavy; letter-spacing: 1e20px'>of words</p>",
    "<p style='text-decoration: underline dotted 5px; word-spacing: 1e9px'>of words</p>",
    // Round corners of boxes without end.
    "<div style='width: 9px; height: calc(1px / 0); background: red; clip-path: ellipse(45% 30%)'></div>",
    "<div style='width: 9px; height: 1e38px; background: red; border-radius: 50%'></div>",
    "<div style='width: 9px; height: 9px; border-radius: 9px; box-shadow: 0 0 0 1e30px red'></div>",
    // Tiles of all sizes in a box without end.
    "<div style='height: 1e9px; background: radial-gradient(red, blue) 0 0 / 5px 30000px'></div>",
    // Columns that add up to more than there are.
    "<table><tr><td colspan=65535>a<td colspan=65535>b<tr><td colspan=0>c<td rowspan=65534>d</table>",
    // A shadow far from what casts it, and blurs of blurs.
    "<div style='width: 9px; height: 9px; background: red; filter: drop-shadow(50000px 50000px 2px red)'></div>",
    "<style>b { display: block; filter: blur(300px) }</style><b><b><b><b><b><b><b><b><b><b><b><b><b><b><b>a",
    // Drawings that the engine below us does not survive.
    "<svg viewBox='0 0 80 80' width=80 height=80><path d='M40 10l5.2 22.6L64 61 45.2-2147483648 40 70z'/></svg>",
    "<svg width=0 height=0><clipPath id=c><rect width=9 height=9 /></clipPath></svg>
     <div style='width: 1e38px; height: 1e38px; background: red; clip-path: url(#c)'></div>",
    // A state that nothing has.
    "<style>p:state(on) { color: red }</style><p>a</p>",
];
