"""A mail server that takes every message and appends it to a file, as one line of JSON. Mail to an address that begins with
`refused` it refuses for good, as a server does that knows no such mailbox."""

import argparse
import asyncio
import email
import email.policy
import json
import os
import pathlib
import ssl

import trustme
from aiosmtpd.smtp import SMTP, AuthResult


class Sink:
    def __init__(self, file):
        self.file = file

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return f"550 no mailbox {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": str(message["subject"]),
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": parts.get("text/plain", ""),
            "html": parts.get("text/html", ""),
            "encrypted": session.ssl is not None,
            "signed_in": bool(session.authenticated),
        }
        # What was taken is written before it is acknowledged, whole.
        file = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            os.write(file, (json.dumps(line) + "\n").encode())
        finally:
            os.close(file)
        return "250 taken"


def certificate(ca_file):
    """A certificate for localhost, and in a file the authority that has signed it."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(ca_file)
    return context


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("messages", type=pathlib.Path, help="the file that messages are appended to")
    parser.add_argument("--starttls", metavar="CA_FILE", help="take mail over TLS only; CA_FILE is written")
    parser.add_argument("--login", metavar="NAME:PASSWORD", help="take mail from this user only")
    arguments = parser.parse_args()
    options = {}
    if arguments.starttls:
        options |= {"tls_context": certificate(arguments.starttls), "require_starttls": True}
    if arguments.login:
        expected = tuple(part.encode() for part in arguments.login.split(":", 1))

        def check(server, session, envelope, mechanism, given):
            # Not handled: the server says no by itself.
            return AuthResult(success=(given.login, given.password) == expected, handled=False)

        options |= {"authenticator": check, "auth_required": True, "auth_require_tls": bool(arguments.starttls)}
    loop = asyncio.get_running_loop()
    sink = Sink(arguments.messages)
    server = await loop.create_server(
        lambda: SMTP(sink, loop=loop, hostname="localhost", enable_SMTPUTF8=True, **options), "127.0.0.1", arguments.port
    )
    await server.serve_forever()


asyncio.run(main())
