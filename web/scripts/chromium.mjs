// Where the browser of the browser tests is. As a command it prints that, or says that there is none and fails.
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";

const USUAL = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** `PIE_CHROMIUM` if it is set, and then nothing else; else the first that is where systems put it. */
export function chromium() {
  const named = process.env.PIE_CHROMIUM;
  return (named ? [named] : USUAL).find((path) => existsSync(path));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const found = chromium();
  if (found) console.log(found);
  else {
    const named = process.env.PIE_CHROMIUM;
    console.error(
      named
        ? `there is no Chromium at ${named}, which PIE_CHROMIUM names`
        : "no Chromium found: install the package `chromium`, or name a Chromium or Chrome in PIE_CHROMIUM",
    );
    process.exitCode = 1;
  }
}
