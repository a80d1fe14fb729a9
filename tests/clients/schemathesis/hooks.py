"""What Schemathesis must be told about the answers."""

import json

import schemathesis


@schemathesis.deserializer("application/x-ndjson")
def first_line(_context, response):
    """Each line is an item; the schema describes one."""
    return json.loads(response.content.splitlines()[0])
