// Writes src/api/schema.d.ts from the API's own description, or with --check says whether it is current.
// The description comes from `$PIE_BIN openapi` (`pie` on the path when it is not set) or from the file in PIE_OPENAPI.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";

const at = new URL("../src/api/schema.d.ts", import.meta.url);
const file = process.env.PIE_OPENAPI;
const text = file
  ? readFileSync(file, "utf8")
  : execFileSync(process.env.PIE_BIN ?? "pie", ["openapi"], { encoding: "utf8", maxBuffer: 64 << 20 });
const ast = await openapiTS(JSON.parse(text), { defaultNonNullable: false });
const fresh = `// Generated from the API's description by \`npm run generate\`; changes here are lost.\n${astToString(ast)}`;

if (process.argv.includes("--check")) {
  if (readFileSync(at, "utf8") !== fresh) {
    console.error("src/api/schema.d.ts is not what the API says: run `npm run generate` and commit it.");
    process.exit(1);
  }
  console.log("src/api/schema.d.ts is current.");
} else {
  writeFileSync(at, fresh);
  console.log("Wrote src/api/schema.d.ts.");
}
