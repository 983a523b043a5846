// The card drawn by hand: what is the same for everyone is drawn once, a record's six texts on top of
// it; sharp encodes on its own threads. This is what somebody writes who knows where the time goes.
import { GlobalFonts, createCanvas } from "@napi-rs/canvas";
import sharp from "sharp";
import { bench, font, template, type } from "./harness.mjs";

if (template !== "card") throw new Error("boxes that follow their text are not drawn by hand here");

const HEIGHTS = [40, 55, 35, 70, 62, 80, 100, 66, 74, 52, 45, 58];

function base() {
  const canvas = createCanvas(1080, 1080);
  const c = canvas.getContext("2d");
  const gradient = c.createLinearGradient(0, 0, 1080, 1080);
  gradient.addColorStop(0, "#1b1035");
  gradient.addColorStop(0.55, "#4b1d6e");
  gradient.addColorStop(1, "#c2377a");
  c.fillStyle = gradient;
  c.fillRect(0, 0, 1080, 1080);
  for (const left of [72, 558]) {
    c.save();
    c.shadowColor = "rgba(0,0,0,0.4)";
    c.shadowBlur = 60;
    c.shadowOffsetY = 24;
    c.fillStyle = "#ffffff";
    c.beginPath();
    c.roundRect(left, 270, 450, 330, 32);
    c.fill();
    c.restore();
  }
  c.fillStyle = "rgba(255,255,255,0.25)";
  HEIGHTS.forEach((height, index) => {
    c.beginPath();
    c.roundRect(72 + index * (190 / 3 + 16), 890 - 2.4 * height, 190 / 3, 2.4 * height, [12, 12, 0, 0]);
    c.fill();
  });
  c.font = "600 30px Figtree";
  c.fillStyle = "rgba(255,255,255,0.8)";
  c.fillText("Your year in music", 72, 100);
  c.font = "600 26px Figtree";
  c.fillStyle = "#7a6a8c";
  c.fillText("Minutes listened", 108, 333);
  c.fillText("Top city", 108, 449);
  c.fillText("Top artist", 594, 333);
  c.fillText("Your rank", 594, 449);
  c.font = "600 34px Figtree";
  c.fillStyle = "#ffffff";
  c.textAlign = "right";
  c.fillText("byname.example", 1008, 982);
  return canvas;
}

const IN_FLIGHT = 4;

await bench({
  inFlight: IN_FLIGHT,
  setUp() {
    for (const name of ["Figtree", "Fraunces"]) GlobalFonts.register(font(name), name);
    sharp.concurrency(1);
    const ground = base();
    const lanes = Array.from({ length: IN_FLIGHT }, () => createCanvas(1080, 1080));
    return (t, lane) => {
      const c = lanes[lane].getContext("2d");
      c.drawImage(ground, 0, 0);
      c.fillStyle = "#ffffff";
      c.font = "600 80px Fraunces";
      c.fillText(t.name, 72, 193);
      c.font = "600 34px Figtree";
      c.fillText(t.song, 72, 982);
      c.fillStyle = "#241533";
      c.font = "600 64px Fraunces";
      c.fillText(t.minutes, 108, 402);
      c.fillText(t.city, 108, 518);
      c.fillText(t.artist, 594, 402);
      c.fillText(t.rank, 594, 518);
      const image = sharp(lanes[lane].data(), { raw: { width: 1080, height: 1080, channels: 4 } }).removeAlpha();
      return type === "jpeg"
        ? image.jpeg({ quality: 90 }).toBuffer()
        : image.png({ compressionLevel: 1, adaptiveFiltering: false }).toBuffer();
    };
  },
});
