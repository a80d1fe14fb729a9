// A page of another origin than the edge's calls it: from an origin that may, and from one that may not.
//
// Usage: node calls.js BUNDLE EDGE_URL, and the world on standard input as JSON, as for the other clients. The edge is to
// allow http://app.example and not http://evil.example; for the browser both are this machine.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { open } from "./browser.js";

const [bundle, edge] = process.argv.slice(2);
const world = JSON.parse(readFileSync(0, "utf8"));

const files = {
  "/": ["text/html", readFileSync(new URL("page/index.html", import.meta.url))],
  "/page.js": ["text/javascript", readFileSync(bundle)],
};
const server = createServer((request, response) => {
  const [media, bytes] = files[request.url] ?? ["text/plain", ""];
  response.writeHead(bytes === "" ? 404 : 200, { "content-type": media }).end(bytes);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address();

const browser = await open({ "app.example": port, "evil.example": port });
try {
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto("http://app.example/");
  await page.evaluate(([edge, world, id]) => window.mainFlow(edge, world, id), [edge, world, randomUUID()]);
  const token = await page.evaluate(([edge, world]) => window.signIn(edge, world.teacher, world.password), [edge, world]);
  assert.deepEqual(complaints, []);

  const foreign = await browser.newPage();
  await foreign.goto("http://evil.example/");
  await foreign.evaluate(([edge, world, token]) => window.foreignPage(edge, world, token), [edge, world, token]);
} finally {
  await browser.close();
  server.close();
}
console.log("the calls work");
