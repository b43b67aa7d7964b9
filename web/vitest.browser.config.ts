import { defineConfig } from "vitest/config";

// Tests in a real Chromium against a real `pie up`: one of each per file, one file at a time.
export default defineConfig({
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  test: {
    environment: "node",
    include: process.env.PIE_SPEED ? ["tests/browser/speed.ts"] : ["tests/browser/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
