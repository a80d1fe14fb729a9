"""Verifies an access token with what the server publishes, as a service beside Rollcall would: with PyJWT."""

import json
import sys
import urllib.request

import jwt

EDGE = sys.argv[1]
WORLD = json.load(sys.stdin)

request = urllib.request.Request(
    f"{EDGE}/api/v1/auth/login",
    data=json.dumps({"email": WORLD["student"], "password": WORLD["password"]}).encode(),
    headers={"content-type": "application/json"},
)
with urllib.request.urlopen(request) as answer:
    token = json.load(answer)["access_token"]

client = jwt.PyJWKClient(f"{EDGE}/.well-known/jwks.json")


def verify(token, **changes):
    key = client.get_signing_key_from_jwt(token)
    expected = {"audience": "rollcall", "issuer": "rollcall", "algorithms": ["EdDSA"], **changes}
    return jwt.decode(token, key, options={"require": ["exp", "iat", "nbf", "sub", "jti"]}, **expected)


claims = verify(token)
assert claims["sub"] == WORLD["student_id"], claims
assert claims["role"] == "student", claims

header, payload, signature = token.split(".")
other = "A" if signature[0] != "A" else "B"
for forged, changes in [
    (f"{header}.{payload}.{other}{signature[1:]}", {}),
    (token, {"audience": "another"}),
    (token, {"algorithms": ["HS256"]}),
]:
    try:
        verify(forged, **changes)
    except jwt.InvalidTokenError:
        continue
    raise AssertionError(f"{changes} was accepted")

print("a foreign client verifies the token")
