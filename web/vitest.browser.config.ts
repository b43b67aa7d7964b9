import { defineConfig } from "vitest/config";

// Tests in a real Chromium against a real `pie up`: one of each per file, one file at a time.
export default defineConfig({
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  test: {
    environment: "node",
    include: process.env.PIE_SPEED
      ? ["tests/browser/speed.ts", "tests/browser/large.test.ts"]
      : ["tests/browser/**/*.test.ts"],
    globalSetup: ["tests/browser/prepare.ts"],
    setupFiles: ["tests/browser/after-each.ts"],
    fileParallelism: false,
    // No test is about time: a machine that does much else besides may take as long as it needs.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    // Once more where nobody looks on; what passes at the second try is shown as such.
    retry: process.env.CI ? 1 : 0,
    expect: { poll: { timeout: 60_000, interval: 100 } },
  },
});
