// Verifies an access token with what the server publishes, as a service beside Rollcall would: with jose.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRemoteJWKSet, jwtVerify } from "jose";

const edge = process.argv[2];
const world = JSON.parse(readFileSync(0, "utf8"));

const login = await fetch(`${edge}/api/v1/auth/login`, {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ email: world.student, password: world.password }),
});
assert.equal(login.status, 200);
const { access_token: token } = await login.json();

const keys = createRemoteJWKSet(new URL(`${edge}/.well-known/jwks.json`));
const expected = { issuer: "rollcall", audience: "rollcall", typ: "at+jwt", algorithms: ["EdDSA"] };
const { payload, protectedHeader } = await jwtVerify(token, keys, expected);
assert.equal(payload.sub, world.student_id);
assert.equal(payload.role, "student");
assert.equal(protectedHeader.alg, "EdDSA");

const [header, claims, signature] = token.split(".");
const other = signature[0] === "A" ? "B" : "A";
await assert.rejects(jwtVerify(`${header}.${claims}.${other}${signature.slice(1)}`, keys, expected));
await assert.rejects(jwtVerify(token, keys, { ...expected, audience: "another" }));
await assert.rejects(jwtVerify(token, keys, { ...expected, algorithms: ["HS256"] }));

console.log("a foreign client verifies the token");
