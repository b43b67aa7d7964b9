import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import { idempotencyKey } from "@/api/client";
import { asProblem, type Problem } from "@/shared/problem";
import { Button } from "@/shared/ui/button";
import { Dialog } from "@/shared/ui/dialog";

/**
 * A form in a dialog: what is refused stands at its field, and below where it is no field's. `send` gets an idempotency
 * key; what was refused may be corrected and sent again, as something new.
 */
export function FormDialog({
  title,
  description,
  action,
  disabled = false,
  send,
  onClose,
  children,
}: {
  title: string;
  description: string;
  /** What sending does, as a verb: `Make the key`. */
  action: string;
  disabled?: boolean;
  send: (key: string) => Promise<void>;
  onClose: () => void;
  /** The fields; `at` says what is wrong with one. */
  children: (at: (pointer: string) => string | undefined) => ReactNode;
}) {
  const id = useId();
  const key = useRef(idempotencyKey());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await send(key.current);
    } catch (error) {
      key.current = idempotencyKey();
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  let isPlaced = false;
  const fields = children((pointer) => {
    const said = problem?.at(pointer);
    isPlaced ||= said !== undefined;
    return said;
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={title}
      description={description}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="accent" type="submit" form={id} busy={busy} disabled={disabled}>
            {action}
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={(event) => void submit(event)} className="grid gap-4 sm:grid-cols-2">
        {fields}
        {problem && !isPlaced && (
          <p role="alert" className="text-sm text-bad sm:col-span-2">
            {problem.message} {problem.remedy}
          </p>
        )}
      </form>
    </Dialog>
  );
}
