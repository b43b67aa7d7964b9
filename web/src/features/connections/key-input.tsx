import { Input } from "@/shared/ui/field";

/** Takes the key of a source; no browser keeps it or corrects it. */
export const KeyInput = (more: { readonly "data-autofocus"?: boolean }) => (
  <Input
    {...more}
    name="key"
    type="password"
    required
    maxLength={4096}
    spellCheck={false}
    autoComplete="off"
  />
);
