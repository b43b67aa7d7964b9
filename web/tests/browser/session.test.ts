import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessible, look, type Pie, shot, start } from "./harness";

let pie: Pie;
beforeAll(async () => {
  pie = await start();
});
afterAll(() => pie.stop());

describe("signing in", () => {
  test("by the code from the e-mail, and back to where one was going", async () => {
    const page = await pie.page({ as: null, expectErrors: /401/ });
    await page.goto("/deals?sort=name");
    await page.getByRole("heading", { level: 1, name: "Sign in to Pie" }).waitFor();
    await look(page, "sign-in");
    const email = pie.people.cro ?? "";
    await page.getByLabel("E-mail").fill(email);
    const since = Date.now() - 1000;
    await page.keyboard.press("Enter");
    await page.getByLabel("Code").waitFor();
    await look(page, "sign-in-code");
    await page.getByLabel("Code").fill("0000-0000");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await accessible(page);
    await shot(page, "sign-in-wrong-code");
    const code = await pie.codeFor(email, since);
    await page.getByLabel("Code").fill(code.toUpperCase().replace("-", " "));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Pipeline" }).waitFor();
    expect(new URL(page.url()).search).toBe("?sort=name");
  });

  test("keeps its tokens where no script reads them", async () => {
    const page = await pie.page({ as: "ae" });
    await page.goto("/");
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    const cookies = await page.context().cookies();
    expect(cookies.map((cookie) => cookie.name).toSorted()).toEqual(["pie_refresh", "pie_session"]);
    for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    expect(await page.evaluate(() => document.cookie)).toBe("");
    const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    for (const cookie of cookies) expect(kept).not.toContain(cookie.value);
  });

  test("goes on by itself when the access token has run out, a change too", async () => {
    // A session of its own: going on takes the refresh token of the one before out of use.
    const page = await pie.page({ as: null, expectErrors: /401/ });
    await page.goto(await pie.link("ae"));
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    await page.goto("/deals?filter%5Boutcome%5D=open&sort=-amount");
    const row = page.getByRole("row").nth(1);
    await row.waitFor();
    await page.context().clearCookies({ name: "pie_session" });
    await row.getByRole("button", { name: /^Next step of/ }).click();
    await row.getByRole("textbox", { name: /^Next step of/ }).fill("After the token ran out");
    await page.keyboard.press("Enter");
    await row.getByRole("button", { name: /: After the token ran out/ }).waitFor();
    expect((await page.context().cookies()).map((cookie) => cookie.name)).toContain("pie_session");
  });

  test("ends where one says so, and leaves nothing behind", async () => {
    const page = await pie.page({ as: null, expectErrors: /401/ });
    await page.goto(await pie.link("sales_manager"));
    await page.getByRole("heading", { level: 1, name: "Today" }).waitFor();
    expect(page.url()).not.toContain("ticket");
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in to Pie" }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Sign in to Pie" }).waitFor();
    expect(await page.getByRole("table").count()).toBe(0);
  });
});

describe("on a telephone", () => {
  test("the navigation opens, leads and closes", async () => {
    const page = await pie.page({ width: 390, height: 844 });
    await page.goto("/");
    await page.getByRole("button", { name: "Navigation" }).click();
    await accessible(page);
    await shot(page, "app-navigation-390");
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Pipeline" }).click();
    await page.getByRole("heading", { level: 1, name: "Pipeline" }).waitFor();
    expect(await page.getByRole("navigation", { name: "Main" }).count()).toBe(0);
  });
});
