// The designs of ../card as trees of plain boxes, for tools that take no HTML.
//
// A box is { style, text } or { style, children }; styles are CSS in camel case.

const HEIGHTS = [40, 55, 35, 70, 62, 80, 100, 66, 74, 52, 45, 58];
const GRADIENT = "linear-gradient(135deg, #1b1035 0%, #4b1d6e 55%, #c2377a 100%)";
const CARD = { backgroundColor: "#ffffff", borderRadius: "32px", boxShadow: "0 24px 60px rgba(0,0,0,0.4)" };

const figtree = (size, line, color = "#ffffff") => ({
  fontFamily: "Figtree", fontWeight: 600, fontSize: `${size}px`, lineHeight: `${line}px`, color,
});
const fraunces = (size, line, color = "#ffffff") => ({
  fontFamily: "Fraunces", fontWeight: 600, fontSize: `${size}px`, lineHeight: `${line}px`, color,
});
const at = (left, top, width, height) => ({
  position: "absolute", left: `${left}px`, top: `${top}px`,
  ...(width && { width: `${width}px` }), ...(height && { height: `${height}px` }),
});
const oneLine = { whiteSpace: "nowrap", overflow: "hidden" };
const canvas = { width: "1080px", height: "1080px", backgroundImage: GRADIENT, overflow: "hidden" };

function card(t) {
  const label = (left, top, text) => ({ style: { ...at(left, top, 378, 36), ...figtree(26, 36, "#7a6a8c") }, text });
  const value = (left, top, text) => ({
    style: { ...at(left, top, 378, 80), ...fraunces(64, 80, "#241533"), ...oneLine }, text,
  });
  return {
    style: { ...canvas, position: "relative", display: "flex" },
    children: [
      { style: { ...at(72, 72), ...figtree(30, 36), opacity: 0.8 }, text: "Your year in music" },
      { style: { ...at(72, 120, 936, 96), ...fraunces(80, 96), ...oneLine }, text: t.name },
      { style: { ...at(72, 270, 450, 330), ...CARD }, children: [] },
      { style: { ...at(558, 270, 450, 330), ...CARD }, children: [] },
      label(108, 306, "Minutes listened"), value(108, 342, t.minutes),
      label(108, 422, "Top city"), value(108, 458, t.city),
      label(594, 306, "Top artist"), value(594, 342, t.artist),
      label(594, 422, "Your rank"), value(594, 458, t.rank),
      ...HEIGHTS.map((height, index) => ({
        style: {
          ...at(72 + index * (190 / 3 + 16), 890 - 2.4 * height, 190 / 3, 2.4 * height),
          borderTopLeftRadius: "12px", borderTopRightRadius: "12px", backgroundColor: "rgba(255,255,255,0.25)",
        },
        children: [],
      })),
      { style: { ...at(72, 946), ...figtree(34, 48), whiteSpace: "nowrap" }, text: t.song },
      { style: { position: "absolute", right: "72px", top: "946px", ...figtree(34, 48) }, text: "byname.example" },
    ],
  };
}

function moving(t) {
  const row = { display: "flex", flexDirection: "row" };
  const column = { display: "flex", flexDirection: "column" };
  const half = (...lines) => ({
    style: { ...column, ...CARD, flexGrow: 1, padding: "36px" },
    children: lines.map(([style, text]) => ({ style, text })),
  });
  const label = figtree(26, 36, "#7a6a8c");
  const value = fraunces(56, 68, "#241533");
  return {
    style: { ...canvas, ...column, gap: "32px", padding: "72px" },
    children: [
      { style: { ...figtree(30, 36), opacity: 0.8 }, text: "Your year in music" },
      { style: fraunces(104, 112), text: t.name },
      {
        style: { ...row, gap: "36px" },
        children: [
          half([label, "Minutes listened"], [value, t.minutes], [label, "Top city"], [value, t.city]),
          half([label, "Top artist"], [value, t.artist], [label, "Your rank"], [value, t.rank]),
        ],
      },
      {
        style: { ...row, gap: "16px", alignItems: "flex-end", flexGrow: 1, minHeight: "120px" },
        children: HEIGHTS.map((height) => ({
          style: {
            flexGrow: 1, height: `${height}%`, backgroundColor: "rgba(255,255,255,0.25)",
            borderTopLeftRadius: "12px", borderTopRightRadius: "12px",
          },
          children: [],
        })),
      },
      {
        style: { ...row, justifyContent: "space-between", ...figtree(34, 48) },
        children: [{ style: {}, text: t.song }, { style: {}, text: "byname.example" }],
      },
    ],
  };
}

export const designs = { card, moving };
