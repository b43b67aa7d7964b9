import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { makeQueryClient } from "@/api/query-client";
import { fill, SlotProvider } from "@/shared/slot";
import { makeRouter } from "./router";
import { features } from "./routes";

const slots = fill(features.flatMap((feature) => feature.slots ?? []));

export function App() {
  const [client] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(client));
  return (
    <QueryClientProvider client={client}>
      <SlotProvider value={slots}>
        <RouterProvider router={router} />
      </SlotProvider>
    </QueryClientProvider>
  );
}
