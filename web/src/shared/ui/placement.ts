export interface Box {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

const EDGE = 8;

/**
 * Where something that floats lies at its anchor: below, above where below is too little room and above is more; never
 * over the edge of the view.
 */
export function placeAt(
  anchor: Box,
  size: { width: number; height: number },
  view: { width: number; height: number },
  align: "start" | "center" | "end",
  gap = 6,
): { top: number; left: number; maxHeight: number } {
  const below = view.height - anchor.top - anchor.height - gap - EDGE;
  const above = anchor.top - gap - EDGE;
  const down = size.height <= below || below >= above;
  const maxHeight = Math.max(80, down ? below : above);
  const height = Math.min(size.height, maxHeight);
  const wished =
    align === "start"
      ? anchor.left
      : align === "end"
        ? anchor.left + anchor.width - size.width
        : anchor.left + (anchor.width - size.width) / 2;
  return {
    top: down ? anchor.top + anchor.height + gap : anchor.top - gap - height,
    left: Math.max(EDGE, Math.min(wished, view.width - size.width - EDGE)),
    maxHeight,
  };
}

/** Keeps `floating` at `anchor` until the answer is called. Styles are set by script, which the policy allows. */
export function keepAt(
  anchor: Element,
  floating: HTMLElement,
  align: "start" | "center" | "end",
  sameWidth = false,
): () => void {
  const settle = () => {
    const at = anchor.getBoundingClientRect();
    if (sameWidth) floating.style.minWidth = `${at.width}px`;
    floating.style.maxHeight = "";
    const size = { width: floating.offsetWidth, height: floating.offsetHeight };
    const to = placeAt(at, size, { width: window.innerWidth, height: window.innerHeight }, align);
    floating.style.top = `${to.top}px`;
    floating.style.left = `${to.left}px`;
    floating.style.maxHeight = `${to.maxHeight}px`;
  };
  settle();
  const observer = typeof ResizeObserver === "undefined" ? undefined : new ResizeObserver(settle);
  observer?.observe(floating);
  window.addEventListener("scroll", settle, { capture: true, passive: true });
  window.addEventListener("resize", settle);
  return () => {
    observer?.disconnect();
    window.removeEventListener("scroll", settle, { capture: true });
    window.removeEventListener("resize", settle);
  };
}
