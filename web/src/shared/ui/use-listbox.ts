import { type KeyboardEvent, useEffect, useId, useState } from "react";

/**
 * A list that is walked from an input: the focus stays in the input, `aria-activedescendant` says where one is. For
 * the combobox and the palette.
 */
export function useListbox(count: number, onPick: (at: number) => void) {
  const id = useId();
  const [at, setAt] = useState(0);
  const active = count === 0 ? -1 : Math.min(at, count - 1);
  const optionId = (index: number) => `${id}-${index}`;
  const activeId = active >= 0 ? optionId(active) : undefined;

  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (count === 0 || event.nativeEvent.isComposing) return;
    const to = { ArrowDown: (active + 1) % count, ArrowUp: (active - 1 + count) % count }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      setAt(to);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      onPick(active);
    }
  };
  return {
    active,
    setActive: setAt,
    onKeyDown,
    input: {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": id,
      "aria-activedescendant": activeId,
      autoComplete: "off",
    } as const,
    list: { id, role: "listbox" } as const,
    option: (index: number) =>
      ({
        id: optionId(index),
        role: "option",
        "aria-selected": index === active,
        "data-highlighted": index === active ? "" : undefined,
        // The input keeps the focus.
        onMouseDown: (event: { preventDefault(): void }) => event.preventDefault(),
        onMouseMove: () => setAt(index),
        onClick: () => onPick(index),
      }) as const,
  };
}
