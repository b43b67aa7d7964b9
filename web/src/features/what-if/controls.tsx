import { useEffect, useId, useRef, useState } from "react";
import { count, type Money, money } from "@/shared/format";
import { Checkbox, Field, Input } from "@/shared/ui/field";
import { Select } from "@/shared/ui/select";
import { readAmount } from "./amount";
import { MOST_DAYS, MOST_TOUCHES, type Plan } from "./changes";

const SETTLED_MS = 250;

/** Tells a value when it has not moved for a moment, so that dragging asks once. */
function useSettled<T>(value: T, tell: (value: T) => void): [T, (value: T) => void] {
  const [now, setNow] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(tell);
  told.current = tell;
  useEffect(() => setNow(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [
    now,
    (next) => {
      setNow(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => told.current(next), SETTLED_MS);
    },
  ];
}

function Slider({
  label,
  value,
  onChange,
  min,
  max,
  step,
  say,
  disabled = false,
}: {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  step: number;
  /** The value in words: beside the slider and read out. */
  say: (value: number) => string;
  disabled?: boolean;
}) {
  const id = useId();
  const [now, setNow] = useSettled(value, onChange);
  return (
    <div>
      <div className="mb-1 flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        <span className="text-xs text-ink-soft" aria-hidden="true">
          {say(now)}
        </span>
      </div>
      <input
        id={id}
        type="range"
        min={min}
        max={Math.max(max, value)}
        step={step}
        value={now}
        disabled={disabled}
        aria-valuetext={say(now)}
        onChange={(event) => setNow(Number(event.target.value))}
        className="h-6 w-full accent-accent disabled:opacity-50"
      />
    </div>
  );
}

function AmountField({
  value,
  onChange,
  now,
}: {
  value: string | undefined;
  onChange: (amount: string | undefined) => void;
  now: Money | null;
}) {
  const [text, setText] = useState(value ?? "");
  const read = text.trim() === "" ? undefined : readAmount(text);
  const wrong = text.trim() !== "" && read === undefined;
  const last = useRef(value);
  useEffect(() => {
    // Changed from outside: by a recommendation, a saved scenario, the back button.
    if (value !== last.current) setText(value ?? "");
    last.current = value;
  }, [value]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    const amount = typed.trim() === "" ? undefined : readAmount(typed);
    if (typed.trim() !== "" && amount === undefined) return;
    timer.current = setTimeout(() => {
      last.current = amount;
      onChange(amount);
    }, SETTLED_MS * 2);
  };
  return (
    <Field
      label={`Another amount${now ? ` (${now.currency})` : ""}`}
      hint={now ? `It is ${money(now)} now. Leave it empty to keep that.` : "The deal has no amount yet."}
      error={wrong ? "Write a number such as 12500 or 12,500.50." : undefined}
    >
      <Input
        inputMode="decimal"
        autoComplete="off"
        placeholder={now?.value}
        value={text}
        onChange={(event) => type(event.target.value)}
      />
    </Field>
  );
}

export interface StageChoice {
  readonly label: string;
  readonly order: number;
}

/** Scenarios as controls: each change at most once, all made together. */
export function Controls({
  plan,
  onChange,
  stages,
  stage,
  amount,
  champions,
}: {
  plan: Plan;
  onChange: (plan: Plan) => void;
  /** The open stages of the deal's pipeline, in their order. */
  stages: readonly StageChoice[];
  /** Where it is. */
  stage: string;
  amount: Money | null;
  /** Who is on the deal as a champion already. */
  champions: readonly string[];
}) {
  const at = stages.find((one) => one.label === stage)?.order ?? 0;
  const ahead = stages.filter((one) => one.order >= at);
  const known = (name: string) => stages.some((one) => one.label === name);
  const speedStage = plan.speed?.stage ?? stage;
  const KEEP = "";
  return (
    <div className="flex flex-col gap-4">
      <div>
        <Checkbox
          label="Win a champion"
          checked={plan.champion}
          onChange={(event) => onChange({ ...plan, champion: event.target.checked })}
        />
        <p className="pl-6 text-xs text-ink-faint">
          {champions.length > 0
            ? `${champions[0]} is one already: another changes nothing.`
            : "Somebody on their side who sells for you."}
        </p>
      </div>
      <div>
        <Checkbox
          label="Settle the blocker"
          checked={plan.blocker}
          onChange={(event) => onChange({ ...plan, blocker: event.target.checked })}
        />
        <p className="pl-6 text-xs text-ink-faint">Whoever or whatever stands in the way is out of it.</p>
      </div>
      <Slider
        label="Contact them"
        min={1}
        max={MOST_TOUCHES}
        step={0.5}
        value={plan.touches}
        onChange={(touches) => onChange({ ...plan, touches })}
        say={(value) => (value === 1 ? "as often as now" : `${count(value)}× as often`)}
      />
      <fieldset className="flex flex-col gap-1">
        <legend className="text-sm font-medium">Shorten a stage</legend>
        <Select
          label="Stage to shorten"
          value={speedStage}
          onChange={(to) => onChange({ ...plan, speed: { stage: to, days: plan.speed?.days ?? 7 } })}
          options={[
            ...ahead.map((one) => ({ value: one.label, label: one.label })),
            ...(known(speedStage) ? [] : [{ value: speedStage, label: speedStage }]),
          ]}
        />
        <Slider
          label="By"
          min={0}
          max={MOST_DAYS}
          step={1}
          value={plan.speed?.days ?? 0}
          onChange={(days) =>
            onChange({ ...plan, speed: days > 0 ? { stage: speedStage, days } : undefined })
          }
          say={(value) => (value === 0 ? "not at all" : `${count(value)} ${value === 1 ? "day" : "days"}`)}
        />
      </fieldset>
      <Field label="Move it to">
        <Select
          value={plan.stage ?? KEEP}
          onChange={(to) => onChange({ ...plan, stage: to === KEEP ? undefined : to })}
          options={[
            { value: KEEP, label: `where it is: ${stage}` },
            ...stages
              .filter((one) => one.label !== stage)
              .map((one) => ({ value: one.label, label: one.label })),
            ...(plan.stage === undefined || known(plan.stage)
              ? []
              : [{ value: plan.stage, label: plan.stage }]),
          ]}
        />
      </Field>
      <AmountField value={plan.amount} now={amount} onChange={(to) => onChange({ ...plan, amount: to })} />
    </div>
  );
}
