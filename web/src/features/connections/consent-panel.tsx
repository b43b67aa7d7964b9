import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useEffect, useState } from "react";
import { type Connection, reconnect } from "@/api/connections";
import { asProblem } from "@/shared/problem";
import { Button, buttonClass, Spinner } from "@/shared/ui/button";
import { Card } from "@/shared/ui/pieces";
import { consentOf, keepConsent } from "./consent";
import { ProblemNote } from "./problem-note";

/** Sends the person to the source and notices when they have granted it. */
export function Consent({ connection, may }: { connection: Connection; may: boolean }) {
  const { title } = connection;
  return (
    <Card title={`Grant access at ${title}`}>
      {may ? (
        <ConsentLink connection={connection} />
      ) : (
        <p className="text-sm text-ink-soft">
          Whoever began this has not granted access yet. A CRO or an admin can go on with it.
        </p>
      )}
    </Card>
  );
}

/** A link to the source, or what makes a new one. */
export function ConsentLink({ connection }: { connection: Connection }) {
  const client = useQueryClient();
  const { id, title } = connection;
  const [, look] = useState(0);
  const [went, setWent] = useState(false);
  const url = consentOf(client, id, Date.now());
  // The link ends after ten minutes; then the button is another.
  useEffect(() => {
    const timer = setInterval(() => look((before) => before + 1), 15_000);
    return () => clearInterval(timer);
  }, []);
  const again = useMutation({
    mutationFn: () => reconnect(id),
    onSuccess: (begun) => {
      keepConsent(client, id, begun.authorize_url);
      setWent(false);
      look((before) => before + 1);
    },
  });
  if (!url) {
    return (
      <div className="flex flex-col items-start gap-3 text-sm text-ink-soft">
        <p>
          The link to {title} is good once and for ten minutes, in the browser that asked for it. This one has
          none that is good.
        </p>
        <Button look="accent" onClick={() => again.mutate()} busy={again.isPending}>
          Make a new link
        </Button>
        {again.error && <ProblemNote problem={asProblem(again.error)} />}
      </div>
    );
  }
  return (
    <div className="flex flex-col items-start gap-3 text-sm text-ink-soft">
      <ol className="list-decimal pl-5">
        <li>{title} opens in a new tab. Sign in there as somebody who may read everybody’s deals.</li>
        <li>Look at what is asked for, and allow it.</li>
        <li>Come back to this tab: it goes on by itself, and the first sync begins.</li>
      </ol>
      <a
        href={url}
        target="_blank"
        rel="noopener noreferrer"
        onClick={() => setWent(true)}
        className={buttonClass("accent")}
      >
        Go to {title}
        <ExternalLink aria-hidden="true" />
        <span className="unseen">(opens a new tab)</span>
      </a>
      <p role="status" className={went ? "flex flex-wrap items-center gap-x-3 gap-y-1" : "unseen"}>
        {went && (
          <>
            <span className="flex items-center gap-2">
              <Spinner />
              Waiting for {title} to say that you allowed it.
            </span>
            <button
              type="button"
              onClick={() => again.mutate()}
              disabled={again.isPending}
              className="text-accent-strong underline"
            >
              It did not work: make a new link
            </button>
          </>
        )}
      </p>
      {again.error && <ProblemNote problem={asProblem(again.error)} />}
    </div>
  );
}
