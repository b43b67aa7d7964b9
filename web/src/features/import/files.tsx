import { useMutation, useQueryClient } from "@tanstack/react-query";
import { RotateCw, X } from "lucide-react";
import { deleteFile, type Import, validateImport } from "@/api/imports";
import { broken, forgetFile, type Upload, uploadFiles } from "@/api/uploads";
import { percent } from "@/shared/format";
import { Button, IconButton } from "@/shared/ui/button";
import { Badge, Card, Progress } from "@/shared/ui/pieces";
import { toast, toastProblem } from "@/shared/ui/toast";
import { Drop } from "./drop";
import { refusal, size } from "./words";

/** The files of an import: how far they have come up, more of them, fewer of them. */
export function Files({
  it,
  upload,
  canChange,
  onCheck,
  isChecking = false,
}: {
  it: Import;
  upload: Upload | undefined;
  canChange: boolean;
  onCheck?: (() => void) | undefined;
  isChecking?: boolean;
}) {
  const client = useQueryClient();
  const done = () => client.invalidateQueries({ queryKey: ["imports"] });
  const remove = useMutation({
    mutationFn: (name: string) => deleteFile(it.id, name),
    onSuccess: (_, name) => forgetFile(it.id, name),
    onError: toastProblem,
    onSettled: done,
  });
  const send = (files: readonly File[]) => {
    void uploadFiles(it.id, files, it.files)
      .then((whole) => (whole ? validateImport(it.id) : undefined))
      // What went wrong is said beside the file; the check can be asked for by hand.
      .catch(() => undefined)
      .then(done);
  };
  const take = (given: Iterable<File>) => {
    const good = [...given].filter((file) => {
      const why = refusal(file);
      if (why) toast(`${file.name} was not taken. ${why}`, { tone: "bad" });
      return why === undefined;
    });
    if (good.length > 0) send(good);
  };

  const names = [...new Set([...it.files, ...(upload?.files ?? [])].map((file) => file.name))];
  const isRunning = upload?.isRunning ?? false;
  const again = isRunning ? [] : broken(it.id);
  return (
    <Card
      title="Files"
      flush
      aside={
        <>
          {again.length > 0 && (
            <Button size="sm" onClick={() => send(again)}>
              <RotateCw />
              Go on with the upload
            </Button>
          )}
          {onCheck && !isRunning && (
            <Button size="sm" look="accent" busy={isChecking} onClick={onCheck}>
              Check the files
            </Button>
          )}
        </>
      }
    >
      <ul aria-label="Files" className="divide-y divide-line">
        {names.map((name) => {
          const there = it.files.find((file) => file.name === name);
          const mine = upload?.files.find((file) => file.name === name);
          const bytes = Math.max(mine?.bytes ?? 0, there?.bytes ?? 0);
          const total = mine?.total ?? there?.total_bytes ?? 0;
          const whole = bytes >= total && !mine?.problem;
          return (
            <li key={name} className="px-4 py-2 text-sm">
              <div className="flex min-h-7 items-center gap-3">
                <span className="min-w-0 flex-1 truncate">{name}</span>
                <span className="text-xs text-ink-faint">
                  {whole
                    ? size(total)
                    : `${size(bytes)} of ${size(total)}, ${percent(total ? bytes / total : 0)}`}
                </span>
                {whole ? <Badge tone="good">There</Badge> : !mine && <Badge tone="warn">Not whole</Badge>}
                {canChange && !isRunning && there && (
                  <IconButton
                    label={`Leave out ${name}`}
                    size="sm"
                    busy={remove.isPending && remove.variables === name}
                    onClick={() => remove.mutate(name)}
                  >
                    <X />
                  </IconButton>
                )}
              </div>
              {!whole && mine && <Progress label={`Upload of ${name}`} done={bytes} total={total} />}
              {mine?.problem && (
                <p role="alert" className="mt-1 text-xs text-bad">
                  {mine.problem.message} {mine.problem.remedy}
                </p>
              )}
            </li>
          );
        })}
      </ul>
      {it.files.some((file) => !file.is_whole) && !upload && (
        <p className="border-t border-line px-4 py-2 text-sm text-ink-soft">
          The upload broke off. Choose the same files again: it goes on where it was.
        </p>
      )}
      {canChange && !isRunning && (
        <div className="border-t border-line p-4">
          <Drop onFiles={take} small />
        </div>
      )}
    </Card>
  );
}
