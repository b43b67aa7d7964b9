import { nice, ticks } from "d3-array";

export interface Linear {
  (value: number): number;
  readonly ticks: (count: number) => number[];
}

/** Numbers to places. `nice` rounds the domain to so many round steps; `clamp` keeps what lies outside at the edge. */
export function linear(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
  options: { nice?: number | undefined; clamp?: boolean } = {},
): Linear {
  const [low, high] = options.nice === undefined ? [from, to] : nice(from, to, options.nice);
  const span = high - low || 1;
  const scale = (value: number) => {
    const share = (value - low) / span;
    const kept = options.clamp ? Math.max(0, Math.min(1, share)) : share;
    return start + kept * (end - start);
  };
  return Object.assign(scale, { ticks: (count: number) => ticks(low, high, count) });
}

/** So many bands side by side; `padding` is the share of a step that stays empty, at the ends too. */
export function bands(count: number, [start, end]: readonly [number, number], padding: number) {
  const step = (end - start) / Math.max(1, count + padding);
  return { at: (index: number) => start + step * (padding + index), width: step * (1 - padding) };
}
