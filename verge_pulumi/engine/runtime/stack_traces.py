"""Where a program declares a resource: the stack trace that the SDK records of each."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from pathlib import Path
from types import FrameType

from pulumi.runtime.proto import source_pb2


def stack_trace(ours: type) -> source_pb2.StackTrace:
    """Return what the SDK's function does: the frames below the third ``__init__`` that leads to it, innermost first.

    Of our resources only those of the program: the frames of Python, of the SDK and of this package are the same for
    each resource, say nothing, and would be a third of the state, which the engine writes twice for each resource.

    Args:
        ours: The class of our resources.
    """
    registers = sys._getframe(1)
    shortened = isinstance(registers.f_locals.get("res"), ours)
    frame: FrameType | None = registers
    constructors = 0
    while frame and constructors < 3:
        constructors += frame.f_code.co_name == "__init__"
        frame = frame.f_back
    frames = []
    while frame:
        file = frame.f_code.co_filename
        uri = _uri(file)
        if not shortened or (uri and not _is_installed(file)):
            position = source_pb2.SourcePosition(uri=uri, line=frame.f_lineno) if uri else None
            frames.append(source_pb2.StackFrame(pc=position))
        frame = frame.f_back
    return source_pb2.StackTrace(frames=frames)


@functools.cache
def _uri(file: str) -> str | None:
    """Return the URI of a source file; None of what is no file, such as the lines of ``python -c``."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else None


_LIBRARIES = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "platstdlib", "purelib", "platlib"))


@functools.cache
def _is_installed(file: str) -> bool:
    """Say whether a source file is of Python, of an installed package, or Pulumi's start of a program."""
    return file.startswith(_LIBRARIES) or Path(file).name.startswith("pulumi-language-python")
