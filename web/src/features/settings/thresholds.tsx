import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { putSettings, type RuleSetting, type Settings, settingsQuery } from "@/api/settings";
import { words } from "@/shared/format";
import { asProblem, type Problem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Confirm } from "@/shared/ui/dialog";
import { Checkbox, Field, Input } from "@/shared/ui/field";
import { Card } from "@/shared/ui/pieces";
import { QueryView } from "@/shared/ui/query-view";
import { Select } from "@/shared/ui/select";
import { toast } from "@/shared/ui/toast";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** How many days are too many, what an order must have, which rules hold. */
export default function Thresholds() {
  const query = useQuery(settingsQuery);
  return (
    <QueryView query={query}>
      {({ settings, etag }) => (
        // Saved or changed by somebody else, the form begins anew with what holds now.
        <Form key={etag ?? "none"} settings={settings} etag={etag} onReload={() => query.refetch()} />
      )}
    </QueryView>
  );
}

function Form({
  settings,
  etag,
  onReload,
}: {
  settings: Settings;
  etag: string | undefined;
  onReload: () => Promise<unknown>;
}) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(settings);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [resetting, setResetting] = useState(false);
  const changed = JSON.stringify(draft) !== JSON.stringify(settings);
  const set = (change: Partial<Settings>) => setDraft({ ...draft, ...change });

  const put = async (next: Partial<Settings>, said: string) => {
    setBusy(true);
    setProblem(undefined);
    try {
      await putSettings(etag, next);
      await Promise.all(
        [["settings"], ["insights"]].map((queryKey) => client.invalidateQueries({ queryKey })),
      );
      toast(said, { tone: "good" });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
      setResetting(false);
    }
  };
  const number = (pointer: string, value: number, onChange: (value: number) => void, step = 1) => ({
    error: problem?.at(pointer),
    children: (
      <Input
        type="number"
        required
        min={0}
        max={3650}
        step={step}
        value={Number.isNaN(value) ? "" : value}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    ),
  });
  const { stuck, orders } = draft;
  const check = (name: "amount" | "close_date" | "company" | "invoice" | "payment", label: string) => (
    <Checkbox
      label={label}
      checked={orders[name]}
      onChange={(event) => set({ orders: { ...orders, [name]: event.target.checked } })}
    />
  );
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void put(draft, "Saved. Lists and figures follow at once.");
      }}
      className="flex flex-col gap-4"
    >
      <Card title="When a deal needs attention">
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          <Field
            label="Inactive after days without contact"
            {...number("/inactive_days", draft.inactive_days, (inactive_days) => set({ inactive_days }))}
          />
          <Field
            label="Overdue, days after the expected close"
            {...number("/overdue_grace_days", draft.overdue_grace_days, (overdue_grace_days) =>
              set({ overdue_grace_days }),
            )}
          />
          <Field
            label="Of high value from"
            hint="Left empty: the largest fifth of open deals."
            error={problem?.at("/high_value")}
          >
            <Input
              inputMode="decimal"
              maxLength={15}
              pattern="\d+(\.\d+)?"
              value={draft.high_value ?? ""}
              onChange={(event) => set({ high_value: event.target.value.trim() || null })}
            />
          </Field>
          <Field
            label="Stuck after how many times the median"
            hint="Of the stay of won deals in that stage."
            {...number("/stuck/factor", stuck.factor, (factor) => set({ stuck: { ...stuck, factor } }), 0.1)}
          />
          <Field
            label="But never before days"
            {...number("/stuck/least_days", stuck.least_days, (least_days) =>
              set({ stuck: { ...stuck, least_days } }),
            )}
          />
          <Field
            label="Days where too few won deals tell"
            {...number("/stuck/days_without_evidence", stuck.days_without_evidence, (days) =>
              set({ stuck: { ...stuck, days_without_evidence: days } }),
            )}
          />
          <Field
            label="Won deals that are enough to tell"
            {...number("/stuck/evidence", stuck.evidence, (evidence) =>
              set({ stuck: { ...stuck, evidence } }),
            )}
          />
        </div>
      </Card>
      <Card title="Rules for open deals">
        <Rules rules={draft.compliance} onChange={(compliance) => set({ compliance })} problem={problem} />
      </Card>
      <Card title="What a won deal must have to be an order">
        <div className="flex flex-wrap gap-x-6 gap-y-2">
          {check("amount", "An amount above zero")}
          {check("close_date", "The day it was closed")}
          {check("company", "The company")}
          {check("invoice", "A bill, where there are bills")}
          {check("payment", "The bill paid when due, where there are payments")}
        </div>
        <Field
          label="Days after the close by which it is billed"
          className="mt-4 max-w-xs"
          {...number("/orders/invoice_within_days", orders.invoice_within_days, (days) =>
            set({ orders: { ...orders, invoice_within_days: days } }),
          )}
        />
      </Card>
      <Card title="Calendar and currency">
        <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          <Field label="Quarters are counted from" error={problem?.at("/quarter_start_month")}>
            <Select
              value={String(draft.quarter_start_month)}
              onChange={(month) => set({ quarter_start_month: Number(month) })}
              options={MONTHS.map((label, at) => ({ value: String(at + 1), label }))}
            />
          </Field>
          <Field
            label="Reporting currency"
            hint="Three letters. Left empty: the most frequent of the deals."
            error={problem?.at("/reporting_currency")}
          >
            <Input
              maxLength={3}
              pattern="[A-Z]{3}"
              value={draft.reporting_currency ?? ""}
              onChange={(event) => set({ reporting_currency: event.target.value.toUpperCase() || null })}
            />
          </Field>
        </div>
        <fieldset className="mt-4">
          <legend className="mb-1 text-sm font-medium">Working days</legend>
          <div className="flex flex-wrap gap-x-5 gap-y-1">
            {DAYS.map((day) => (
              <Checkbox
                key={day}
                label={words(day)}
                checked={draft.calendar.working_days.includes(day)}
                onChange={(event) =>
                  set({
                    calendar: {
                      ...draft.calendar,
                      working_days: DAYS.filter((each) =>
                        each === day ? event.target.checked : draft.calendar.working_days.includes(each),
                      ),
                    },
                  })
                }
              />
            ))}
          </div>
        </fieldset>
      </Card>
      {problem && (
        <div role="alert" className="panel border-bad/60 p-4 text-sm">
          <p className="font-medium text-bad">
            {problem.status === 412 ? "Somebody changed the settings meanwhile" : problem.title}
          </p>
          {problem.status === 412 ? (
            <p className="mt-1">
              Nothing was saved. Load what holds now and make your changes again.{" "}
              <Button size="sm" onClick={() => void onReload()}>
                Load it
              </Button>
            </p>
          ) : (
            <ul className="mt-1">
              {problem.errors.length === 0 && <li>{problem.message}</li>}
              {problem.errors.map((error) => (
                <li key={error.pointer}>
                  {words(error.pointer.replaceAll("/", " ").trim())}: {error.message}
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
      <div className="panel sticky bottom-0 flex flex-wrap items-center gap-2 px-4 py-3">
        <Button look="accent" type="submit" busy={busy} disabled={!changed}>
          Save the thresholds
        </Button>
        <Button disabled={!changed} onClick={() => setDraft(settings)}>
          Discard changes
        </Button>
        <Button look="quiet" className="ml-auto" onClick={() => setResetting(true)}>
          Back to the defaults…
        </Button>
      </div>
      <Confirm
        open={resetting}
        onOpenChange={setResetting}
        title="Back to the defaults?"
        action="Take the defaults"
        busy={busy}
        onConfirm={() => void put({}, "The defaults hold again.")}
      >
        <p className="text-sm">
          Every setting goes back: also rules, rates, quotas and the days of single stages. It cannot be taken
          back.
        </p>
      </Confirm>
    </form>
  );
}

const KINDS: Record<string, string> = {
  required_fields: "These fields are filled in",
  max_days_without_activity: "Contact in the last days",
  close_date_not_past: "The expected close has not passed",
  next_step: "There is a next step",
  max_days_in_stage: "Not longer in its stage than days",
};

/** Rules are kept as they are; their days can be changed, and rules added and taken away. */
function Rules({
  rules,
  onChange,
  problem,
}: {
  rules: readonly RuleSetting[];
  onChange: (rules: readonly RuleSetting[]) => void;
  problem: Problem | undefined;
}) {
  const addable = ["close_date_not_past", "next_step", "max_days_without_activity", "max_days_in_stage"];
  const add = (kind: string) => {
    let id = kind;
    for (let n = 2; rules.some((rule) => rule.id === id); n += 1) id = `${kind}_${n}`;
    onChange([
      ...rules,
      { id, name: null, check: { kind, ...(kind.startsWith("max_days") ? { days: 30 } : {}) } },
    ]);
  };
  return (
    <>
      {rules.length === 0 && (
        <p className="text-sm text-ink-soft">There are none: every open deal keeps them.</p>
      )}
      <ul className="flex flex-col divide-y divide-line">
        {rules.map((rule, at) => (
          <li key={rule.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
            <div className="min-w-0 flex-1 basis-56 text-sm">
              <p className="font-medium">{rule.name ?? words(rule.id)}</p>
              <p className="text-xs text-ink-faint">
                {KINDS[rule.check.kind] ?? words(rule.check.kind)}
                {Array.isArray(rule.check.fields) &&
                  `: ${rule.check.fields.map((field) => words(typeof field === "string" ? field : String(Object.values(field)[0]))).join(", ")}`}
                {typeof rule.check.from_stage === "string" && `, from ${words(rule.check.from_stage)} on`}
                {typeof rule.check.stage === "string" && `, in ${words(rule.check.stage)}`}
              </p>
            </div>
            {rule.check.days !== undefined && (
              <span className="flex flex-col">
                <span className="flex items-center gap-2 text-sm">
                  <Input
                    type="number"
                    min={1}
                    max={3650}
                    required
                    aria-label={`Days of the rule ${rule.name ?? words(rule.id)}`}
                    className="w-20!"
                    value={Number.isNaN(rule.check.days) ? "" : rule.check.days}
                    onChange={(event) =>
                      onChange(
                        rules.map((each) =>
                          each === rule
                            ? { ...rule, check: { ...rule.check, days: event.target.valueAsNumber } }
                            : each,
                        ),
                      )
                    }
                  />
                  days
                </span>
                <span className="text-xs text-bad">{problem?.at(`/compliance/${at}/check/days`)}</span>
              </span>
            )}
            <Button size="sm" look="quiet" onClick={() => onChange(rules.filter((each) => each !== rule))}>
              Remove<span className="unseen"> the rule {rule.name ?? words(rule.id)}</span>
            </Button>
          </li>
        ))}
      </ul>
      <Select
        label="Add a rule"
        className="mt-3 w-72!"
        value=""
        onChange={(kind) => kind && add(kind)}
        options={[
          { value: "", label: "Add a rule…" },
          ...addable.map((kind) => ({ value: kind, label: KINDS[kind] ?? kind })),
        ]}
      />
    </>
  );
}
