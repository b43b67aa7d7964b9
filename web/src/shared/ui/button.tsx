import type { ComponentProps } from "react";
import { ariaKeys, type Command, keysFor, useCommandContext } from "../commands";
import { cx } from "./cx";

type Look = "plain" | "accent" | "quiet" | "danger";

const looks: Record<Look, string> = {
  plain: "border-line-strong/60 bg-surface text-ink hover:bg-sunken",
  accent: "border-transparent bg-accent text-on-accent hover:bg-accent-strong",
  quiet: "border-transparent bg-transparent text-ink-soft hover:bg-sunken hover:text-ink",
  danger: "border-bad/50 bg-surface text-bad hover:bg-bad-soft",
};

/** How a button looks, for links that are one. */
export const buttonClass = (look: Look = "plain", size: "sm" | "md" = "md") =>
  cx(
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
    size === "sm" ? "h-7 px-2 text-xs" : "h-8 px-3 text-sm",
    looks[look],
  );

export interface ButtonProps extends ComponentProps<"button"> {
  look?: Look;
  size?: "sm" | "md";
  /** At work: it says so and takes no second press. */
  busy?: boolean;
}

export function Button({
  look = "plain",
  size = "md",
  busy = false,
  className,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(buttonClass(look, size), className)}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

/** A button that is only a picture: the label is what it is called. */
export function IconButton({
  label,
  className,
  size = "md",
  look = "quiet",
  ...rest
}: ButtonProps & { label: string }) {
  return (
    <Button
      {...rest}
      look={look}
      size={size}
      aria-label={label}
      title={rest.title ?? label}
      className={cx(size === "sm" ? "w-7 px-0!" : "w-8 px-0!", className)}
    />
  );
}

/** The button of a command: label, picture, keys and availability as declared. */
export function CommandButton({ command, ...rest }: Omit<ButtonProps, "onClick"> & { command: Command }) {
  const context = useCommandContext();
  const Icon = command.icon;
  if (command.when && !command.when(context)) return null;
  return (
    <Button
      {...rest}
      onClick={() => command.run(context)}
      aria-keyshortcuts={ariaKeys(command.keys)}
      title={command.keys ? `${command.label} (${keysFor(command.keys).join(" ")})` : undefined}
    >
      {Icon && <Icon />}
      {command.label}
    </Button>
  );
}

export function Spinner({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "inline-block size-3.5 animate-spin rounded-full border-2 border-current border-r-transparent",
        className,
      )}
    />
  );
}

/** Keys as they lie on the keyboard. */
export function Keys({ keys, className }: { keys: string; className?: string }) {
  return (
    <span className={cx("inline-flex gap-0.5", className)}>
      {keysFor(keys).map((key, at) => (
        <kbd
          key={`${key}${at}`}
          className="min-w-5 rounded-sm border border-line bg-sunken px-1 text-center font-sans text-2xs text-ink-soft"
        >
          {key}
        </kbd>
      ))}
    </span>
  );
}
