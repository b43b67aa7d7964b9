import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// During development the pages come from vite and everything else from a running `pie up`.
const target = process.env.PIE_URL ?? "http://127.0.0.1:7433";
const key = process.env.PIE_KEY;

const toPie = {
  target,
  changeOrigin: true,
  headers: { origin: target, ...(key ? { authorization: `Bearer ${key}` } : {}) },
};

export default defineConfig({
  plugins: [react(), tailwind()],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  server: {
    host: "127.0.0.1",
    proxy: Object.fromEntries(
      ["/v1", "/version", "/openapi.json", "/docs", "/healthz"].map((path) => [path, toPie]),
    ),
  },
  build: {
    target: ["chrome123", "edge123", "firefox128", "safari17.5"],
    manifest: true,
    // Everything is a file of our own: the content security policy knows no data: and no inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  test: {
    environment: "happy-dom",
    include: ["tests/unit/**/*.test.{ts,tsx}", "tests/component/**/*.test.tsx"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
    testTimeout: 30_000,
  },
});
