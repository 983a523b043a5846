// Headless Chromium through puppeteer-core: a few browsers, one page each, whose DOM is patched.
// The browser is the one that CHROMIUM names.
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { writeFileSync } from "node:fs";
import puppeteer from "puppeteer-core";
import { bench, folder, template, type } from "./harness.mjs";

const BROWSERS = type === "pdf" ? availableParallelism() : 3;
const places = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/usr/bin/google-chrome"];
const executablePath = process.env.CHROMIUM ?? places.find(existsSync);

// The template with a place for each field in place of its expressions.
const page = join(folder, `${template}-chromium.html`);
const html = readFileSync(join(folder, `${template}.html`), "utf8")
  .replace(/#?{{ (\w+)[^}]*}}/g, '<span data-field="$1"></span>')
  .replace("<style>", `<style>
    @page { size: 1080px 1080px; margin: 0 }
    * { print-color-adjust: exact }
    @font-face { font-family: Figtree; font-weight: 600; src: url(fonts/Figtree-SemiBold.ttf) }
    @font-face { font-family: Fraunces; font-weight: 600; src: url(fonts/Fraunces-SemiBold.ttf) }`);
writeFileSync(page, html);

let browsers;
await bench({
  inFlight: BROWSERS,
  async setUp() {
    browsers = await Promise.all(Array.from({ length: BROWSERS }, () => puppeteer.launch({
      executablePath,
      headless: executablePath.endsWith("shell") ? "shell" : true,
      args: ["--no-sandbox", "--force-color-profile=srgb", "--font-render-hinting=none", "--disable-lcd-text",
        "--allow-file-access-from-files"],
      defaultViewport: { width: 1080, height: 1080 },
    })));
    const pages = await Promise.all(browsers.map(async (browser) => {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(resolve(folder, `${template}-chromium.html`)).href);
      await page.evaluate(() => document.fonts.ready);
      return page;
    }));
    const options = { type, optimizeForSpeed: true, ...(type === "jpeg" && { quality: 90 }) };
    const print = { printBackground: true, preferCSSPageSize: true, tagged: false, outline: false };
    return async (texts, lane) => {
      await pages[lane].evaluate((texts) => {
        for (const place of document.querySelectorAll("[data-field]")) place.textContent = texts[place.dataset.field];
      }, texts);
      return type === "pdf" ? pages[lane].pdf(print) : pages[lane].screenshot(options);
    };
  },
  tearDown: () => Promise.all(browsers.map((browser) => browser.close())),
});
