// A headless Chromium, and pages of it that remember what went wrong in them.

import { chromium } from "playwright-core";

/** `hosts` says which names are this machine: `{"app.example": port}`. Nothing else is looked up anywhere. */
export async function open(hosts = {}) {
  const rules = Object.entries(hosts).map(([name, port]) => `MAP ${name}:80 127.0.0.1:${port}`);
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...(rules.length > 0 ? [`--host-resolver-rules=${rules.join(", ")}`] : []),
    ],
  });
}

/** A page, and the list of all that it complained about; also of what it asked of others than `base`. */
export async function visit(browser, base, path, options = {}) {
  const page = await browser.newPage(options);
  // Whoever started this ends it sooner; a busy machine is no fault.
  page.setDefaultTimeout(120_000);
  const complaints = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure().errorText}`));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && origin !== new URL(base).origin) complaints.push(`asks ${request.url()}`);
  });
  await page.goto(base + path);
  return { page, complaints };
}
