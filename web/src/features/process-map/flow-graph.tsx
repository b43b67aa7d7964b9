import { AsTable, useWidth } from "@/shared/charts/frame";
import { count, counted } from "@/shared/format";
import { cx } from "@/shared/ui/cx";
import type { Flow } from "./flow";
import { type Drawn, flowLayout } from "./flow-layout";

const strokes: Record<Drawn["kind"], string> = {
  on: "stroke-accent/45",
  skip: "stroke-chart-2/50",
  back: "stroke-warn/70",
  lost: "stroke-chart-base/35",
};

/** The graph: moves are drawn, stages are buttons on it. The same stands beneath as a table. */
export function FlowGraph({
  title,
  summary,
  flow,
  note,
  chosen,
  slowest,
  onChoose,
}: {
  title: string;
  summary: string;
  flow: Flow;
  /** What is said under a stage's name. */
  note: (stage: string) => string | undefined;
  chosen: string | undefined;
  /** The stage where time costs most. */
  slowest: string | undefined;
  onChoose: (stage: string) => void;
}) {
  const [ref, width] = useWidth();
  const drawn = flowLayout(flow, width);
  return (
    <figure className="min-w-0">
      <figcaption className="unseen">{title}</figcaption>
      <div ref={ref} className="relative w-full min-w-0 overflow-hidden" style={{ height: drawn.height }}>
        <svg
          role="img"
          aria-label={`${title}. ${summary}`}
          width={width}
          height={drawn.height}
          viewBox={`0 0 ${width} ${drawn.height}`}
          className="absolute inset-0 block max-w-full"
        >
          {drawn.drains.map((drain, at) => (
            <path
              key={at}
              d={drain.path}
              strokeWidth={drain.width}
              className={cx("fill-transparent", strokes.lost)}
            />
          ))}
          {drawn.edges.map((edge) => {
            const touches = edge.move.from === chosen || edge.move.to === chosen;
            return (
              <path
                key={`${edge.move.from} ${edge.move.to}`}
                d={edge.path}
                strokeWidth={edge.width}
                className={cx(
                  "fill-transparent",
                  strokes[edge.kind],
                  touches && "brightness-90 saturate-150",
                )}
              >
                <title>{`${edge.move.from} → ${edge.move.to}: ${counted(edge.move.deals, "deal")}`}</title>
              </path>
            );
          })}
          {drawn.edges.map((edge) => (
            <text
              key={`${edge.move.from} ${edge.move.to}`}
              x={edge.label.x}
              y={edge.label.y}
              textAnchor={edge.label.anchor}
              paintOrder="stroke"
              className="fill-ink-soft stroke-surface stroke-[3px] text-2xs"
            >
              {count(edge.move.deals)}
            </text>
          ))}
        </svg>
        {drawn.nodes.map(({ stage, x, y }) => {
          const said = stage.end ? undefined : note(stage.label);
          const place = { left: x, top: y, width: drawn.node.width, height: drawn.node.height };
          const face = cx(
            "absolute flex flex-col items-center justify-center rounded-md border px-2 text-center leading-tight",
            stage.end
              ? stage.lost
                ? "border-line-strong bg-sunken"
                : "border-good/60 bg-good-soft"
              : "border-line-strong bg-surface",
          );
          const inside = (
            <>
              <span className="max-w-full truncate text-xs font-semibold text-ink">{stage.label}</span>
              <span className="max-w-full truncate text-2xs text-ink-soft">
                {drawn.narrow ? count(stage.deals) : counted(stage.deals, "deal")}
                {said && ` · ${said}`}
              </span>
            </>
          );
          return stage.end ? (
            <div key={stage.label} className={face} style={place}>
              {inside}
            </div>
          ) : (
            <button
              key={stage.label}
              type="button"
              aria-pressed={stage.label === chosen}
              onClick={() => onChoose(stage.label)}
              style={place}
              className={cx(
                face,
                "hover:border-accent",
                stage.label === slowest && "border-warn bg-warn-soft",
                stage.label === chosen && "ring-2 ring-accent",
              )}
            >
              {inside}
            </button>
          );
        })}
      </div>
      <AsTable
        title={title}
        table={{
          columns: ["From", "To", "Deals"],
          rows: flow.moves.map((move) => [move.from, move.to, count(move.deals)]),
        }}
      />
    </figure>
  );
}
