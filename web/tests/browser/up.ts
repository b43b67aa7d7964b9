import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export const root = new URL("../../", import.meta.url).pathname;
/** Where pictures go. */
export const ARTIFACTS = join(root, "artifacts");

export type Size = "small" | "medium" | "large";

export interface Running {
  readonly api: string;
  /** The folder everything is kept in. */
  readonly data: string;
  /** What `pie up` said, with the sandboxes' addresses. */
  readonly said: string;
  end(): Promise<void>;
}

/** A `pie up` on a port of its own with the pages of `dist`, once it answers. */
export async function up(data: string, size: Size): Promise<Running> {
  const bin = process.env.PIE_BIN;
  if (!bin) throw new Error("PIE_BIN must name a `pie` binary");
  const options = ["--port", "0", "--data", data, "--size", size, "--web", join(root, "dist")];
  const child: ChildProcess = spawn(bin, ["up", ...options, "--color", "never"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const api = await new Promise<string>((found, fail) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      const at = /up at (http:\/\/\S+)/.exec(said)?.[1];
      if (at && /stops it/.test(said)) found(at);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", fail);
    child.once("exit", (status) => fail(new Error(`pie up ended (${status}):\n${said}`)));
  });
  const end = async () => {
    child.kill("SIGINT");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  };
  return {
    api,
    data,
    get said() {
      return said;
    },
    end,
  };
}
