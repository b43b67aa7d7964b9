import {
  cloneElement,
  type ReactElement,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { cx } from "./cx";
import { floatClass } from "./float";
import { keepAt } from "./placement";

/**
 * A small panel at its button: the browser's own popover, so Escape, a press outside and giving the focus back are
 * its work. What is inside is there only while it is open.
 */
export function Popover({
  trigger,
  label,
  children,
  onOpenChange,
  className,
  align = "start",
  role = "dialog",
}: {
  trigger: ReactElement<Record<string, unknown>>;
  /** What the panel is called. */
  label: string;
  children: ReactNode | ((close: () => void) => ReactNode);
  onOpenChange?: (open: boolean) => void;
  className?: string;
  align?: "start" | "center" | "end";
  role?: "dialog" | "menu";
}) {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const told = useRef(onOpenChange);
  told.current = onOpenChange;

  useEffect(() => {
    const element = panel.current;
    if (!element) return;
    const onToggle = (event: Event) => {
      const opens = (event as ToggleEvent).newState === "open";
      setOpen(opens);
      told.current?.(opens);
    };
    element.addEventListener("beforetoggle", onToggle);
    return () => element.removeEventListener("beforetoggle", onToggle);
  }, []);

  useLayoutEffect(() => {
    const element = panel.current;
    const anchor = document.querySelector(`[popovertarget="${CSS.escape(id)}"]`);
    if (!open || !element || !anchor) return;
    return keepAt(anchor, element, align);
  }, [open, align, id]);

  useEffect(() => {
    if (!open) return;
    // The first thing inside that takes it gets the focus; what is inside came after the panel opened.
    panel.current
      ?.querySelector<HTMLElement>("[data-autofocus],input,select,textarea,button,a[href],[tabindex='0']")
      ?.focus({ preventScroll: true });
  }, [open]);

  const close = () => panel.current?.hidePopover();
  return (
    <>
      {cloneElement(trigger, { popoverTarget: id, "aria-haspopup": role, "aria-expanded": open })}
      <div
        ref={panel}
        id={id}
        popover="auto"
        role={role}
        aria-label={label}
        data-open={open}
        className={cx(
          floatClass,
          "fixed inset-auto m-0 max-w-[calc(100vw-1rem)] overflow-y-auto p-3",
          className,
        )}
      >
        {open && (typeof children === "function" ? children(close) : children)}
      </div>
    </>
  );
}
