/**
 * The browser's side of a session. The tokens are in cookies that no script can read; what is kept here is the text
 * that each changing request must carry, and who wants to know when the session ends.
 */
let csrf: string | undefined;
const whenEnded = new Set<() => void>();

export const session = {
  get csrf(): string | undefined {
    return csrf;
  },
  began(text: string | null | undefined): void {
    csrf = text ?? undefined;
  },
  ended(): void {
    csrf = undefined;
    for (const tell of whenEnded) tell();
  },
  onEnded(tell: () => void): () => void {
    whenEnded.add(tell);
    return () => whenEnded.delete(tell);
  },
};
