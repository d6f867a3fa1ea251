"""The sdist and the wheel: what is in them, and that anybody builds the same; `test_first_hour.py` installs them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tools import release

ROOT = release.ROOT


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def described(wheel: Path) -> Message:
    """The metadata of the wheel, whose body is the description."""
    with zipfile.ZipFile(wheel) as opened:
        (path,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(opened.read(path))


def tokens(described: Message) -> list[Token]:
    """Return the description as a package index reads it, piece by piece."""
    text = described.get_payload(decode=True)
    assert isinstance(text, bytes)
    parsed = MarkdownIt("gfm-like", {"linkify": False}).parse(text.decode())
    return [each for token in parsed for each in (token, *(token.children or ()))]


def test_another_checkout_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    ignored = shutil.ignore_patterns(".git", ".venv", "tests", "__pycache__", "mutants", ".*_cache")
    shutil.copytree(ROOT, copy, ignore=ignored, copy_function=shutil.copyfile)
    for path in copy.rglob("*"):
        runs = path.is_dir() or os.access(ROOT / path.relative_to(copy), os.X_OK)
        path.chmod(0o700 if runs else 0o600)
    assert release.build(copy, tmp_path / "built") == []
    ours, theirs = (
        {path.name: path.read_bytes() for path in folder.iterdir()} for folder in (built, tmp_path / "built")
    )
    assert ours == theirs


def test_the_wheel_has_every_file_of_the_package_and_the_examples(wheel: Path) -> None:
    # A new file counts before it is committed.
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "verge_pulumi", "examples"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    with zipfile.ZipFile(wheel) as opened:
        inside = {name for name in opened.namelist() if ".dist-info/" not in name}
    wanted = {f"verge_pulumi/{path}" if path.startswith("examples/") else path for path in listed}
    assert wanted | {"verge_pulumi_host.pth"} == inside


def test_the_description_is_the_readme_with_links_that_lead_somewhere(described: Message) -> None:
    assert described["Description-Content-Type"] == "text/markdown"
    repository = next(
        line.partition(", ")[2] for line in described.get_all("Project-URL", []) if line.startswith("Repository")
    )
    addresses = [str(each.attrs.get("href") or each.attrs.get("src") or "") for each in tokens(described)]
    links = [address for address in addresses if address]
    assert len(links) > 30
    for link in links:
        assert link.startswith("https://"), link
        own = re.match(re.escape(repository) + r"/(?:raw|blob)/v[^/]+/([^#]+)", link)
        assert own is None or (ROOT / own[1]).exists(), link


def test_the_description_has_nothing_that_an_index_leaves_out(described: Message) -> None:
    kinds = {token.type for token in tokens(described)}
    assert {"table_open", "fence", "image"} <= kinds
    assert not {"html_block", "html_inline"} & kinds


def test_the_metadata_names_what_it_runs_on(described: Message) -> None:
    classifiers = described.get_all("Classifier", [])
    minors = [found[1] for each in classifiers if (found := re.search(r":: 3\.(\d+)$", each))]
    assert minors == ["11", "12", "13", "14"]
    assert described["Requires-Python"] == f">=3.{minors[0]}"
    assert {"cli", "simulator"} == set(described.get_all("Provides-Extra", []))
