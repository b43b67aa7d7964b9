import { Link } from "@/shared/routing";

/** Some of the deals by the name the history gives them: a link looks them up. */
export function Examples({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <span className="text-xs text-ink-faint">
      such as{" "}
      {names.map((name, at) => (
        <span key={name}>
          {at > 0 && ", "}
          <Link
            to="/deals"
            search={{ q: name, sort: "-amount" }}
            className="whitespace-nowrap underline hover:text-accent-strong"
          >
            {name}
          </Link>
        </span>
      ))}
    </span>
  );
}
