// Starts ReDoc. Deferred scripts run in order, so the bundle is there.
"use strict";

// Fonts of the machine: none is fetched.
const text = "system-ui, sans-serif";
const code = "ui-monospace, monospace";

Redoc.init(
  "openapi.json",
  {
    expandResponses: "200",
    nativeScrollbars: true,
    requiredPropsFirst: true,
    theme: {
      typography: {
        fontFamily: text,
        headings: { fontFamily: text },
        code: { fontFamily: code },
      },
    },
  },
  document.getElementById("docs"),
);
