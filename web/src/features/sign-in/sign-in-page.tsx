import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ChartPie } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { type Grant, meQuery, sendCode, signIn } from "@/api/me";
import { asProblem } from "@/shared/problem";
import { ownPath, useAddress, useGo } from "@/shared/routing";
import { Button } from "@/shared/ui/button";
import { Field, Input } from "@/shared/ui/field";

const read = (search: Readonly<Record<string, unknown>>): { next: string } => ({
  next: ownPath(search.next),
});

export default function SignInPage() {
  const [{ next }] = useAddress(read);
  const go = useGo();
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [code, setCode] = useState("");
  const codeInput = useRef<HTMLInputElement>(null);
  const sent = useMutation({ mutationFn: sendCode });
  const begun = useMutation({
    mutationFn: (grant: Grant) => signIn(grant),
    onSuccess: async () => {
      client.clear();
      await client.ensureQueryData(meQuery);
      const to = new URL(next, window.location.origin);
      go(to.pathname, Object.fromEntries(to.searchParams));
    },
  });
  useEffect(() => {
    document.title = "Sign in · Pie";
  }, []);
  useEffect(() => {
    if (sent.isSuccess) codeInput.current?.focus();
  }, [sent.isSuccess]);

  const { mutate: begin } = begun;
  useEffect(() => {
    // A link or a provider brings a ticket behind the #, which no server is sent. It leaves the address before it is used.
    const ticket = /^#ticket=(.+)$/.exec(window.location.hash)?.[1];
    if (!ticket) return;
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
    begin({ grant: "ticket", ticket: decodeURIComponent(ticket) });
  }, [begin]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (sent.isSuccess)
      begun.mutate({ grant: "code", email: email.trim(), code: code.replaceAll(/\s/g, "") });
    else sent.mutate(email.trim());
  };
  const byTicket = begun.variables?.grant === "ticket";
  const wrong = begun.error ? asProblem(begun.error) : undefined;
  const notSent = sent.error ? asProblem(sent.error) : undefined;

  return (
    <main className="flex min-h-dvh items-center justify-center p-4">
      <div className="panel w-full max-w-sm p-6">
        <div className="mb-5 flex items-center gap-2">
          <ChartPie className="size-6 text-accent" />
          <h1 className="text-xl font-semibold tracking-tight">Sign in to Pie</h1>
        </div>
        {byTicket && (
          <div role={wrong ? "alert" : "status"} className="mb-4 text-sm">
            {wrong
              ? `This link does not sign you in. ${wrong.message} Ask for a code instead.`
              : "Signing you in…"}
          </div>
        )}
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field
            label="E-mail"
            error={notSent && (notSent.at("/email") ?? `${notSent.message} ${notSent.remedy}`)}
          >
            <Input
              type="email"
              name="email"
              autoComplete="email"
              required
              autoFocus
              value={email}
              readOnly={sent.isSuccess}
              onChange={(event) => setEmail(event.target.value)}
            />
          </Field>
          {sent.isSuccess && (
            <Field
              label="Code"
              hint="Eight letters and digits from the e-mail that was sent just now. They are good for ten minutes."
              error={!byTicket && wrong && `${wrong.message} ${wrong.remedy}`}
            >
              <Input
                ref={codeInput}
                name="code"
                autoComplete="one-time-code"
                autoCapitalize="none"
                spellCheck={false}
                minLength={8}
                maxLength={20}
                required
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            </Field>
          )}
          <Button type="submit" look="accent" busy={sent.isPending || begun.isPending || begun.isSuccess}>
            {sent.isSuccess ? "Sign in" : "Send me a code"}
          </Button>
          {sent.isSuccess && (
            <Button
              look="quiet"
              onClick={() => {
                sent.reset();
                begun.reset();
                setCode("");
              }}
            >
              Use another e-mail
            </Button>
          )}
        </form>
        <p aria-live="polite" className="mt-4 text-xs text-ink-faint">
          {sent.data?.detail}
        </p>
      </div>
    </main>
  );
}
