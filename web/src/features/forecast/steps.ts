import type { ChangeFlow, Changes, Part } from "@/api/forecasts";
import type { Step } from "@/shared/charts/geometry";
import type { Flow, FlowEnd } from "@/shared/charts/sankey-layout";
import { date, drawn } from "@/shared/format";

const names: Readonly<Record<string, string>> = {
  opened: "Opened",
  reopened: "Reopened",
  increased: "Grew",
  decreased: "Shrank",
  won: "Won",
  lost: "Lost",
};

const tones: Readonly<Record<string, Step["tone"]>> = {
  opened: "plain",
  reopened: "plain",
  won: "good",
};

const DAY_MS = 86_400_000;

/** The last day that belongs to a span: its end is the first moment after it. */
export function lastDay(to: string): string {
  const at = Date.parse(to);
  if (Number.isNaN(at)) return "";
  return new Date(at % DAY_MS === 0 ? at - 1 : at).toISOString().slice(0, 10);
}

export interface Bar {
  readonly part: Part;
  readonly name: string;
  readonly step: Step;
}

/** The parts as steps of a waterfall. What no deal did is left out, the two ends never. */
export function stepsOf(changes: Pick<Changes, "waterfall" | "from" | "to">): Bar[] {
  return changes.waterfall
    .filter((part) => part.kind === "start" || part.kind === "end" || part.count > 0)
    .map((part) => {
      const level = part.kind === "start" || part.kind === "end";
      const name =
        part.kind === "start"
          ? `Open ${date(changes.from.slice(0, 10))}`
          : part.kind === "end"
            ? `Open ${date(lastDay(changes.to))}`
            : (names[part.kind] ?? part.kind);
      return {
        part,
        name,
        step: {
          label: part.kind === "start" ? "Start" : part.kind === "end" ? "End" : name,
          value: drawn(part.amount),
          level,
          tone: tones[part.kind],
        },
      };
    });
}

const places: Readonly<Record<string, { label: string; tone?: FlowEnd["tone"] }>> = {
  opened: { label: "Opened", tone: "plain" },
  reopened: { label: "Reopened", tone: "plain" },
  won: { label: "Won", tone: "good" },
  lost: { label: "Lost", tone: "bad" },
};

/** A place of the flow, as it stands in a column: what came above the stages, what ended below them. */
const endOf = ({ kind, stage, order }: ChangeFlow["from"]): FlowEnd => ({
  id: `${kind} ${stage ?? ""}`,
  label: places[kind]?.label ?? stage ?? "No stage known",
  rank: kind === "opened" || kind === "reopened" ? order - 1e6 : order,
  tone: places[kind]?.tone,
});

/** Where every deal was and is, as flows of deals or of money. */
export const flowsOf = (flows: Changes["flows"], by: "deals" | "amount"): Flow[] =>
  flows.map((flow) => ({
    from: endOf(flow.from),
    to: endOf(flow.to),
    value: by === "deals" ? flow.count : Math.max(0, drawn(flow.amount)),
  }));

export interface Told {
  readonly start: number;
  readonly stayed: number;
  readonly moved: number;
  readonly came: number;
  readonly won: number;
  readonly lost: number;
  readonly end: number;
}

/** What the flows come to, in deals: the same as the waterfall. */
export function toldOf(flows: Changes["flows"]): Told {
  const sum = (is: (flow: ChangeFlow) => boolean) =>
    flows.filter(is).reduce((all, flow) => all + flow.count, 0);
  const both = ({ from, to }: ChangeFlow) => from.kind === "open" && to.kind === "open";
  const same = ({ from, to }: ChangeFlow) => from.stage === to.stage;
  return {
    start: sum(({ from }) => from.kind === "open"),
    stayed: sum((flow) => both(flow) && same(flow)),
    moved: sum((flow) => both(flow) && !same(flow)),
    came: sum(({ from }) => from.kind !== "open"),
    won: sum(({ to }) => to.kind === "won"),
    lost: sum(({ to }) => to.kind === "lost"),
    end: sum(({ to }) => to.kind === "open"),
  };
}
