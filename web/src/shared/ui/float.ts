/** What floats above the page: menus, popovers, lists. */
export const floatClass =
  "rounded-lg border border-line bg-raised text-sm text-ink shadow-float outline-none";

export const itemClass =
  "flex min-h-7 cursor-default items-center gap-2 rounded-md px-2 py-1 outline-none select-none data-[highlighted]:bg-accent-soft data-[disabled]:opacity-50 [&_svg]:size-4";
