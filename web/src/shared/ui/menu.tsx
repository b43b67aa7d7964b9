import { Check } from "lucide-react";
import { createContext, type KeyboardEvent, type ReactElement, type ReactNode, useContext } from "react";
import { cx } from "./cx";
import { itemClass } from "./float";
import { Popover } from "./popover";

const CloseMenu = createContext<() => void>(() => undefined);

/** Arrows, Home and End go round; a letter goes to what begins with it. */
function onKey(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role^=menuitem]:not(:disabled)")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const begins = (item: HTMLElement) =>
    item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase());
  const next =
    event.key === "ArrowDown"
      ? items[(at + 1) % items.length]
      : event.key === "ArrowUp"
        ? items[(at - 1 + items.length) % items.length]
        : event.key === "Home"
          ? items[0]
          : event.key === "End"
            ? items.at(-1)
            : /^\S$/.test(event.key)
              ? [...items.slice(at + 1), ...items.slice(0, at + 1)].find(begins)
              : undefined;
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  next.focus();
}

/** A list of acts at its button. Fill it with `MenuItem`, `MenuGroup` and `MenuRadio`. */
export function Menu({
  trigger,
  label,
  children,
  align = "end",
}: {
  trigger: ReactElement<Record<string, unknown>>;
  label: string;
  children: ReactNode;
  align?: "start" | "end";
}) {
  return (
    <Popover trigger={trigger} label={label} role="menu" align={align} className="min-w-48 p-1!">
      {(close) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: the menu's keys; its role is on the panel around it
        <div onKeyDown={onKey}>
          <CloseMenu value={close}>{children}</CloseMenu>
        </div>
      )}
    </Popover>
  );
}

const menuItem = cx(
  itemClass,
  "w-full text-left hover:bg-sunken focus-visible:bg-accent-soft outline-offset-[-2px]!",
);

export function MenuItem({
  onSelect,
  children,
  disabled = false,
  danger = false,
}: {
  onSelect: () => void;
  children: ReactNode;
  disabled?: boolean;
  danger?: boolean;
}) {
  const close = useContext(CloseMenu);
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      disabled={disabled}
      onClick={() => {
        close();
        onSelect();
      }}
      className={cx(menuItem, danger && "text-bad")}
    >
      {children}
    </button>
  );
}

export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a menu
    <div
      role="group"
      aria-label={label}
      className="not-first:mt-1 not-first:border-t not-first:border-line not-first:pt-1"
    >
      <div aria-hidden="true" className="px-2 py-1 text-xs text-ink-faint">
        {label}
      </div>
      {children}
    </div>
  );
}

export function MenuRadio<V extends string>({
  value,
  onChange,
  options,
}: {
  value: V;
  onChange: (value: V) => void;
  options: readonly { value: V; label: ReactNode }[];
}) {
  const close = useContext(CloseMenu);
  return options.map((option) => (
    <button
      key={option.value}
      type="button"
      role="menuitemradio"
      aria-checked={option.value === value}
      tabIndex={-1}
      onClick={() => {
        close();
        onChange(option.value);
      }}
      className={menuItem}
    >
      <span className="size-4">{option.value === value && <Check className="text-accent" />}</span>
      {option.label}
    </button>
  ));
}
