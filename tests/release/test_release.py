"""What keeps a tag from being a release, and what is told of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import release
from tools.release import check, notes, version

CHANGELOG = """# Changelog

## [Unreleased]

## [1.2.0] - 2026-12-01

### Added

- A thing.

## [1.1.0] - 2026-11-01

- Older.
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What is checked, ready to be released."""
    (tmp_path / "examples" / "ci").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "examples/ci/requirements.in").write_text("verge-pulumi[cli]==1.2.0\n")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_what_fits_is_a_release(checkout: Path) -> None:
    assert check(checkout, "v1.2.0") == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("pyproject.toml", "1.2.0", "1.2.1", "pyproject.toml says 1.2.1"),
        ("CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- More.\n", "entries under Unreleased"),
        ("CHANGELOG.md", "[1.2.0] - 2026-12-01", "[1.2.0]", "has no '## [1.2.0] - <day>'"),
        ("CHANGELOG.md", "[1.2.0]", "[1.2.1]", "has no '## [1.2.0] - <day>'"),
        ("examples/ci/requirements.in", "1.2.0", "1.1.0", "pins another version"),
    ],
    ids=["version", "unreleased", "day", "heading", "pipelines"],
)
def test_what_does_not_fit_is_told(checkout: Path, file: str, old: str, new: str, told: str) -> None:
    edit(checkout / file, old, new)
    assert any(told in problem for problem in check(checkout, "v1.2.0"))


def test_the_notes_are_what_the_changelog_says_of_the_version(checkout: Path) -> None:
    assert notes(checkout, "1.2.0") == "### Added\n\n- A thing."
    assert notes(checkout, "1.1.0") == "- Older."
    assert notes(checkout, "Unreleased") == notes(checkout, "9.9.9") == ""


def test_the_pipelines_of_the_examples_pin_this_version() -> None:
    problems = check(release.ROOT, f"v{version(release.ROOT)}")
    assert not [problem for problem in problems if "CHANGELOG" not in problem]


def test_two_builds_that_differ_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter((b"one", b"other"))

    def build(root: Path, folder: Path) -> list[Path]:
        path = folder / "a.whl"
        path.write_bytes(next(made))
        return [path]

    monkeypatch.setattr(release, "_build", build)
    assert release.build(tmp_path, tmp_path / "dist") == [
        "two builds of a.whl differ. Look for a time, an order or a path in it."
    ]
