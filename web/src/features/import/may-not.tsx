import { Empty } from "@/shared/ui/states";

/** For who may not import: whom to ask. */
export const MayNotImport = () => (
  <div className="panel">
    <Empty title="This access may not import">Ask an admin for the right to import.</Empty>
  </div>
);
