// Puts the README's pictures in place: what the browser tests have just seen of the demo company.
import { copyFileSync, existsSync, statSync } from "node:fs";

const PICTURES = {
  pipeline: "pipeline-table-light-1280",
  "what-if": "what-if-champion-light-1280",
  forecast: "forecast-light-1280",
  trust: "trust-light-1280",
};
const artifact = (name) => new URL(`../artifacts/${name}.png`, import.meta.url);
const built = statSync(new URL("../dist/index.html", import.meta.url), { throwIfNoEntry: false })?.mtimeMs;

const missing = Object.values(PICTURES).filter(
  (name) => !built || !existsSync(artifact(name)) || statSync(artifact(name)).mtimeMs < built,
);
if (missing.length > 0) {
  console.error(
    `run the browser tests of these pages first: artifacts/ lacks ${missing.join(", ")} of the build in dist/`,
  );
  process.exit(1);
}
for (const [picture, name] of Object.entries(PICTURES)) {
  copyFileSync(artifact(name), new URL(`../../docs/pictures/${picture}.png`, import.meta.url));
  console.log(`docs/pictures/${picture}.png is ${name}`);
}
