import { Panel } from "./panel";

/** On a deal's page. */
export default function WhatIfSlot({ deal }: { readonly deal: string }) {
  return <Panel deal={deal} />;
}
