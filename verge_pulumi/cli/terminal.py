"""What a person at a terminal sees and a pipe does not: tables, colours, and what takes long.

rich knows what a terminal can do, and obeys NO_COLOR, FORCE_COLOR and TERM. What goes into a pipe or a file is the same
text without any of that.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from threading import Lock, Timer
from typing import ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text
from rich.theme import Theme

T = TypeVar("T")
P = ParamSpec("P")

FOLD = r"<details[^>]*>\s*<summary>([^<]*)</summary>"
"""The head of what can be folded on a page."""

THEME = Theme({"markdown.code": "cyan"})
"""Names and values, also where the terminal is white."""

PATIENCE = 2.0
"""Seconds after which a person is told what takes so long."""


def at_terminal() -> bool:
    """Say whether a person reads stdout as it comes, and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def show(plain: str, markdown: str | None = None) -> None:
    """Write what was found.

    Args:
        plain: For a pipe or a file, and for a terminal if there is nothing else.
        markdown: For a terminal, which shows its tables and headings as such.
    """
    console = Console(theme=THEME)
    if markdown is None or not console.is_terminal:
        typer.echo(plain)
        return
    # A picture in Mermaid's words is no picture here, and what can be folded on a page is a section.
    shown = re.sub(FOLD + r"\s*```mermaid$.*?^```$", "", markdown, flags=re.M | re.S)
    console.print(Markdown(re.sub(FOLD, r"### \1", shown)))


def tell(word: str, style: str, rest: str) -> None:
    """Write a line whose first word a terminal shows in a style, such as green."""
    Console().print(Text.assemble((word, style), rest), soft_wrap=True)


class Work:
    """Something that may take long: it is shown on stderr once it does, with the seconds that it took.

    A terminal forgets it when it is done. A pipe gets one line for what takes long, and no more.

    Args:
        what: What is done, as "Reading the state of 'dev'".
    """

    def __init__(self, what: str) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        # What is written to stderr meanwhile stands above it. What stdout gets may go elsewhere, and is left alone.
        self._shown = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
        self._task = self._shown.add_task(what, total=None)
        self._lock = Lock()
        self._timer: Timer | None = None

    def begin(self) -> None:
        """Begin to wait."""
        self._timer = Timer(PATIENCE, self._appear)
        self._timer.daemon = True
        self._timer.start()

    def now(self, what: str) -> None:
        """Say what is done now."""
        self._shown.update(self._task, description=what)

    def aside(self, function: Callable[P, T]) -> Callable[P, T]:
        """Return a function that asks or tells a person something: nothing else is shown while it runs."""

        def called(*args: P.args, **kwargs: P.kwargs) -> T:
            self.end()
            try:
                return function(*args, **kwargs)
            finally:
                self.begin()

        return called

    def end(self) -> None:
        """Take it away."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
        if self._shown.live.is_started:
            self._shown.stop()

    def _appear(self) -> None:
        with self._lock:
            if self._timer is None:
                return
            if self._shown.console.is_interactive:
                self._shown.start()
            else:
                typer.echo(f"{self._shown.tasks[0].description} …", err=True)


@contextmanager
def working(what: str) -> Iterator[Work]:
    """Show what is done, if it takes long."""
    work = Work(what)
    work.begin()
    try:
        yield work
    finally:
        work.end()


def awaited(what: str, items: Iterable[T]) -> Iterator[T]:
    """Yield some items, and show what is done where the next one takes long."""
    waiting = iter(items)
    while True:
        with working(what):
            following = [*islice(waiting, 1)]
        if not following:
            return
        yield following[0]
