import type { ReactNode } from "react";
import { Link, path } from "@/shared/routing";

export interface Item {
  readonly id: string;
  readonly name: ReactNode;
  /** Below the name. */
  readonly about?: ReactNode;
  readonly figure?: ReactNode;
  /** Below the figure. */
  readonly note?: ReactNode;
}

/** Deals under one another, each a link. */
export function DealList({ items, label }: { items: readonly Item[]; label: string }) {
  return (
    <ul aria-label={label}>
      {items.map((item) => (
        <li key={item.id} className="border-b border-line last:border-b-0">
          <Link
            to={path("/deals", item.id)}
            className="block px-4 py-2 outline-offset-[-2px]! hover:bg-sunken"
          >
            <span className="flex items-baseline justify-between gap-3 text-sm">
              <span className="min-w-0 font-medium wrap-anywhere">{item.name}</span>
              <span className="font-semibold whitespace-nowrap">{item.figure}</span>
            </span>
            <span className="flex flex-wrap items-baseline justify-between gap-x-3 text-xs">
              <span className="text-ink-soft">{item.about}</span>
              <span className="text-ink-faint">{item.note}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
