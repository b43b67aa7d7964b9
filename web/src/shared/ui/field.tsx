import { type ComponentProps, createContext, type ReactNode, useContext, useId } from "react";
import { cx } from "./cx";

const FieldIds = createContext<{ id: string; describedBy: string | undefined; invalid: boolean } | undefined>(
  undefined,
);

/** What a control takes from the field around it. */
export function useFieldProps(): { id?: string; "aria-describedby"?: string; "aria-invalid"?: true } {
  const field = useContext(FieldIds);
  if (!field) return {};
  return {
    id: field.id,
    ...(field.describedBy ? { "aria-describedby": field.describedBy } : {}),
    ...(field.invalid ? { "aria-invalid": true } : {}),
  };
}

/** A label, a control, a hint and what is wrong with it, tied together for everybody. */
export function Field({
  label,
  hint,
  error,
  children,
  className,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  const parts = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean);
  return (
    <div className={cx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium text-ink">
        {label}
      </label>
      <FieldIds
        value={{ id, describedBy: parts.length > 0 ? parts.join(" ") : undefined, invalid: Boolean(error) }}
      >
        {children}
      </FieldIds>
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-ink-faint">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs font-medium text-bad first-letter:uppercase">
          {error}
        </p>
      )}
    </div>
  );
}

export const controlClass =
  "h-8 w-full min-w-0 rounded-md border border-line-strong/70 bg-surface px-2.5 text-sm text-ink aria-invalid:border-bad disabled:opacity-60";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useFieldProps()} {...rest} className={cx(controlClass, className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      {...useFieldProps()}
      rows={3}
      {...rest}
      className={cx(controlClass, "h-auto py-1.5", className)}
    />
  );
}

export function Checkbox({
  label,
  className,
  ...rest
}: Omit<ComponentProps<"input">, "type"> & { label: ReactNode }) {
  return (
    <label className={cx("inline-flex min-h-6 items-center gap-2 text-sm", className)}>
      <input type="checkbox" {...rest} className="size-4 accent-accent" />
      <span>{label}</span>
    </label>
  );
}
