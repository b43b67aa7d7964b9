import { useLayoutEffect, useRef, useState } from "react";
import { cx } from "./cx";
import { controlClass, useFieldProps } from "./field";
import { floatClass, itemClass } from "./float";
import { keepAt } from "./placement";
import { useListbox } from "./use-listbox";

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly detail?: string | undefined;
}

const MOST = 200;

/** One of many, found by typing. With `onSearch` the list comes from outside and is not filtered here. */
export function Combobox({
  value,
  onChange,
  choices,
  label,
  placeholder,
  onSearch,
  empty = "Nothing found",
  className,
}: {
  value: Choice | null;
  onChange: (choice: Choice | null) => void;
  choices: readonly Choice[];
  label?: string;
  placeholder?: string;
  onSearch?: (text: string) => void;
  empty?: string;
  className?: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState<string>();
  const open = typed !== undefined;
  const needle = (typed ?? "").trim().toLowerCase();
  const fitting = (
    onSearch || needle === ""
      ? choices
      : choices.filter((choice) => `${choice.label} ${choice.detail ?? ""}`.toLowerCase().includes(needle))
  ).slice(0, MOST);
  const pick = (at: number) => {
    const choice = fitting[at];
    if (!choice) return;
    onChange(choice);
    setTyped(undefined);
  };
  const list = useListbox(fitting.length, pick);

  useLayoutEffect(() => {
    if (!open || !input.current || !panel.current) return;
    panel.current.showPopover();
    return keepAt(input.current, panel.current, "start", true);
  }, [open]);

  const begin = () => {
    setTyped((before) => before ?? "");
    list.setActive(0);
  };
  return (
    <>
      <input
        {...useFieldProps()}
        {...list.input}
        // There is no list to point into while it is closed.
        aria-controls={open ? list.input["aria-controls"] : undefined}
        aria-activedescendant={open ? list.input["aria-activedescendant"] : undefined}
        ref={input}
        aria-label={label}
        aria-expanded={open}
        placeholder={value?.label ?? placeholder}
        value={typed ?? value?.label ?? ""}
        onChange={(event) => {
          setTyped(event.target.value);
          list.setActive(0);
          onSearch?.(event.target.value);
          if (event.target.value === "" && value) onChange(null);
        }}
        onClick={begin}
        onBlur={() => setTyped(undefined)}
        onKeyDown={(event) => {
          if (!open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
            event.preventDefault();
            begin();
          } else if (open && event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            setTyped(undefined);
          } else if (open) {
            list.onKeyDown(event);
          }
        }}
        className={cx(controlClass, className)}
      />
      {open && (
        <div
          ref={panel}
          popover="manual"
          className={cx(floatClass, "fixed inset-auto m-0 max-w-[calc(100vw-1rem)] overflow-y-auto p-1")}
        >
          {fitting.length === 0 && (
            <p role="status" className="px-2 py-1.5 text-ink-faint">
              {empty}
            </p>
          )}
          <div {...list.list} aria-label={label ?? "Choices"}>
            {fitting.map((choice, at) => (
              <div key={choice.value} {...list.option(at)} className={itemClass}>
                <span className="min-w-0 flex-1 truncate">{choice.label}</span>
                {choice.detail && <span className="text-xs text-ink-faint">{choice.detail}</span>}
              </div>
            ))}
          </div>
        </div>
      )}
    </>
  );
}
