import { useGo } from "../routing";
import { Button } from "./button";

/** What brings deals, for a screen that has none. */
export function BringDeals() {
  const go = useGo();
  return (
    <>
      <Button look="accent" onClick={() => go("/connections")}>
        Connect a source
      </Button>
      <Button onClick={() => go("/import")}>Import files</Button>
    </>
  );
}
