// The documentation pages: they show every operation, calls can be made from them, nothing is asked of another host, and
// the browser has nothing to complain about, its content security policy included.
//
// Usage: node docs.js EDGE_URL [FOLDER], and the world on standard input as JSON. Pictures go to the folder, for people.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { open, visit } from "./browser.js";

const [edge, folder] = process.argv.slice(2);
const world = JSON.parse(readFileSync(0, "utf8"));
const screens = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const picture = async (shown, name) => folder && (await shown.screenshot({ path: `${folder}/${name}.png` }));

const login = await fetch(`${edge}/api/v1/auth/login`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ email: world.teacher, password: world.password }),
});
const { access_token: token } = await login.json();
const { paths } = await (await fetch(`${edge}/openapi.json`)).json();
const methods = ["get", "put", "post", "delete", "patch"];
const operations = Object.entries(paths)
  .flatMap(([path, item]) => methods.filter((method) => item[method]).map((method) => `${method} ${path}`))
  .sort();

/** Every operation that Swagger UI shows: of this many it keeps only those in the page that are in view. */
async function scrollThrough(page) {
  const seen = new Set();
  await page.locator(".opblock").first().waitFor();
  for (let step = 0; step < 400 && seen.size < operations.length; step += 1) {
    const shown = await page.locator(".opblock").evaluateAll((blocks) =>
      blocks.map((block) => {
        const method = [...block.classList].find((name) => name.startsWith("opblock-")).slice("opblock-".length);
        return `${method} ${block.querySelector("[data-path]").getAttribute("data-path")}`;
      }),
    );
    shown.forEach((operation) => seen.add(operation));
    await page.mouse.wheel(0, 400);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
  await page.evaluate(() => scrollTo(0, 0));
  return [...seen].sort();
}

async function swaggerUi(browser, path, screen) {
  const { page, complaints } = await visit(browser, edge, path, { viewport: screens[screen] });
  await page.mouse.move(100, 500);
  assert.deepEqual(await scrollThrough(page), operations);
  await picture(page, `swagger-ui-${screen}`);

  const execute = async (route) => {
    await page.locator(".operation-filter-input").fill(route);
    const block = page.locator(".opblock-get", { has: page.locator(`[data-path="${route}"]`) });
    await block.locator(".opblock-summary-control").click();
    await block.locator("button.execute").click();
    const status = block.locator(".live-responses-table .response .response-col_status");
    await status.waitFor();
    await picture(block, `swagger-ui-${screen}${route.replaceAll("/", "-")}`);
    return (await status.innerText()).trim();
  };
  assert.equal(await execute("/health"), "200");

  await page.getByRole("button", { name: "Authorize", exact: true }).click();
  await page.locator(".auth-container input").fill(token);
  await page.locator(".auth-container button[type=submit]").click();
  await page.locator(".modal-ux .close-modal").click();
  assert.equal(await execute("/api/v1/sessions"), "200");

  await page.locator(".operation-filter-input").fill("makeup");
  await page.waitForFunction(() => {
    const shown = [...document.querySelectorAll(".opblock [data-path]")];
    return shown.length > 0 && shown.every((path) => path.getAttribute("data-path").includes("makeup"));
  });
  assert.deepEqual(complaints, []);
  await page.close();
}

async function reDoc(browser, screen) {
  const { page, complaints } = await visit(browser, edge, "/redoc", { viewport: screens[screen] });
  // A section for each operation stands below that of its tag.
  const sections = page.locator('[data-section-id*="/operation/"], [data-section-id*="/paths/"]');
  await sections.nth(operations.length - 1).waitFor({ state: "attached" });
  assert.equal(await sections.count(), operations.length);
  await picture(page, `redoc-${screen}`);
  if (screen === "desktop") {
    await page.getByRole("textbox", { name: "Search" }).fill("session");
    await page.locator('[data-role="search:results"] li').first().waitFor();
  }
  assert.deepEqual(complaints, []);
  await page.close();
}

const browser = await open();
try {
  await swaggerUi(browser, "/docs", "desktop");
  await swaggerUi(browser, "/apidocs", "phone");
  await reDoc(browser, "desktop");
  await reDoc(browser, "phone");
} finally {
  await browser.close();
}
console.log("the pages work");
