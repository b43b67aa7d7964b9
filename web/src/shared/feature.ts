import type { ComponentType } from "react";
import type { Command, NavCommand } from "./commands";
import type { Fills } from "./slot";

/** A screen at an address. The page is loaded when somebody goes there. */
export interface FeatureRoute {
  /** `/deals/$deal`: `$` begins a parameter. */
  readonly path: string;
  /** What the tab and the breadcrumb say until the page knows better. */
  readonly title: string;
  readonly page: () => Promise<{ default: ComponentType }>;
  /** Answers for who is not signed in: no shell around it. */
  readonly open?: boolean;
}

/** What a folder under `features/` exports; `app/routes.ts` lists them. */
export interface Feature {
  readonly name: string;
  readonly routes: readonly FeatureRoute[];
  readonly nav?: readonly NavCommand[];
  readonly commands?: readonly Command[];
  /** Parts of this feature on other features' screens. */
  readonly slots?: Fills;
}
