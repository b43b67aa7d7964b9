import type { ReactNode } from "react";
import { IntervalBar } from "../charts/interval-bar";
import { count, interval, percentFine, UNKNOWN } from "../format";
import { cx } from "./cx";
import { Figure } from "./pieces";

/** So many of so many, with the interval that goes with so few. */
export interface RateOf {
  readonly hits: number;
  readonly n: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** `78%`, its interval and what it rests on; the bar is on the scale from 0 to 100 %. */
export function Rate({
  rate,
  bar = true,
  few = 10,
  align = "right",
}: {
  rate: RateOf | null | undefined;
  bar?: boolean;
  /** Fewer than this are called few. */
  few?: number;
  align?: "left" | "right";
}) {
  if (!rate || rate.n === 0) return <span className="text-ink-faint">{UNKNOWN}</span>;
  const range = interval(rate.low, rate.high, percentFine);
  return (
    <span className={cx("inline-flex flex-col gap-0.5", align === "right" ? "items-end" : "items-start")}>
      <span className="inline-flex items-center gap-2 whitespace-nowrap">
        {bar && (
          <IntervalBar
            low={rate.low}
            mid={rate.value}
            high={rate.high}
            scale={[0, 1]}
            width={72}
            text={`${percentFine(rate.value)}, 95% interval ${range}`}
          />
        )}
        <span className="min-w-9 font-medium">{percentFine(rate.value)}</span>
      </span>
      <span className="text-xs whitespace-nowrap text-ink-faint">
        {range} · {count(rate.hits)} of {count(rate.n)}
        {rate.n < few && <span className="text-warn"> · few</span>}
      </span>
    </span>
  );
}

/** A rate as a figure of its own, with its interval. */
export function RateFigure({
  label,
  rate,
  note,
}: {
  label: ReactNode;
  rate: RateOf | null | undefined;
  note?: ReactNode;
}) {
  return (
    <Figure
      label={label}
      value={rate ? percentFine(rate.value) : UNKNOWN}
      interval={rate && interval(rate.low, rate.high, percentFine)}
      note={note}
    />
  );
}
