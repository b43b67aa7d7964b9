import { Link } from "../routing";
import { buttonClass } from "./button";
import { Empty } from "./states";

const PIPELINE = (
  <Link to="/deals" className={buttonClass("accent")}>
    Go to the pipeline
  </Link>
);

/** A deal that is not there, or that belongs to somebody whose deals one does not see. */
export const MissingDeal = () => (
  <Empty title="This deal is not there" action={PIPELINE}>
    It was removed at its source, or it belongs to somebody whose deals you do not see.
  </Empty>
);
