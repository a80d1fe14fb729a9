// Starts Swagger UI. Deferred scripts run in order, so the bundle is there.
"use strict";

// Swagger UI has a dark look, and leaves it to the page to ask for it.
const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", paint);
paint();

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  tryItOutEnabled: true,
  // A token is gone with the page: what lies in the browser's storage outlives whoever sat in front of it.
  persistAuthorization: false,
  // The document is shown to nobody else.
  validatorUrl: null,
});
