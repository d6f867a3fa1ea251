"""The page at ``/``: one document that reads everything it shows from the dials.

It loads nothing from elsewhere, and its content security policy admits only its own style and script. It receives the
content of tables as JSON and inserts it as text.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from verge_pulumi.simulator.calls import Answer


@cache
def page() -> Answer:
    """Return the page with its headers."""
    package = resources.files("verge_pulumi")
    names = ("page.css", "simulator/web/style.css", "simulator/web/index.html", "simulator/web/script.js")
    shared, own, document, script = ((package / name).read_text(encoding="utf-8") for name in names)
    style = shared + own
    policy = {
        "default-src": "'none'",
        "style-src": _digest(style),
        "script-src": _digest(script),
        "connect-src": "'self'",
        "img-src": "data:",  # the empty icon, so that a browser does not ask for one
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "; ".join(map(" ".join, policy.items())),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Answer(200, document.replace("/*style*/", style).replace("/*script*/", script), headers=headers)


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
