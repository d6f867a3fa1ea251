"""A forge on loopback that keeps the comments of one merge request, and speaks as GitHub or as GitLab does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "f0rge-t0ken"
GITHUB = "github-actions[bot]"
GITLAB = "project_7_bot"


@dataclass
class Comment:
    """One comment: who wrote it, and what."""

    author: str
    body: str


@dataclass
class Forge:
    """The comments in the order of their ids, which begin with 1, and what was asked."""

    comments: list[Comment] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def github(self) -> dict[str, str]:
        """What a job on GitHub finds in its environment."""
        return {
            "GITHUB_API_URL": self.address,
            "GITHUB_REPOSITORY": "team/estate",
            "GITHUB_TOKEN": TOKEN,
            "PULL_REQUEST": "12",
        }

    @property
    def gitlab(self) -> dict[str, str]:
        """What a job on GitLab finds in its environment."""
        return {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": self.address,
            "CI_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_IID": "12",
            "GITLAB_TOKEN": TOKEN,
        }

    def answer(self, verb: str, target: str, body: str, of_github: bool) -> Any:
        """Answer a request, or return None where there is nothing of that name."""
        self.asked.append(f"{verb} {target}")
        url = urlsplit(target)
        every, one = (
            ("/repos/team/estate/issues/12/comments", r"/repos/team/estate/issues/comments/(\d+)")
            if of_github
            else ("/projects/7/merge_requests/12/notes", r"/projects/7/merge_requests/12/notes/(\d+)")
        )
        if (verb, url.path) == ("GET", "/user") and not of_github:
            return {"username": GITLAB}
        if (verb, url.path) == ("GET", every):
            asked = {name: int(values[0]) for name, values in parse_qs(url.query).items()}
            end = asked["page"] * asked["per_page"]
            return [
                {"id": number, "body": comment.body, **_author(comment.author, of_github)}
                for number, comment in enumerate(self.comments, 1)
            ][end - asked["per_page"] : end]
        if (verb, url.path) == ("POST", every):
            self.comments.append(Comment(GITHUB if of_github else GITLAB, json.loads(body)["body"]))
            return {"id": len(self.comments)}
        found = re.fullmatch(one, url.path)
        if found and verb == ("PATCH" if of_github else "PUT"):
            self.comments[int(found[1]) - 1].body = json.loads(body)["body"]
            return {"id": int(found[1])}
        return None


def _author(name: str, of_github: bool) -> dict[str, Any]:
    return {"user": {"login": name}} if of_github else {"author": {"username": name}}


@contextmanager
def serving() -> Iterator[Forge]:
    """Serve a forge on loopback."""
    forge = Forge()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            of_github = self.headers["Authorization"] == f"Bearer {TOKEN}"
            known = of_github or self.headers["PRIVATE-TOKEN"] == TOKEN
            answer = forge.answer(self.command, self.path, body, of_github) if known else None
            self.send_response(200 if answer is not None else 404 if known else 401)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        do_POST = do_PATCH = do_PUT = do_GET  # noqa: N815  the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name there
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        forge.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield forge
        finally:
            server.shutdown()
            thread.join()
