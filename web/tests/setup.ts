import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import { setLocale } from "@/shared/format";

setLocale("en-GB");
// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 10_000 });
afterEach(cleanup);

// What this DOM has not got yet: popovers, as the standard says they tell.
const shown = new WeakSet<Element>();
const turn = (element: HTMLElement, open: boolean) => {
  if (shown.has(element) === open) return;
  const event = Object.assign(new Event("beforetoggle"), { newState: open ? "open" : "closed" });
  if (open) shown.add(element);
  else shown.delete(element);
  element.dispatchEvent(event);
};
Object.assign(HTMLElement.prototype, {
  showPopover(this: HTMLElement) {
    turn(this, true);
  },
  hidePopover(this: HTMLElement) {
    turn(this, false);
  },
});
document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest("[popovertarget]");
  const panel = button && document.getElementById(button.getAttribute("popovertarget") ?? "");
  if (panel) turn(panel, !shown.has(panel));
});
if (!Element.prototype.scrollIntoView) Element.prototype.scrollIntoView = vi.fn();

// Nothing is laid out here; what asks how large it is gets a window's worth.
for (const [name, size] of [
  ["offsetHeight", 800],
  ["clientHeight", 800],
  ["clientWidth", 1000],
  ["offsetWidth", 1000],
] as const) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
}
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
