import type { ImportTable, Mapping, TableMapping } from "@/api/imports";

type Named = Pick<ImportTable, "file" | "table" | "shape" | "preset" | "columns">;

const isOf = (each: TableMapping, table: Named): boolean =>
  each.file === table.file && (each.table ?? null) === (table.table ?? null);

/** What a table means when nobody has said anything: as it was recognised. */
const recognised = (table: Named): TableMapping => ({
  file: table.file,
  ...(table.table ? { table: table.table } : {}),
  shape: table.shape,
  preset: table.preset,
  columns: Object.fromEntries(table.columns.map(({ column, target }) => [column, target])),
});

/** A mapping with another word on one table; the others stay, whatever they say. */
export function withTable(mapping: Mapping, table: Named, what: Partial<TableMapping>): Mapping {
  const tables = mapping.tables ?? [];
  const before = tables.find((each) => isOf(each, table)) ?? recognised(table);
  const after: TableMapping = { ...before, ...what };
  // Nothing said is not a word: `null` and missing are one to the server, and to a comparison.
  if (after.dates === null) delete after.dates;
  if (after.decimal === null) delete after.decimal;
  return {
    ...mapping,
    tables: tables.some((each) => isOf(each, table))
      ? tables.map((each) => (isOf(each, table) ? after : each))
      : [...tables, after],
  };
}

/** A mapping in which a column fills another field. */
export function withColumn(mapping: Mapping, table: Named, column: string, field: string): Mapping {
  const before = mapping.tables?.find((each) => isOf(each, table)) ?? recognised(table);
  return withTable(mapping, table, { columns: { ...before.columns, [column]: field } });
}

/** A mapping in which a stage has a meaning. */
export const withStage = (mapping: Mapping, label: string, meaning: string): Mapping => ({
  ...mapping,
  stages: { ...mapping.stages, [label]: meaning },
});
