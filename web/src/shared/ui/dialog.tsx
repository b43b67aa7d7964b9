import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { Button, IconButton } from "./button";
import { cx } from "./cx";

interface ModalProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The id of its heading. */
  labelledBy: string;
  children: ReactNode;
  className: string;
}

/**
 * The browser's own modal dialog: it holds the focus, makes the rest of the page inert, closes on Escape and gives the
 * focus back.
 */
export function Modal({ open, ...rest }: ModalProps) {
  return open ? <Shown {...rest} /> : null;
}

function Shown({ onOpenChange, labelledBy, children, className }: Omit<ModalProps, "open">) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Closed before it leaves the page, or the browser would not know where the focus was.
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault();
        onOpenChange(false);
      }}
      onClick={(event) => event.target === event.currentTarget && onOpenChange(false)}
      className={cx(
        "fixed border-line bg-raised text-ink shadow-float backdrop:bg-[rgb(8_10_16/45%)]",
        "max-w-none outline-none",
        className,
      )}
    >
      {children}
    </dialog>
  );
}

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  /** The buttons, the one that acts last. */
  actions?: ReactNode;
  className?: string;
}

function Framed({ title, description, children, actions, onOpenChange, className, open }: DialogProps) {
  const id = useId();
  return (
    <Modal open={open} onOpenChange={onOpenChange} labelledBy={id} className={className ?? ""}>
      <div className="flex max-h-[inherit] min-h-full flex-col">
        <header className="flex items-start justify-between gap-4 border-b border-line px-5 py-3">
          <div className="min-w-0">
            <h2 id={id} className="text-lg font-semibold wrap-anywhere">
              {title}
            </h2>
            {description && <p className="text-sm text-ink-soft">{description}</p>}
          </div>
          <IconButton label="Close" onClick={() => onOpenChange(false)}>
            <X />
          </IconButton>
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
        {actions && (
          <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
            {actions}
          </footer>
        )}
      </div>
    </Modal>
  );
}

/** A question in the middle of the page. */
export function Dialog({ className, ...rest }: DialogProps) {
  return (
    <Framed
      {...rest}
      className={cx(
        "inset-x-0 top-[10vh] mx-auto max-h-[80vh] w-[min(34rem,calc(100vw-1.5rem))] overflow-y-auto rounded-lg border",
        className,
      )}
    />
  );
}

/** Something beside the page: it comes from an edge and fills a small screen. */
export function Sheet({ className, side = "right", ...rest }: DialogProps & { side?: "left" | "right" }) {
  return (
    <Framed
      {...rest}
      className={cx(
        "inset-y-0 h-dvh max-h-none w-[min(28rem,100vw)] overflow-y-auto",
        side === "right" ? "right-0 left-auto border-l" : "right-auto left-0 border-r",
        className,
      )}
    />
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({
  open,
  onOpenChange,
  title,
  children,
  action,
  onConfirm,
  busy = false,
}: Omit<DialogProps, "actions" | "description" | "className"> & {
  /** What happens, as a verb: `Delete the view`. */
  action: string;
  onConfirm: () => void;
  busy?: boolean;
}) {
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      actions={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button look="danger" busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
