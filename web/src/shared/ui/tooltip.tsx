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
import { keepAt } from "./placement";

/** A few words on hover and focus; Escape puts them away. Never the only place where something is said. */
export function Tooltip({
  content,
  children,
}: {
  content: ReactNode;
  children: ReactElement<Record<string, unknown>>;
}) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const anchor = document.querySelector(`[aria-describedby="${CSS.escape(id)}"]`);
    if (!open || !panel.current || !anchor) return;
    panel.current.showPopover();
    return keepAt(anchor, panel.current, "center");
  }, [open, id]);
  useEffect(() => {
    if (!open) return;
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && setOpen(false);
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [open]);
  const show = () => setOpen(true);
  const hide = () => setOpen(false);
  return (
    <>
      {cloneElement(children, {
        "aria-describedby": id,
        onPointerEnter: show,
        onPointerLeave: hide,
        onFocus: show,
        onBlur: hide,
      })}
      <div
        ref={panel}
        id={id}
        role="tooltip"
        popover="manual"
        className="fixed inset-auto m-0 max-w-72 rounded-md bg-ink px-2 py-1 text-xs text-surface shadow-float"
      >
        {open && content}
      </div>
    </>
  );
}
