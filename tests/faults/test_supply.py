"""F85: what is installed is what was locked; F86 through the command line."""

from __future__ import annotations

import datetime
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.version import Version

from tools import supply

ROOT = Path(__file__).resolve().parents[2]
TODAY = datetime.date(2026, 11, 29)
HASH = f"--hash=sha256:{'0' * 64}"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the audit reads, in a folder of its own."""
    for path in (
        "requirements.lock",
        "pyproject.toml",
        "docs/licences.md",
        "tools/supply.toml",
        "tools/weaknesses.toml",
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / path, tmp_path / path)
    shutil.copytree(ROOT / "examples" / "ci", tmp_path / "examples" / "ci")
    return tmp_path


def problems(checkout: Path) -> list[str]:
    """Return what the audit refuses there."""
    return supply.check(checkout, TODAY)[0]


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Change a file, which must then be another."""
    before = path.read_text()
    path.write_text(change(before))
    assert path.read_text() != before


@pytest.mark.fault(85)
def test_this_checkout_passes(checkout: Path) -> None:
    assert problems(checkout) == []


@pytest.mark.fault(85)
@pytest.mark.parametrize("where", ["requirements.lock", "examples/ci/requirements.txt"])
@pytest.mark.parametrize(
    "line",
    [
        pytest.param("--extra-index-url http://127.0.0.1:9/simple", id="another index too"),
        pytest.param("--index-url=http://127.0.0.1:9/simple", id="another index"),
        pytest.param("-i http://127.0.0.1:9/simple", id="another index, short"),
        pytest.param("-f .", id="a folder of packages, short"),
        pytest.param("--find-links wheels", id="a folder of packages"),
        pytest.param("--trusted-host 127.0.0.1", id="a host without a certificate"),
        pytest.param("--no-index", id="no index"),
        pytest.param("--pre", id="pre-releases"),
        pytest.param("-r other.txt", id="another file"),
        pytest.param("-c other.txt", id="constraints"),
        pytest.param("-e .", id="editable"),
        pytest.param("./wheels/evil-1.0-py3-none-any.whl", id="a path"),
        pytest.param(f"evil @ http://127.0.0.1:9/evil-1.0.tar.gz {HASH}", id="an address"),
        pytest.param("git+http://127.0.0.1:9/evil.git@main#egg=evil", id="a repository"),
        pytest.param(f"requests>=2 {HASH}", id="a range"),
        pytest.param(f"requests==2.* {HASH}", id="any of a series"),
        pytest.param(f"requests===2.34.2 {HASH}", id="compared as text"),
        pytest.param("requests", id="no version"),
        pytest.param("requests==2.34.2", id="no hash"),
        pytest.param(f"requests==2.34.2 --hash=md5:{'0' * 32}", id="a weak hash"),
        pytest.param(f"requests==2.34.2 {HASH} --hash=sha1:{'0' * 40}", id="a weak hash too"),
        pytest.param("requests==2.34.2 --hash=sha256:00", id="half a hash"),
        pytest.param(f"requests==2.34.2 {HASH} --config-settings=x=y", id="an option of a package"),
        pytest.param(f"requests==2.34.2 ; python_version > '3' --pre {HASH}", id="an option in a marker"),
        pytest.param(f"requests==2.34.2 ; nonsense {HASH}", id="no marker"),
        pytest.param(f"requests==${{VERSION}} {HASH}", id="a variable"),
        pytest.param(f"evil==1.0 {HASH}", id="an unknown package"),
        pytest.param(f"Evil_Package==1.0 {HASH}", id="an unknown package with capitals"),
        pytest.param(f"r\N{CYRILLIC SMALL LETTER IE}quests==2.34.2 {HASH}", id="a letter of another alphabet"),
        pytest.param(f"# a comment\u2028evil==1.0 {HASH}", id="a line that an editor does not show as one"),
        pytest.param(f"# a comment \\\nevil==1.0 {HASH}", id="after a comment with a backslash"),
        pytest.param(f"requests==2.34.2 {HASH} \\\n--extra-index-url x", id="continued"),
        pytest.param(f"Requests==2.34.2 {HASH}", id="twice, with a capital"),
        pytest.param(f"typing_extensions==4.16.0 {HASH}", id="twice, spelt otherwise"),
        pytest.param(f"typing.extensions==4.16.0 {HASH}", id="twice, with a dot"),
    ],
)
def test_every_other_line_of_a_lock_is_refused(checkout: Path, where: str, line: str) -> None:
    edit(checkout / where, lambda text: f"{text}{line}\n")
    assert problems(checkout)
    # Nor at the beginning, nor without an end of its line.
    (checkout / where).write_text(f"{line}\n{(ROOT / where).read_text()}")
    assert problems(checkout)
    (checkout / where).write_text(f"{(ROOT / where).read_text()}{line}")
    assert problems(checkout)


@pytest.mark.fault(85)
def test_what_pip_understands_is_understood() -> None:
    text = (
        "# a comment\n\n"
        f"Ruamel.YAML==0.18 \\\n    {HASH} \\\n    {HASH}\n    # via x\n"
        f"typing_extensions==4.16.0 ; python_version < '3.13' and sys_platform == 'win32' \\\n    {HASH}  # why\n"
    )
    pinned, refused = supply.lock(text)
    assert refused == []
    assert {name: str(version) for name, version in pinned.items()} == {
        "ruamel-yaml": "0.18",
        "typing-extensions": "4.16.0",
    }


@pytest.mark.fault(85)
@pytest.mark.parametrize(
    ("package", "version", "weakness"),
    [
        ("requests", "2.31.0", "CVE-2024-35195"),
        ("Requests", "2.32.3", "CVE-2024-47081"),
        ("urllib3", "1.26.20", "CVE-2025-66418"),
        ("urllib3", "2.5.0", "CVE-2025-66471"),
        ("urllib3", "2.6.0rc1", "CVE-2026-21441"),
        ("urllib3", "2.5.0+patched", "CVE-2025-66418"),
        ("aiohttp", "3.12.14", "CVE-2025-69223"),
        ("aiohttp", "3.14.4rc0", "PYSEC-2026-4369"),
        ("protobuf", "6.31.0", "CVE-2025-4565"),
        ("Flask_Cors", "5.0.1", "CVE-2024-6839"),
        ("PyYAML", "5.3.1", "CVE-2020-14343"),
        ("Jinja2", "3.1.5", "CVE-2025-27516"),
    ],
)
def test_a_version_with_a_known_weakness_is_refused(checkout: Path, package: str, version: str, weakness: str) -> None:
    edit(checkout / "requirements.lock", lambda text: f"{text}{package}=={version} {HASH}\n")
    assert any(f"{version} has a known weakness, {weakness}:" in problem for problem in problems(checkout))


@pytest.mark.fault(85)
def test_each_known_weakness_is_told_by_its_id() -> None:
    known = tomllib.loads((ROOT / "tools" / "weaknesses.toml").read_text())
    assert known["compared"] <= TODAY
    for entry in known["weakness"]:
        assert entry.keys() == {"package", "versions", "ids", "published", "what"}
        assert all(name.startswith(("CVE-", "GHSA-", "PYSEC-")) for name in entry["ids"])
        assert entry["published"] <= known["compared"]
        assert entry["what"].endswith(".")


@pytest.mark.fault(85)
@pytest.mark.parametrize(("days", "warned"), [(0, False), (90, False), (91, True), (400, True)])
def test_a_list_of_weaknesses_that_became_old_is_a_warning(checkout: Path, days: int, warned: bool) -> None:
    compared = tomllib.loads((checkout / "tools" / "weaknesses.toml").read_text())["compared"]
    refused, warnings = supply.check(checkout, compared + datetime.timedelta(days=days))
    assert refused == []
    expected = f"tools/weaknesses.toml was last compared with the public databases {days} days ago, on {compared}. "
    assert [warning.startswith(expected) for warning in warnings] == [True] * warned


@pytest.mark.fault(85)
@pytest.mark.parametrize(
    ("path", "old", "new", "told"),
    [
        ("pyproject.toml", '"tenacity>=9.1,<10"', '"evil>=1"', "it does not hold evil>=1"),
        ("pyproject.toml", '"tenacity>=9.1,<10"', '"tenacity>=99"', "it does not hold tenacity>=99"),
        ("pyproject.toml", '"tenacity>=9.1,<10"', '"tenacity @ git+http://127.0.0.1/t"', "taken from an address"),
        (
            "pyproject.toml",
            'requires = ["hatchling>=1.27,<2"]',
            'requires = ["setuptools"]',
            "does not hold setuptools",
        ),
        ("pyproject.toml", "[tool.mypy]", '[tool.uv]\nindex-url = "http://127.0.0.1"\n[tool.mypy]', "remove index-url"),
        ("pyproject.toml", "[tool.mypy]", '[tool.uv.sources]\nx = {path = "."}\n[tool.mypy]', "remove sources"),
        ("examples/ci/requirements.txt", "requests==", "requests==1.", "and not as in requirements.lock"),
        ("examples/ci/requirements.txt", "tenacity==", "grimp==", "it does not hold tenacity"),
        ("tools/supply.toml", 'tenacity = "Apache-2.0"', "", "tenacity: state its licence"),
        ("tools/supply.toml", 'tenacity = "Apache-2.0"', 'tenacity = "GPL-3.0-only"', "not an accepted licence"),
        ("examples/ci/github/drift.yml", "actions/checkout@11bd71", "actions/checkout@v4 # ", "by a commit"),
        ("examples/ci/github/drift.yml", "- uses: actions/checkout@", "- 'uses' : actions/checkout@v", "by a commit"),
        ("examples/ci/gitlab/.gitlab-ci.yml", ":3.259.0", ":latest", "by a version or a digest"),
        ("examples/ci/gitlab/.gitlab-ci.yml", ":3.259.0", "", "by a version or a digest"),
        ("docs/licences.md", "| tenacity |", "| tenacities |", "licences.md is not current"),
    ],
)
def test_what_else_is_held_against_the_lock(checkout: Path, path: str, old: str, new: str, told: str) -> None:
    edit(checkout / path, lambda text: text.replace(old, new, 1))
    assert any(told in problem for problem in problems(checkout)), problems(checkout)


@pytest.mark.fault(85)
@pytest.mark.parametrize("where", ["uv.toml", "examples/ci/uv.toml"])
def test_what_uv_is_told_apart_is_looked_at(checkout: Path, where: str) -> None:
    (checkout / where).write_text('index-url = "http://127.0.0.1"\n[pip]\nfind-links = ["."]\n')
    assert problems(checkout) == [f"{where}: remove index-url.", f"{where}: remove pip."]
    (checkout / where).write_text("[")
    assert problems(checkout) == [f"{where}: this is no TOML. Mend it."]


@pytest.mark.fault(85)
@pytest.mark.parametrize(
    "text",
    [
        "jobs:\n  a:\n    container: {}\n",
        "jobs:\n  a:\n    container:  # where it runs\n      image: {}\n",
        "jobs:\n  a:\n    container: {{image: {}}}\n",
        "jobs:\n  a:\n    services:\n      db:\n        image: {}\n        ports:\n          - 5432:5432\n",
        "a:\n  services:\n    - {}\n    - redis:7.2.4\n",
        "a:\n  services:\n  - redis:7.2.4\n  - '{}'\n  script: [a]\n",
        "a:\n  services:\n\n    - alias: db\n      name: {}\n      command: [x]\n",
        "a:\n  services: [redis:7.2.4, {}]\n",
        'a:\n  services: [{{name: "{}", alias: db}}]\n',
        "a:\n  image:\n    name: {}\n    entrypoint: ['']\n",
        "a:\n  image: {{name: {}, entrypoint: ['']}}\n",
    ],
)
@pytest.mark.parametrize(
    ("image", "pinned"), [("postgres:latest", False), ("postgres", False), ("postgres:16.2", True)]
)
def test_images_are_pinned_wherever_they_stand(checkout: Path, text: str, image: str, pinned: bool) -> None:
    path = checkout / "examples" / "ci" / "more.yml"
    path.write_text(text.format(image))
    expected = [] if pinned else [f"examples/ci/more.yml: pin {image} by a version or a digest."]
    assert problems(checkout) == expected


@pytest.mark.fault(85)
@pytest.mark.parametrize(
    ("compared", "told"),
    [
        (
            "2026-11-30",
            "tools/weaknesses.toml: compared = 2026-11-30 lies in the future. Set the day of the comparison.",
        ),
        ('"2026-11-29"', "tools/weaknesses.toml: compared is no date. Write it without quotes, such as 2026-11-29."),
        (
            "2026-11-29T10:00:00",
            "tools/weaknesses.toml: compared is no date. Write it without quotes, such as 2026-11-29.",
        ),
    ],
)
def test_the_day_of_the_comparison_is_a_date_that_has_come(checkout: Path, compared: str, told: str) -> None:
    edit(
        checkout / "tools/weaknesses.toml",
        lambda text: re.sub("(?m)^compared = .*$", f"compared = {compared}", text),
    )
    assert supply.check(checkout, TODAY) == ([told], [])


@pytest.mark.fault(85)
@pytest.mark.parametrize(
    ("versions", "within", "outside"),
    [
        (">=2,!=2.5", ["2.4", "2.6rc1"], ["2.5", "1.9"]),
        ("!=2.5.*", ["2.4", "2.6"], ["2.5.1", "2.5rc1"]),
        ("~=2.5.1", ["2.5.1", "2.5.9", "2.5.2rc1"], ["2.5.0", "2.6", "3.0"]),
        ("~=2.5", ["2.5", "2.9"], ["2.4", "3.0"]),
        ("==2.5.*", ["2.5", "2.5.3"], ["2.6"]),
        ("<2.6", ["2.6rc1"], ["2.6"]),
    ],
)
def test_every_range_of_versions_is_understood(versions: str, within: list[str], outside: list[str]) -> None:
    assert [each for each in [*within, *outside] if supply.within(Version(each), versions)] == within


@pytest.mark.fault(85)
def test_the_command_fails_where_something_is_refused(checkout: Path) -> None:
    shutil.copy(ROOT / "tools" / "supply.py", checkout / "tools" / "supply.py")
    command = [sys.executable, str(checkout / "tools" / "supply.py")]
    assert subprocess.run(command, check=False).returncode == 0
    edit(checkout / "requirements.lock", lambda text: f"{text}--extra-index-url http://127.0.0.1:9/simple\n")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "'--extra-index-url http://127.0.0.1:9/simple' is no pinned package. Remove it." in done.stderr


@pytest.mark.fault(85)
def test_the_environment_is_made_from_the_lock_with_hashes() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installs = [line for line in makefile.splitlines() if "pip install" in line and "uv pip compile" not in line]
    assert installs
    assert all("--require-hashes -r requirements.lock" in line or "--no-deps" in line for line in installs)


@pytest.mark.fault(86)
def test_the_command_does_not_listen_for_everybody() -> None:
    command = [sys.executable, "-m", "verge_pulumi.simulator", "--host", "0.0.0.0"]  # noqa: S104  what is refused
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode != 0
    assert "it is not a loopback address" in result.stderr
