import { type ComponentType, createContext, lazy, Suspense, useContext } from "react";
import { Loading } from "./ui/states";

/** Places on a screen that another feature fills, and what they are given. */
export interface Slots {
  /** On a deal's page: what would change it. */
  "deal.what-if": { readonly deal: string };
}

export type Fills = {
  readonly [Name in keyof Slots]?: () => Promise<{ default: ComponentType<Slots[Name]> }>;
};
type Filled = { readonly [Name in keyof Slots]?: ComponentType<Slots[Name]> };

const Context = createContext<Filled>({});
export const SlotProvider = Context.Provider;

/** Loads what fills a slot when it is first shown. Once, in app. */
export const fill = (fills: readonly Fills[]): Filled =>
  Object.fromEntries(
    fills
      .flatMap((each) => Object.entries(each))
      .map(([name, load]) => [name, lazy(load as () => Promise<{ default: ComponentType }>)]),
  ) as Filled;

export const useIsFilled = (name: keyof Slots): boolean => useContext(Context)[name] !== undefined;

/** Where another feature's part is shown; nothing, when there is none. */
export function Slot<Name extends keyof Slots>({ name, ...given }: { name: Name } & Slots[Name]) {
  const Part = useContext(Context)[name] as ComponentType<Slots[Name]> | undefined;
  if (!Part) return null;
  return (
    <Suspense fallback={<Loading />}>
      <Part {...(given as unknown as Slots[Name] & object)} />
    </Suspense>
  );
}
