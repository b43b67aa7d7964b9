import { useQuery } from "@tanstack/react-query";
import { type Score, type Scores, scoresQuery } from "@/api/deals";
import { AxisBottom, AxisLeft, ChartFrame, Legend } from "@/shared/charts/frame";
import { frame } from "@/shared/charts/geometry";
import { cut } from "@/shared/charts/marks";
import { date, interval, percentFine, words } from "@/shared/format";
import { asProblem } from "@/shared/problem";
import { Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Empty, NotEnoughHistory, Skeleton } from "@/shared/ui/states";
import { chanceOverTime, LONGEST } from "./chance-line";

const day = (at: string | number) => date(new Date(at).toISOString().slice(0, 10));
/** `26 Nov`: the year stands in the summary. */
const short = (at: number) => day(at).replace(/ \d{4}$/, "");

/** How the chance of a deal came to be what it is. */
export default function ChanceOverTime({ deal }: { deal: string }) {
  const query = useQuery(scoresQuery(deal));
  const isTooLittle = query.error !== null && asProblem(query.error).code === "not_enough_history";
  return (
    <Card title="Its chance over time" aside="today’s model, looking back">
      {isTooLittle ? (
        <NotEnoughHistory>
          <p>{asProblem(query.error).message}</p>
          <p className="mt-1">The moves it made are under “History and data”.</p>
        </NotEnoughHistory>
      ) : (
        <QueryView query={query} loading={<Skeleton className="h-64 w-full" />}>
          {(scores) => <Drawn scores={scores} />}
        </QueryView>
      )}
    </Card>
  );
}

const chanceOf = ({ p_win, outcome }: Score) =>
  p_win
    ? `${percentFine(p_win.value)}, 80%: ${interval(p_win.low, p_win.high, percentFine)}`
    : words(outcome);

export function Drawn({ scores }: { scores: Scores }) {
  const { data } = scores;
  const told = data.filter((score) => score.p_win);
  const [first, last] = [told[0], told.at(-1)];
  if (!first?.p_win || !last?.p_win || told.length < 2) {
    return (
      <Empty title="It is too young for a line">
        Its chance is told from its first dated stage on. Come back tomorrow.
      </Empty>
    );
  }
  const end = data.at(-1);
  const closed = end && end.outcome !== "open" ? `; ${end.outcome} ${day(end.at)}` : "";
  return (
    <>
      <ChartFrame
        title="Chance to be won, over time"
        untitled
        height={260}
        summary={`${percentFine(first.p_win.value)} on ${day(first.at)}, ${percentFine(last.p_win.value)} on ${day(last.at)}${closed}.`}
        legend={
          <Legend
            items={[
              { label: "Chance to be won in the end", className: "fill-accent" },
              { label: "80% interval of the model", className: "fill-accent/25" },
              { label: "Its stage changed", className: "fill-ink-faint" },
            ]}
          />
        }
        table={{
          columns: ["Day", "Stage", "Chance"],
          rows: data.map((score) => [
            `${day(score.at)}${score.entered ? ", entered" : ""}`,
            score.stage ?? words(score.outcome),
            chanceOf(score),
          ]),
        }}
      >
        {(width, height) => {
          const box = frame(width, height, { left: 44, right: 16, top: 26 });
          const drawn = chanceOverTime(data, box);
          return (
            <>
              <AxisLeft ticks={drawn.y} left={box.left} right={width - box.right} format={percentFine} />
              <AxisBottom ticks={drawn.x} y={height - box.bottom} format={short} />
              {drawn.marks.map((mark) => (
                <g key={`${mark.at}${mark.label}`}>
                  <line
                    x1={mark.x}
                    x2={mark.x}
                    y1={14}
                    y2={height - box.bottom}
                    strokeDasharray="3 3"
                    className={lines[mark.outcome as keyof typeof lines] ?? lines.open}
                  >
                    <title>{`${mark.label}, ${day(mark.at)}`}</title>
                  </line>
                  {mark.side && (
                    <text
                      x={mark.side === "after" ? mark.x + 3 : mark.x - 3}
                      y={20}
                      textAnchor={mark.side === "after" ? "start" : "end"}
                      className={texts[mark.outcome as keyof typeof texts] ?? texts.open}
                    >
                      {cut(mark.label, LONGEST)}
                    </text>
                  )}
                </g>
              ))}
              <path d={drawn.band} className="fill-accent/20" />
              <path d={drawn.line} strokeWidth={2} className="fill-transparent stroke-accent" />
              {drawn.points.map(({ point, x, y }, at) => (
                <circle key={at} cx={x} cy={y} r={5} className="fill-transparent">
                  <title>{`${day(point.x)}: ${percentFine(point.y)}`}</title>
                </circle>
              ))}
              {drawn.points.slice(-1).map(({ x, y }) => (
                <circle key="end" cx={x} cy={y} r={3.5} className="fill-accent stroke-surface" />
              ))}
            </>
          );
        }}
      </ChartFrame>
      <p className="mt-2 text-xs text-ink-faint">{scores.rule}</p>
    </>
  );
}

const lines = {
  open: "stroke-ink-faint/70",
  won: "stroke-good",
  lost: "stroke-bad",
} as const;
const texts = {
  open: "fill-ink-soft text-2xs",
  won: "fill-good text-2xs font-medium",
  lost: "fill-bad text-2xs font-medium",
} as const;
