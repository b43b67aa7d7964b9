import type { ReactNode } from "react";
import { Link } from "../routing";
import { buttonClass } from "./button";
import { Empty } from "./states";

/** What an address names is not there: why that may be, and the way to what is. */
export const Missing = ({
  title,
  to,
  way,
  children,
}: {
  title: string;
  to: string;
  way: string;
  children: ReactNode;
}) => (
  <Empty
    title={title}
    action={
      <Link to={to} className={buttonClass("accent")}>
        {way}
      </Link>
    }
  >
    {children}
  </Empty>
);

/** A deal that is not there, or that belongs to somebody whose deals one does not see. */
export const MissingDeal = () => (
  <Missing title="This deal is not there" to="/deals" way="Go to the pipeline">
    It was removed at its source, or it belongs to somebody whose deals you do not see.
  </Missing>
);
