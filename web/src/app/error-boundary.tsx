import { asProblem } from "@/shared/problem";
import { Link } from "@/shared/routing";
import { buttonClass } from "@/shared/ui/button";
import { PageHead } from "@/shared/ui/pieces";
import { Empty, Failed } from "@/shared/ui/states";

/** A screen that broke, or could not be loaded. The shell around it stays. */
export function Broken({ error, reset }: { error: unknown; reset: () => void }) {
  return (
    <>
      <PageHead title="Something went wrong" />
      <Failed problem={asProblem(error)} onRetry={reset} />
    </>
  );
}

/** An address that belongs to no screen, so that no shell is around it. */
export function Nowhere() {
  return (
    <main className="mx-auto max-w-3xl p-6">
      <NotFound />
    </main>
  );
}

export function NotFound() {
  return (
    <>
      <PageHead title="Not found" />
      <Empty
        title="There is nothing at this address"
        action={
          <Link to="/" className={buttonClass("accent")}>
            Go to today
          </Link>
        }
      >
        It may have moved, or it belongs to somebody whose deals you do not see.
      </Empty>
    </>
  );
}
