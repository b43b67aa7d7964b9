import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

interface Files {
  readonly files: string[];
  readonly deals: number;
}

const NAMES = ["accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv"];

/** The public CRM opportunities that the issue names, if this machine has them. */
export function publicCrmFiles(): Files | undefined {
  const folder =
    process.env.PIE_CRM_FILES ?? join(import.meta.dirname, "../../../../shared/data/crm_opportunities");
  const files = NAMES.map((name) => join(folder, name));
  return files.every((file) => existsSync(file)) ? { files, deals: 8800 } : undefined;
}

/** An invented export of the same shape. */
export async function crmFiles(folder: string): Promise<Files> {
  const deals = 300;
  const many = (length: number, line: (at: number) => readonly (string | number)[]) =>
    Array.from({ length }, (_, at) => line(at).join(","));
  const two = (value: number) => String(value).padStart(2, "0");
  const tables = [
    [
      "account,sector,year_established,revenue,employees,office_location,subsidiary_of",
      ...many(20, (at) => [`Tallowmere ${at}`, "retail", 1970 + at, 20 + at, 100 * (at + 1), "Ireland", ""]),
    ],
    ["product,series,sales_price", ...many(3, (at) => [`Wicket ${at}`, "Wicket", 500 * (at + 1)])],
    [
      "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
      ...many(deals, (at) => {
        const stage = ["Prospecting", "Engaging", "Won", "Lost"][at % 4] ?? "";
        const isOver = at % 4 > 1;
        return [
          `TW${1000 + at}`,
          `Seller ${"ABCDE"[at % 5]}`,
          `Wicket ${at % 3}`,
          `Tallowmere ${at % 20}`,
          stage,
          stage === "Prospecting" ? "" : `2026-${two(1 + (at % 6))}-${two(1 + (at % 27))}`,
          isOver ? `2026-${two(7 + (at % 4))}-${two(1 + (at % 27))}` : "",
          stage === "Won" ? 500 + at : stage === "Lost" ? 0 : "",
        ];
      }),
    ],
    [
      "sales_agent,manager,regional_office",
      ...many(5, (at) => [`Seller ${"ABCDE"[at]}`, "Manager M", at % 2 ? "East" : "West"]),
    ],
  ];
  const files = NAMES.map((name) => join(folder, name));
  await Promise.all(files.map((file, at) => writeFile(file, `${tables[at]?.join("\n")}\n`)));
  return { files, deals };
}
