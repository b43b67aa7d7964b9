import { cx } from "./cx";
import { controlClass, useFieldProps } from "./field";

export interface Option<V extends string = string> {
  readonly value: V;
  readonly label: string;
}

/** One of a few: the browser's own, at home on a telephone too. For many, or to type in, reach for the combobox. */
export function Select<V extends string>({
  value,
  onChange,
  options,
  label,
  placeholder = "Choose…",
  className,
  disabled,
  id,
}: {
  value: V | undefined;
  onChange: (value: V) => void;
  options: readonly Option<V>[];
  /** When no field around it says what it is. */
  label?: string;
  placeholder?: string;
  className?: string;
  disabled?: boolean;
  /** For a label that stands beside it. */
  id?: string;
}) {
  return (
    <select
      {...useFieldProps()}
      {...(id ? { id } : {})}
      aria-label={label}
      disabled={disabled}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value as V)}
      className={cx(controlClass, "pr-1", className)}
    >
      {value === undefined && (
        <option value="" disabled>
          {placeholder}
        </option>
      )}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
