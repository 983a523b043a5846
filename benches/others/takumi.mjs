// Takumi, as its documentation has it: one renderer with its fonts registered once, trees of nodes,
// several renders in flight on its own threads.
import { Renderer } from "@takumi-rs/core";
import { bench, font, template, type } from "./harness.mjs";
import { designs } from "./boxes.mjs";

const node = ({ style, text, children }) =>
  text === undefined
    ? { type: "container", style, children: children.map(node) }
    : { type: "text", style, text };

await bench({
  inFlight: 6,
  async setUp() {
    const renderer = new Renderer();
    for (const name of ["Figtree", "Fraunces"]) {
      await renderer.registerFont({ name, data: font(name), weight: 600, style: "normal" });
    }
    const options = { width: 1080, height: 1080, format: type, ...(type === "jpeg" && { quality: 90 }) };
    return (texts) => renderer.render(node(designs[template](texts)), options);
  },
});
