import { FileUp } from "lucide-react";
import { place } from "@/shared/commands";
import type { Feature } from "@/shared/feature";

const mayImport = (who: { readonly scopes: readonly string[] } | undefined) =>
  who?.scopes.includes("import") ?? false;

export const imports: Feature = {
  name: "import",
  routes: [
    { path: "/import", title: "Import", page: () => import("./import-page") },
    { path: "/import/$import", title: "Import", page: () => import("./one-import-page") },
  ],
  nav: [
    place("/import", "Import", "g i", FileUp, {
      group: "Data",
      also: "files csv json xes upload undo",
      when: ({ who }) => mayImport(who),
    }),
  ],
};
