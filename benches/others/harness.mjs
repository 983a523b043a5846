// Times one tool: `node TOOL.mjs CARD_FOLDER TEMPLATE TYPE FROM COUNT OUT`.
//
// A tool's module calls `bench` with a function that sets it up (not timed) and returns another one,
// which makes one file's bytes of a record. A few files are made to warm up; then COUNT records from
// FROM are timed, `inFlight` at a time, until all their files are on disk. One line of JSON is printed.
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const WARM_UP = 12;

export const [folder, template, type, from, count, out] = process.argv
  .slice(2)
  .map((argument) => (/^\d+$/.test(argument) ? Number(argument) : argument));

export const people = JSON.parse(readFileSync(join(folder, "people.json"), "utf8"));

export const font = (name) => readFileSync(join(folder, "fonts", `${name}-SemiBold.ttf`));

/** The texts of a card's slots. */
export const texts = (person) => ({
  ...person,
  minutes: person.minutes.toLocaleString("en"),
  rank: `#${person.rank}`,
});

export async function bench({ inFlight, setUp, tearDown }) {
  const make = await setUp();
  await mkdir(out, { recursive: true });
  const ending = type === "jpeg" ? "jpg" : type;
  let next = 0;
  const all = async (records, write) => {
    next = 0;
    const lane = async (index) => {
      while (next < records.length) {
        const person = records[next++];
        const bytes = await make(texts(person), index);
        if (write) await writeFile(join(out, `${person.id}.${ending}`), bytes);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, (_, index) => lane(index)));
  };
  await all(people.slice(0, WARM_UP), false);
  const start = performance.now();
  await all(people.slice(from, from + count), true);
  const seconds = (performance.now() - start) / 1000;
  await tearDown?.();
  console.log(JSON.stringify({ count, seconds }));
}
