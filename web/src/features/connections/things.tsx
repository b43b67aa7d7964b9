import { Checkbox } from "@/shared/ui/field";

/** What of a source is wanted. */
export function Things({
  things,
  off,
  onChange,
  disabled = false,
  className,
}: {
  things: readonly { readonly label: string }[];
  off: ReadonlySet<string>;
  onChange: (off: ReadonlySet<string>) => void;
  disabled?: boolean;
  className?: string;
}) {
  return (
    <fieldset className={className} disabled={disabled}>
      <legend className="mb-1 text-sm font-medium">What is read</legend>
      <div className="grid grid-cols-2 gap-x-4 gap-y-1 sm:grid-cols-3">
        {things.map(({ label }) => (
          <Checkbox
            key={label}
            label={label}
            checked={!off.has(label)}
            onChange={(event) => {
              const next = new Set(off);
              if (event.target.checked) next.delete(label);
              else next.add(label);
              onChange(next);
            }}
          />
        ))}
      </div>
    </fieldset>
  );
}
