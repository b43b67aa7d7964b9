import type { Origin } from "@/api/backtests";
import { domain, type Frame } from "@/shared/charts/geometry";
import { linear } from "@/shared/charts/scale";

/** Where past days lie in a chart: the interval, what was expected, what came. */
export function originsLayout(origins: readonly Origin[], box: Frame) {
  const known = origins.filter(({ at, won, expected, interval80 }) =>
    [at, won, expected, ...interval80].every((value) => Number.isFinite(value) && Math.abs(value) < 1e12),
  );
  const room = (box.width - box.left - box.right) / Math.max(1, known.length);
  const width = Math.max(3, Math.min(22, room * 0.6));
  const x = linear(
    domain(
      known.map(({ at }) => at),
      false,
    ),
    [box.left + width, box.width - box.right - width],
  );
  const y = linear(
    domain(known.flatMap(({ won, interval80 }) => [won, ...interval80])),
    [box.height - box.bottom, box.top],
    { nice: 5, clamp: true },
  );
  // As many days as their names have room, the first and the last among them.
  const ticks = Math.max(2, Math.min(known.length, Math.floor(box.width / 110)));
  const places =
    known.length === 0
      ? []
      : [
          ...new Set(
            Array.from({ length: ticks }, (_, at) =>
              Math.round((at * (known.length - 1)) / Math.max(1, ticks - 1)),
            ),
          ),
        ];
  return {
    width,
    y: y.ticks(5).map((value) => ({ value, at: y(value) })),
    x: places.flatMap((at) => {
      const origin = known[at];
      return origin ? [{ value: origin.at, at: x(origin.at) }] : [];
    }),
    marks: known.map((origin) => ({
      origin,
      x: x(origin.at),
      low: y(origin.interval80[0]),
      high: y(origin.interval80[1]),
      expected: y(origin.expected),
      won: y(origin.won),
      inside: origin.won >= origin.interval80[0] && origin.won <= origin.interval80[1],
    })),
  };
}
