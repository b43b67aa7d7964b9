// What a first visit and each screen cost, from vite's manifest, against the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = { first: 150, route: 40, all: 350 };
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const gzip = new Map();
const kib = (files) =>
  [...files].reduce((sum, file) => {
    if (!gzip.has(file)) gzip.set(file, gzipSync(readFileSync(new URL(file, dist))).length / 1024);
    return sum + gzip.get(file);
  }, 0);

/** The files that load with this entry, without the ones it asks for later. */
function together(key, seen = new Set(), files = new Set()) {
  if (seen.has(key)) return files;
  seen.add(key);
  const chunk = manifest[key];
  if (chunk.file.endsWith(".js")) files.add(chunk.file);
  for (const next of chunk.imports ?? []) together(next, seen, files);
  return files;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const first = together(entry);
const lines = [["first load", kib(first), BUDGET.first]];
for (const key of Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry)) {
  const more = new Set([...together(key)].filter((file) => !first.has(file)));
  lines.push([key.replace(/^src\//, ""), kib(more), BUDGET.route]);
}
const all = new Set(
  Object.values(manifest)
    .map((chunk) => chunk.file)
    .filter((file) => file.endsWith(".js")),
);
lines.push(["all JavaScript", kib(all), BUDGET.all]);

let over = 0;
for (const [name, size, most] of lines) {
  const bad = size > most;
  if (bad) over += 1;
  console.log(`${bad ? "OVER " : "     "}${size.toFixed(1).padStart(7)} of ${most} KiB  ${name}`);
}
if (over > 0) {
  console.error(`${over} over budget: look at what the chunk imports, and load it lazily or leave it out.`);
  process.exit(1);
}
