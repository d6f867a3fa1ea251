"""The picture of a plan: networks with their routers and servers, and what is done to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import groupby

from verge_pulumi.review.escaping import element, label
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.report.topology import Network, Servers, topology

_STROKES: Mapping[str, str] = {
    "create": "stroke:#1a7f37,stroke-width:3px",
    "import": "stroke:#1a7f37,stroke-width:3px",
    "update": "stroke:#9a6700,stroke-width:3px",
    "replace": "stroke:#bc4c00,stroke-width:3px",
    "delete": "stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 4",
    "same": "stroke:#808890",
}
"""Mermaid's borders only: its fills and letters are the reader's, light or dark."""


def mermaid(plan: Plan) -> str:
    """Return the picture as Mermaid's text, without a fence; "" if the plan is about no network and no server."""
    shown = topology(plan)
    if not shown.networks:
        return ""
    boxes = {network.key: f"n{number}" for number, network in enumerate(shown.networks)}
    lines = ["flowchart TB"]
    for network in shown.networks:
        lines.append(f"  {boxes[network.key]}[{_label(network)}]:::{network.action}")
    lines += [
        f"  {boxes[uplink]} --- {boxes[network.key]}"
        for network in shown.networks
        for uplink in network.uplinks
        if uplink in boxes
    ]
    for number, servers in enumerate(each for network in shown.networks for each in network.servers):
        lines.append(f"  s{number}({_label(servers)}):::{servers.action}")
        lines += [f"  {boxes[key]} --- s{number}" for key in servers.networks or ("",) if key in boxes]
    if shown.left_out:
        lines.append(f'  more["{label(shown.left_out)}"]')
    return "\n".join([*lines, *(f"  classDef {name} {style}" for name, style in _STROKES.items())]) + "\n"


def _label(box: Network | Servers) -> str:
    """Return what stands in a box of Mermaid's."""
    return f'"{"<br/>".join(map(label, [box.name, *box.addresses, box.told]))}"'


# The SVG: networks in rows, those behind others below them, each with its servers inside. Colours are the page's: it
# knows the classes of `Action`.

_COLUMNS = 4
_WIDTH, _GAP, _PAD = 262, 28, 10
_LETTERS: Mapping[str, int] = {"name": 28, "soft": 30}
"""Letters that fit into a box: of a monospaced font, bold of 13 px, and of 12 px."""
_LINE = 18
_STEP = 44
"""Pixels between rows, where the lines run."""


def svg(plan: Plan) -> str:
    """Return the picture as an SVG element; "" if the plan is about no network and no server.

    It is styled by the page that it stands in.
    """
    shown = topology(plan)
    if not shown.networks:
        return ""
    rows = _rows(shown.networks)
    places: dict[str, tuple[float, float, int]] = {}
    boxes: list[str] = []
    lines: list[str] = []
    top = float(_PAD)
    for number, row in enumerate(rows):
        for column, network in enumerate(row):
            left = _PAD + column * (_WIDTH + _GAP)
            boxes.append(_network(network, left, top))
            for uplink in network.uplinks:
                # A line to further than the next row would run behind boxes; the name is told in any case.
                if uplink in places and places[uplink][2] == number - 1:
                    lines.append(_line(places[uplink], left + _WIDTH / 2, top))
            places[network.key] = (left + _WIDTH / 2, top + _height(network), number)
        top += max(map(_height, row)) + _STEP
    height = top - _STEP + _PAD
    if shown.left_out:
        boxes.append(_text("soft", _PAD, height + _LINE, shown.left_out))
        height += 2 * _LINE
    width = 2 * _PAD + max(map(len, rows)) * (_WIDTH + _GAP) - _GAP
    return (
        f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Networks and servers"'
        f' width="{width}" height="{height:g}" viewBox="0 0 {width} {height:g}">{"".join([*lines, *boxes])}</svg>'
    )


def _rows(networks: Sequence[Network]) -> list[list[Network]]:
    """Return the networks in rows: each below all that it is behind, and no more of them than fit side by side."""
    by_key = {network.key: network for network in networks}
    depths: dict[str, int] = {}

    def depth(key: str, behind: frozenset[str]) -> int:
        if key not in depths:
            above = [uplink for uplink in by_key[key].uplinks if uplink in by_key and uplink not in behind]
            depths[key] = max((depth(uplink, behind | {uplink}) + 1 for uplink in above), default=0)
        return depths[key]

    ordered = sorted(networks, key=lambda network: depth(network.key, frozenset({network.key})))
    rows = []
    for _, group in groupby(ordered, key=lambda network: depths[network.key]):
        level = list(group)
        rows += [level[start : start + _COLUMNS] for start in range(0, len(level), _COLUMNS)]
    return rows


def _network_lines(network: Network) -> list[str]:
    through = f"through {network.through}" if network.through else ""
    return list(filter(None, [*network.addresses, through, network.told]))


def _servers_lines(servers: Servers) -> list[str]:
    return [*servers.addresses, servers.told]


def _servers_height(servers: Servers) -> int:
    return (1 + len(_servers_lines(servers))) * _LINE + _PAD


def _height(network: Network) -> int:
    head = (1 + len(_network_lines(network))) * _LINE + 2 * _PAD
    return head + sum(_servers_height(servers) + _PAD for servers in network.servers)


def _network(network: Network, left: float, top: float) -> str:
    inside = _lines(network.name, _network_lines(network), left + _PAD, top)
    below = top + (1 + len(_network_lines(network))) * _LINE + 2 * _PAD
    for servers in network.servers:
        height = _servers_height(servers)
        box = _box(left + _PAD, below, _WIDTH - 2 * _PAD, height)
        inside += _group(servers.action, box + _lines(servers.name, _servers_lines(servers), left + 2 * _PAD, below))
        below += height + _PAD
    return _group(network.action, _box(left, top, _WIDTH, _height(network), "network") + inside)


def _group(action: str, inside: str) -> str:
    return f'<g class="{action}">{inside}</g>'


def _box(left: float, top: float, width: float, height: float, kind: str = "server") -> str:
    return f'<rect class="{kind}" x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="6"/>'


def _lines(name: str, lines: Sequence[str], left: float, top: float) -> str:
    """Return a name and what stands below it."""
    texts = [_text("name", left, top + _LINE, name)]
    texts += [_text("soft", left, top + (number + 2) * _LINE, line) for number, line in enumerate(lines)]
    return "".join(texts)


def _line(uplink: tuple[float, float, int], x: float, y: float) -> str:
    (left, bottom, _), middle = uplink, y - _STEP / 2
    return f'<path class="line" d="M{left:g} {bottom:g}V{middle:g}H{x:g}V{y:g}"/>'


def _text(kind: str, x: float, y: float, text: str) -> str:
    """Return a line of text that is no wider than a box; the whole of it is told when somebody points at it."""
    fitted = _fitted(text, _LETTERS[kind])
    whole = f"<title>{element(text)}</title>" if fitted != text else ""
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{whole}{element(fitted)}</text>'


def _fitted(text: str, room: int) -> str:
    """Return as much of a text as there is room for, in letters; those of the Far East are twice as wide."""
    for number, char in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if room < (number < len(text) - 1):
            return f"{text[:number]}…"
    return text
