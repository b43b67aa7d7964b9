import { afterEach, expect } from "vitest";
import { endOfTest } from "./harness";

// No page is left to ask on behind the next test, and nothing may complain in any console.
afterEach(async ({ task }) => {
  const failed = task.result?.state === "fail" ? task.name.replaceAll(/\W+/g, "-").slice(0, 60) : undefined;
  expect(await endOfTest(failed), "what the console complained of").toEqual([]);
});
