import type { SimulationRow } from "@/api/simulations";

/** Of the same changes to the same deal only the newest; what changed nothing was only looking. */
export function newestOfEach(rows: readonly SimulationRow[]): SimulationRow[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const what = `${row.deal} ${row.scenarios.join(" ")}`;
    if (row.scenarios.length === 0 || seen.has(what)) return false;
    seen.add(what);
    return true;
  });
}
