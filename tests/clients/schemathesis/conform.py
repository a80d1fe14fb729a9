"""Is the document valid, and does the API do what it says, for whoever is signed in and for a stranger?

Every check of Schemathesis is on but one: `positive_data_acceptance` wants everything accepted that the schema allows, and
a well-formed code, token or id that nobody ever gave out is rightly refused.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from openapi_spec_validator import validate

HERE = Path(__file__).parent


def get(url):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def sign_in(edge, email, password):
    body = json.dumps({"email": email, "password": password}).encode()
    request = urllib.request.Request(
        f"{edge}/api/v1/auth/login", data=body, headers={"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["access_token"]


def is_stream(item):
    content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
    return "text/event-stream" in content


# Too much of something is refused as such before it is read.
REFUSALS = """[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 429]
"""


def ids(world):
    """Ids that exist, so that more than 404 is seen."""
    lines = ["[parameters]", f'"path.location_id" = "{world["location_id"]}"']
    for path, name in [("/api/v1/sessions/{id}", "session_id"), ("/api/v1/locations/{id}", "location_id")]:
        lines += ["[[operations]]", f'include-path = "{path}"', f'parameters = {{ id = "{world[name]}" }}']
    return "\n".join(lines)


def conform(edge, token, without, examples):
    command = ["schemathesis", "run", f"{edge}/openapi.json", "--no-color", "--phases", "examples,coverage,fuzzing"]
    command += ["--exclude-checks", "positive_data_acceptance", "--max-examples", str(examples)]
    # Findings must be the same tomorrow; the long run by hand takes other seeds.
    command += ["--seed", os.environ.get("SEED", "1"), "--request-timeout", "10", "--suppress-health-check", "all"]
    if token:
        command += ["--header", f"Authorization: Bearer {token}"]
    for path in without:
        command += ["--exclude-path", path]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    counted = re.search(r"(\d+) generated", done.stdout)
    if done.returncode != 0 or not counted:
        sys.exit(f"{done.stdout}\n{done.stderr}")
    return int(counted.group(1))


def main():
    edge, examples = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "3"
    world = json.load(sys.stdin)
    document = get(f"{edge}/openapi.json")
    validate(document)
    # A signed-in stream stays open, and a token that signed out would spoil every call after it.
    without = [path for path, item in document["paths"].items() if is_stream(item)] + ["/api/v1/auth/logout"]
    cases = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        settings = Path("schemathesis.toml")
        settings.write_text(REFUSALS, encoding="utf-8")
        cases += conform(edge, None, [], examples)
        settings.write_text(REFUSALS + ids(world), encoding="utf-8")
        for role in ("teacher", "student"):
            cases += conform(edge, sign_in(edge, world[role], world["password"]), without, examples)
    assert cases >= 2_000, f"only {cases} cases"
    print(f"{cases} cases")
    print("the API is as it is documented")


main()
