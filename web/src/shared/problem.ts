/** `application/problem+json` as the API writes it. */
interface Wire {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly request_id?: string | null;
  readonly errors?: readonly { pointer: string; code: string; message: string }[] | null;
}

/** An answer that is not a success, as the API tells it; also what never got an answer (`code: "network"`). */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly requestId: string | undefined;
  /** What is wrong where, for forms: `pointer` is the place in the body (`/email`) or the parameter's name. */
  readonly errors: readonly { pointer: string; code: string; message: string }[];

  constructor(told: Partial<Wire> & { status: number }) {
    super(told.detail ?? told.title ?? `The server answered ${told.status}.`);
    this.status = told.status;
    this.code = told.code ?? "unknown";
    this.title = told.title ?? "That did not work";
    this.remedy = told.remedy ?? "Try again; if it stays, tell your admin.";
    this.retryable = told.retryable ?? told.status >= 500;
    this.requestId = told.request_id ?? undefined;
    this.errors = told.errors ?? [];
  }

  /** What is said about one field of the body, if anything. */
  at(pointer: string): string | undefined {
    return this.errors.find((error) => error.pointer === pointer)?.message;
  }

  static async of(response: Response): Promise<Problem> {
    const text = await response.text().catch(() => "");
    try {
      return new Problem({ ...JSON.parse(text), status: response.status });
    } catch {
      // What stands between us and the API may answer in its own words.
      return new Problem({ status: response.status });
    }
  }

  static network(): Problem {
    return new Problem({
      status: 0,
      code: "network",
      title: "No connection",
      detail: "Pie could not be reached.",
      remedy: "Check that you are online and that `pie up` is running, then try again.",
      retryable: true,
    });
  }
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem({
    status: 0,
    detail: error instanceof Error ? error.message : String(error),
    title: "Something here broke",
    remedy: "Reload the page; if it stays, report it with what you did.",
    retryable: false,
  });
}
