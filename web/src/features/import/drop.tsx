import { FileUp } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Button } from "@/shared/ui/button";
import { cx } from "@/shared/ui/cx";

/** A place to let files fall, and a button for those who do not drag. */
export function Drop({
  onFiles,
  small = false,
}: {
  onFiles: (files: Iterable<File>) => void;
  small?: boolean;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const stop = (event: DragEvent<HTMLElement>) => {
    event.preventDefault();
    setOver(event.type === "dragover");
  };
  return (
    <section
      aria-label="Files"
      onDragOver={stop}
      onDragLeave={stop}
      onDrop={(event) => {
        stop(event);
        onFiles(event.dataTransfer.files);
      }}
      className={cx(
        "flex flex-col items-center gap-2 rounded-lg border-2 border-dashed px-4 text-center transition-colors",
        small ? "py-5" : "py-9",
        over ? "border-accent bg-accent-soft" : "border-line-strong/60 bg-surface",
      )}
    >
      {!small && <FileUp className="size-6 text-ink-faint" aria-hidden="true" />}
      <p className="text-sm font-medium">{over ? "Let go" : "Drop files here"}</p>
      {!small && (
        <p className="max-w-prose text-sm text-ink-soft">
          Deals, stage history, activities, people, companies, sellers: CSV, JSON, NDJSON or XES event logs,
          also as .gz. Drop the files of one export together; how they belong to each other is found out.
        </p>
      )}
      <Button look={small ? "plain" : "accent"} onClick={() => input.current?.click()} className="mt-1">
        Choose files
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        aria-label="Choose files"
        tabIndex={-1}
        className="unseen"
        accept=".csv,.tsv,.txt,.json,.ndjson,.jsonl,.xes,.xml,.gz"
        onChange={(event) => {
          onFiles(event.target.files ?? []);
          // The same file again is a choice again.
          event.target.value = "";
        }}
      />
    </section>
  );
}
