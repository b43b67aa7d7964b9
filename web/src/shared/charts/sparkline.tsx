import { sparkline } from "./geometry";

/** A line in a line of text. */
export function Sparkline({
  values,
  text,
  width = 88,
  height = 22,
}: {
  values: readonly (number | null | undefined)[];
  text: string;
  width?: number;
  height?: number;
}) {
  return (
    <svg
      role="img"
      aria-label={text}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      className="inline-block align-middle"
    >
      <path
        d={sparkline(values, width, height)}
        strokeWidth={1.5}
        className="fill-transparent stroke-accent"
      />
    </svg>
  );
}
