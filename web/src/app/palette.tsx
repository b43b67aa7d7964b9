import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useId, useState } from "react";
import { dealName, dealSearchQuery } from "@/api/deals";
import { type CommandContext, useAllCommands } from "@/shared/commands";
import { money } from "@/shared/format";
import { path } from "@/shared/routing";
import { Keys } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";
import { Modal } from "@/shared/ui/dialog";
import { itemClass } from "@/shared/ui/float";
import { useListbox } from "@/shared/ui/use-listbox";

interface Entry {
  readonly id: string;
  readonly group: string;
  readonly content: ReactNode;
  readonly run: () => void;
}

/** Everything one can do and every deal one can see, by typing. */
export default function Palette({
  mode,
  context,
  onClose,
}: {
  mode: "palette" | "search";
  context: CommandContext;
  onClose: () => void;
}) {
  const heading = useId();
  const [text, setText] = useState("");
  const asked = useDeferredValue(text.trim());
  const found = useQuery(dealSearchQuery(asked));
  const commands = useAllCommands();
  const needle = text.trim().toLowerCase();
  const wanted = needle.split(/\s+/);

  const deals: Entry[] =
    needle === ""
      ? []
      : (found.data?.data ?? []).map((deal) => ({
          id: deal.id,
          group: "Deals",
          run: () => context.go(path("/deals", deal.id)),
          content: (
            <>
              <span className="min-w-0 flex-1 truncate">
                {dealName(deal)}
                <span className="text-ink-faint">
                  {" "}
                  {[deal.company?.name, deal.stage].filter(Boolean).join(" · ")}
                </span>
              </span>
              <span>{money(deal.amount)}</span>
            </>
          ),
        }));
  const acts: Entry[] = commands
    .filter(
      (command) =>
        !(mode === "search" && needle === "") &&
        command.id !== "app.palette" &&
        (command.when?.(context) ?? true) &&
        wanted.every((word) =>
          `${command.label} ${command.also ?? ""} ${command.group}`.toLowerCase().includes(word),
        ),
    )
    .map((command) => ({
      id: command.id,
      group: command.group,
      run: () => command.run(context),
      content: (
        <>
          {command.icon ? <command.icon /> : <span className="size-4" />}
          <span className="flex-1">{command.label}</span>
          {command.keys && <Keys keys={command.keys} />}
        </>
      ),
    }));
  // Groups stand together, in the order in which they first come.
  const all = [...deals, ...acts];
  const entries = [...new Set(all.map((entry) => entry.group))].flatMap((group) =>
    all.filter((entry) => entry.group === group),
  );
  const pick = (at: number) => {
    onClose();
    entries[at]?.run();
  };
  const list = useListbox(entries.length, pick);
  // Who types fast and presses Enter means the deals of the whole text, and what stands there is of a part of it.
  const isOld = needle !== "" && (asked !== text.trim() || found.isPending || found.isPlaceholderData);
  const [isMeant, setMeant] = useState(false);
  const onKeyDown = (event: KeyboardEvent) => {
    const isDeal = list.active < deals.length;
    if (event.key === "Enter" && isOld && isDeal && !event.nativeEvent.isComposing) {
      event.preventDefault();
      setMeant(true);
    } else list.onKeyDown(event);
  };
  useEffect(() => {
    if (!isMeant || isOld) return;
    setMeant(false);
    if (entries.length > 0) pick(0);
  });
  const title = mode === "search" ? "Search deals" : "Search and commands";

  return (
    <Modal
      open
      onOpenChange={onClose}
      labelledBy={heading}
      className="inset-x-0 top-[12vh] mx-auto w-[min(38rem,calc(100vw-1.5rem))] overflow-hidden rounded-lg border"
    >
      <h2 id={heading} className="unseen">
        {title}
      </h2>
      <input
        {...list.input}
        // biome-ignore lint/a11y/noAutofocus: it was opened to type
        autoFocus
        aria-label={title}
        aria-expanded={entries.length > 0}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          list.setActive(0);
          setMeant(false);
        }}
        onKeyDown={onKeyDown}
        placeholder={
          mode === "search" ? "Search deals, companies, owners…" : "Type a command or search deals…"
        }
        className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
      />
      <div {...list.list} aria-label="Results" className="max-h-[56vh] overflow-y-auto p-1.5 text-sm">
        {entries.map((entry, at) => (
          <div key={entry.id} role="presentation">
            {entry.group !== entries[at - 1]?.group && (
              <div role="presentation" className="px-2 pt-2 pb-1 text-xs text-ink-faint">
                {entry.group}
              </div>
            )}
            <div {...list.option(at)} className={cx(itemClass, "min-h-9")}>
              {entry.content}
            </div>
          </div>
        ))}
      </div>
      <p role="status" className={cx("px-4 py-3 text-sm text-ink-faint", entries.length > 0 && "unseen")}>
        {needle === ""
          ? entries.length === 0 && "Type a name, a company, an owner or a stage."
          : found.isFetching
            ? "Searching…"
            : entries.length === 0
              ? `Nothing found for “${text.trim()}”.`
              : `${deals.length} deals and ${acts.length} commands`}
      </p>
    </Modal>
  );
}
