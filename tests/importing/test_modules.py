"""Which module what is new comes into: long areas are split, what is there does not move, and no circle begins."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.importing.modules import HEAD, LONGEST, PART, Modules, Piece, word_of
from verge_pulumi.importing.scope import Scope


def piece(key: str, word: str = "web", size: int = 20, needs: Sequence[str] = (), area: str = "compute") -> Piece:
    """Return a resource that is new."""
    return Piece(place=("vms", key), area=area, word=word, size=size, needs=[("vms", need) for need in needs])


def assigned(pieces: Sequence[Piece], modules: Modules | None = None, *, split: bool = True) -> dict[str, str]:
    """Return the module of each resource, by its key."""
    modules = modules or Modules({}, (), ())
    return {key: module for (_, key), module in modules.assign(pieces, split=split).items()}


def lines_of(pieces: Sequence[Piece], modules: dict[str, str]) -> dict[str, int]:
    """Return how long each module is."""
    lines: dict[str, int] = {}
    for each in pieces:
        module = modules[each.place[1]]
        lines[module] = lines.get(module, HEAD) + each.size
    return lines


def test_an_area_of_which_a_module_is_not_long_is_one() -> None:
    few = [piece(str(number)) for number in range((LONGEST - HEAD) // 20)]
    assert {*assigned(few).values()} == {"compute"}
    more = [*few, piece("more")]
    assert {*assigned(more, split=False).values()} == {"compute"}
    assert "compute" not in assigned(more).values()


def test_no_part_is_long_and_words_are_apart() -> None:
    pieces = [piece(f"{word}{number}", word) for word in ("web", "db") for number in range(20)]
    pieces += [piece(str(number), f"x{number}") for number in range(12)]
    modules = assigned(pieces)
    assert max(lines_of(pieces, modules).values()) <= PART
    assert {name for key, name in modules.items() if key.startswith("web")} == {
        "compute_web", "compute_web_2", "compute_web_3"
    }  # fmt: skip
    assert {modules[str(number)] for number in range(12)} == {"compute", "compute_2"}, "words of one each are no parts"


def test_a_resource_that_is_longer_than_a_part_has_one_for_itself() -> None:
    modules = assigned([piece("1", size=500), piece("2", size=20), piece("3", size=500)])
    assert modules == {"1": "compute_web", "2": "compute_web_2", "3": "compute_web_3"}


def test_parts_refer_to_each_other_in_one_direction() -> None:
    """The words refer to each other, and so would their modules; the keys go the other way round, too."""
    pieces = [piece(f"{word}{n}", word) for word in ("a", "b", "c") for n in range(20)]
    pieces[0] = piece("a0", "a", needs=["b3", "a19"])
    pieces[20] = piece("b0", "b", needs=["a7"])
    modules = assigned(pieces)
    order = {name: number for number, name in enumerate(dict.fromkeys(modules.values()))}
    assert {modules[each] for each in ("c0", "c19")} == {"compute_c", "compute_c_3"}
    for each in pieces:
        assert all(order[modules[need]] <= order[modules[each.place[1]]] for _, need in each.needs)


def test_what_is_new_goes_behind_what_is_there_and_never_into_what_is_kept() -> None:
    modules = Modules({"compute_web": 100, "compute_web_2": 500, "compute_db": 30}, {"compute_db"}, ())
    pieces = [piece(f"{word}{number}", word) for word in ("web", "db") for number in range(10)]
    told = assigned(pieces, modules)
    assert [told[f"web{number}"] for number in range(5)] == ["compute_web"] * 3 + ["compute_web_3"] * 2
    assert {told[f"db{number}"] for number in range(10)} == {"compute_db_2", "compute_db_3"}


def test_no_module_has_the_name_of_a_variable() -> None:
    pieces = [piece(str(number)) for number in range(30)]
    assert "compute_web" not in assigned(pieces, Modules({}, (), {"compute_web"})).values()


@pytest.mark.parametrize(
    ("name", "word"), [("web-01", "web"), ("Web_x", "web"), ("1st", "server"), ("\U0001f680", "server")]
)
def test_the_word_of_a_name(name: str, word: str) -> None:
    assert word_of(name, "Server") == word


def test_a_machine_stays_in_its_module_when_others_come(site: SiteBench, cli: MemoryCli) -> None:
    lan = site.network()
    for number in range(50):
        site.vm(f"web-{number:02}", {"eth0": lan})
    chosen = Scope(only=("web-*", "Network/lan"))
    site.imports(cli, scope=chosen, no_state=True)
    first = {path.name: path.read_text() for path in (site.folder / "infrastructure").glob("compute*.py")}
    assert [*sorted(first)][:2] == ["compute_web.py", "compute_web_2.py"]
    assert first["compute_web.py"].startswith('"""Virtual machines and their parts: web."""')
    for number in range(3):
        site.vm(f"web-{number + 90}", {"eth0": lan})
    outcome = site.imports(cli, scope=chosen)
    assert (outcome.exit_code, outcome.differences) == (0, [])
    after = {path.name: path.read_text() for path in (site.folder / "infrastructure").glob("compute*.py")}
    for name, text in first.items():
        assert all(f'"web-{number:02}"' in after[name] for number in range(50) if f'"web-{number:02}"' in text)
