import { CircleAlert, Hourglass, Inbox } from "lucide-react";
import type { ComponentType, ReactNode } from "react";
import { Button } from "./button";
import { cx } from "./cx";

/** A place where something will be, in its size. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div aria-hidden="true" className={cx("animate-pulse rounded-md bg-sunken", className ?? "h-4 w-full")} />
  );
}

/** Loading: the shape of what comes, and a word for who cannot see it. */
export function Loading({ label = "Loading", rows = 6 }: { label?: string; rows?: number }) {
  return (
    <div role="status" className="flex flex-col gap-2">
      <span className="unseen">{label}</span>
      {Array.from({ length: rows }, (_, at) => (
        <Skeleton key={at} className={at === 0 ? "h-7 w-1/3" : "h-5 w-full"} />
      ))}
    </div>
  );
}

interface StateProps {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}

function State({
  icon: Icon,
  title,
  children,
  action,
  tone,
}: StateProps & { icon: ComponentType<{ className?: string }>; tone?: string }) {
  return (
    <div className="mx-auto flex max-w-lg flex-col items-center gap-2 px-4 py-10 text-center">
      <Icon className={cx("size-6", tone ?? "text-ink-faint")} />
      <p className="text-base font-semibold">{title}</p>
      {children && <div className="text-sm text-ink-soft">{children}</div>}
      {action && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}

/** Nothing here: what would be here, and how it comes to be. */
export function Empty(props: StateProps) {
  return <State icon={Inbox} {...props} />;
}

/** The model has not seen enough to say something honest: what is missing, and what there is meanwhile. */
export function NotEnoughHistory({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <State icon={Hourglass} title="Not enough history yet" action={action}>
      {children}
    </State>
  );
}

/** What a failure tells; the API's problems have this shape. */
export interface Told {
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly requestId: string | undefined;
}

/** Something failed: what, why, what to do. */
export function Failed({ problem, onRetry }: { problem: Told; onRetry?: (() => void) | undefined }) {
  return (
    <div role="alert">
      <State
        icon={CircleAlert}
        tone="text-bad"
        title={problem.title}
        action={onRetry && <Button onClick={onRetry}>Try again</Button>}
      >
        {problem.message !== `${problem.title}.` && <p className="mb-1">{problem.message}</p>}
        <p>{problem.remedy}</p>
        {problem.requestId && <p className="mt-2 font-mono text-2xs text-ink-faint">{problem.requestId}</p>}
      </State>
    </div>
  );
}
