import { useSyncExternalStore } from "react";
import { asProblem, Problem } from "@/shared/problem";
import { send } from "./transport";

/** A part of a file as the API takes it. */
export const PART_BYTES = 4 * 1024 * 1024;
const TRIES = 3;

export interface FileUpload {
  readonly name: string;
  readonly bytes: number;
  readonly total: number;
  readonly problem?: Problem;
}

export interface Upload {
  readonly files: readonly FileUpload[];
  readonly isRunning: boolean;
}

// Files live in this page only: a reload forgets them, and what has come so far is at the server.
const uploads = new Map<string, Upload>();
const sources = new Map<string, Map<string, File>>();
const listeners = new Set<() => void>();

function set(id: string, upload: Upload): void {
  uploads.set(id, upload);
  for (const tell of listeners) tell();
}

/** The uploads of an import that this page has begun, wherever one went since. */
export const useUpload = (id: string): Upload | undefined =>
  useSyncExternalStore(
    (tell) => {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    () => uploads.get(id),
  );

/** Which bytes the parts of a file hold: `[first, last]`, counted from 0; one part without bytes for an empty file. */
export function parts(total: number, from = 0, size = PART_BYTES): [number, number][] {
  if (total === 0) return from === 0 ? [[0, -1]] : [];
  const found: [number, number][] = [];
  for (let first = from; first < total; first += size) {
    found.push([first, Math.min(first + size, total) - 1]);
  }
  return found;
}

async function putPart(id: string, file: File, first: number, last: number): Promise<number> {
  const address = `/v1/imports/${encodeURIComponent(id)}/files/${encodeURIComponent(file.name)}`;
  const response = await send(
    new Request(new URL(address, window.location.origin), {
      method: "PUT",
      headers: {
        "content-type": "application/octet-stream",
        ...(file.size > 0 ? { "content-range": `bytes ${first}-${last}/${file.size}` } : {}),
      },
      body: file.slice(first, last + 1),
    }),
  );
  if (!response.ok) throw await Problem.of(response);
  return ((await response.json()) as { bytes: number }).bytes;
}

async function putFile(id: string, file: File, from: number, told: (bytes: number) => void): Promise<void> {
  for (const [first, last] of parts(file.size, from)) {
    for (let left = TRIES - 1; ; left -= 1) {
      try {
        told(await putPart(id, file, first, last));
        break;
      } catch (error) {
        if (left === 0 || !asProblem(error).retryable) throw error;
        await new Promise((done) => setTimeout(done, 1_000 * (TRIES - left)));
      }
    }
  }
}

/**
 * Brings files up in parts, one file after another. Those of which some came before go on where they were. Answers
 * whether all of them are there.
 */
export async function uploadFiles(
  id: string,
  files: readonly File[],
  there: readonly { name: string; bytes: number; total_bytes: number }[] = [],
): Promise<boolean> {
  const kept = sources.get(id) ?? new Map<string, File>();
  sources.set(id, kept);
  for (const file of files) kept.set(file.name, file);
  const begun = (file: File): number => {
    const before = there.find((each) => each.name === file.name && each.total_bytes === file.size);
    return before && before.bytes < file.size ? before.bytes : 0;
  };
  const other = (uploads.get(id)?.files ?? []).filter(
    (before) => !files.some((file) => file.name === before.name),
  );
  let now: FileUpload[] = [
    ...other,
    ...files.map((file) => ({ name: file.name, bytes: begun(file), total: file.size })),
  ];
  const tell = (isRunning: boolean) => set(id, { files: now, isRunning });
  const change = (name: string, what: Partial<FileUpload>) => {
    now = now.map((each) => (each.name === name ? { ...each, ...what } : each));
    tell(true);
  };
  tell(true);
  for (const file of files) {
    try {
      await putFile(id, file, begun(file), (bytes) => change(file.name, { bytes }));
    } catch (error) {
      change(file.name, { problem: asProblem(error) });
    }
  }
  tell(false);
  return now.every((each) => each.problem === undefined);
}

/** The files of an import whose upload broke off and that this page still has. */
export const broken = (id: string): File[] =>
  (uploads.get(id)?.files ?? []).flatMap((each) => {
    const file = each.problem ? sources.get(id)?.get(each.name) : undefined;
    return file ? [file] : [];
  });

/** A file that is no longer part of an import. */
export function forgetFile(id: string, name: string): void {
  sources.get(id)?.delete(name);
  const upload = uploads.get(id);
  if (upload) set(id, { ...upload, files: upload.files.filter((each) => each.name !== name) });
}
