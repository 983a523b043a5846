// Satori makes an SVG of the tree, resvg a picture of that.
import { Resvg } from "@resvg/resvg-js";
import satori from "satori";
import { bench, font, template } from "./harness.mjs";
import { designs } from "./boxes.mjs";

const element = ({ style, text, children }) => ({
  type: "div",
  props: { style, children: text ?? children.map(element) },
});

await bench({
  inFlight: 1,
  setUp() {
    const fonts = ["Figtree", "Fraunces"].map((name) => ({ name, data: font(name), weight: 600, style: "normal" }));
    return async (texts) => {
      const svg = await satori(element(designs[template](texts)), { width: 1080, height: 1080, fonts });
      return new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng();
    };
  },
});
