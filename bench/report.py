"""From measures to tables in Markdown and a picture in SVG."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.run import TERRAFORM, WORKLOADS, Case, Measure

START, END = "<!-- measured -->", "<!-- /measured -->"
"""Between these two the page is written by the bench; the rest is written by people."""

GOALS: Mapping[str, Mapping[int, tuple[float, int]]] = {
    "create": {8: (4.5, 15), 64: (4.15, 15)},
    "preview": {8: (0, 0), 64: (0, 0)},
    "refresh": {8: (0, 10), 64: (0, 10)},
    "change": {8: (1.3, 10), 64: (1.1, 10)},
    "destroy": {8: (5, 15), 64: (5, 15)},
}
"""Requests allowed by workload and parallelism: so many for each machine, and so many in any case."""

COLOURS = {"ours": "#1a7f37", "naive": "#bc4c00"}


def tables(measures: Sequence[Measure]) -> str:
    """Return one table for each latency and parallelism."""
    known = {(measure.case, measure.workload): measure for measure in measures}
    settings = sorted({(m.case.latency, m.case.parallel) for m in measures})
    parts = [_machine()]
    for latency, parallel in settings:
        parts.append(f"### {latency:g} ms latency, engine parallelism {parallel}\n")
        parts.append(
            "| workload | N | requests | goal | naive | times fewer | connections | seconds | naive | engine's floor | "
            "CPU s | floor | peak MiB |"
        )
        parts.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
        for workload in WORKLOADS:
            for number in sorted({m.case.machines for m in measures}):
                ours, naive, idle = (
                    known.get((Case(provider, number, parallel, latency), workload))
                    for provider in ("ours", "naive", "idle")
                )
                if ours is not None:
                    parts.append(_line(ours, naive, idle))
        parts.append("")
    parts += _exports(measures)
    return "\n".join([*parts, *_beside_terraform(known)])


def _exports(measures: Sequence[Measure]) -> list[str]:
    """Return what an export of the state costs, by the number of machines."""
    seconds: dict[int, list[float]] = {}
    for each in measures:
        if each.export:
            seconds.setdefault(each.case.machines, []).append(each.export)
    if not seconds:
        return []
    told = ", ".join(f"{min(taken):.2f} s with {number} machines" for number, taken in sorted(seconds.items()))
    return [f"A preview and an update export the state once each: {told}.", ""]


def _beside_terraform(known: Mapping[tuple[Case, str], Measure]) -> list[str]:
    """Return one table more if the Terraform provider was measured."""
    lines = []
    for (case, workload), theirs in known.items():
        ours = known.get((replace(case, provider="ours"), workload))
        if case.provider == TERRAFORM and ours is not None:
            cells = [workload, case.machines, case.parallel, f"{case.latency:g}", ours.requests, theirs.requests]
            cells += [ours.connections, theirs.connections, f"{ours.seconds:.1f}", f"{theirs.seconds:.1f}"]
            lines.append(f"| {' | '.join(map(str, cells))} |")
    if not lines:
        return []
    head = ["workload", "N", "parallel", "ms", "requests", "Terraform", "connections", "Terraform", "s", "Terraform"]
    return ["### Beside the Terraform provider\n", f"| {' | '.join(head)} |", "|---" + "|--:" * 9 + "|", *lines, ""]


def _line(ours: Measure, naive: Measure | None, idle: Measure | None) -> str:
    each, besides = GOALS[ours.workload].get(ours.case.parallel, (float("nan"), 0))
    goal = f"{each * ours.case.machines + besides:.0f}" if each == each else ""  # NaN differs from itself
    fewer = f"{naive.requests / ours.requests:.1f}" if naive and ours.requests else ""
    cells = [
        ours.workload,
        str(ours.case.machines),
        str(ours.requests),
        goal,
        str(naive.requests) if naive else "",
        fewer,
        str(ours.connections),
        f"{ours.seconds:.1f}",
        f"{naive.seconds:.1f}" if naive else "",
        f"{idle.seconds:.1f}" if idle else "",
        f"{ours.cpu:.1f}",
        f"{idle.cpu:.1f}" if idle else "",
        f"{ours.memory:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} × {model}, {platform.system()}, Python {platform.python_version()}, load {load:.1f}.\n"


def _cpuinfo() -> Iterable[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else ()


def picture(measures: Sequence[Measure]) -> str:
    """Return the requests against the number of machines, for each workload, on two logarithmic axes."""
    width, height, margin = 300, 220, 40
    shown = [workload for workload in WORKLOADS if workload != "preview"]
    lowest = min((m.case.latency, m.case.parallel) for m in measures)
    of_setting = [m for m in measures if (m.case.latency, m.case.parallel) == lowest and m.case.provider in COLOURS]
    numbers = [m.case.machines for m in of_setting]
    left, right = min(numbers), max(max(numbers), min(numbers) + 1)
    top = max(m.requests for m in of_setting)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * len(shown)} {height + 30}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{width * len(shown)}" height="{height + 30}" fill="white"/>',
    ]

    def place(number: float, requests: float, panel: int) -> tuple[float, float]:
        across = _log(number, left, right) * (width - 2 * margin)
        up = _log(max(requests, 1), 1, top) * (height - 2 * margin)
        return panel * width + margin + across, height - margin - up

    for panel, workload in enumerate(shown):
        x, y = place(left, 1, panel)
        end, ceiling = place(right, top, panel)
        parts.append(f'<path d="M{x:.0f} {ceiling:.0f}V{y:.0f}H{end:.0f}" fill="none" stroke="#888"/>')
        parts.append(f'<text x="{x:.0f}" y="{ceiling - 12:.0f}" font-weight="bold">{workload}: requests</text>')
        for provider, colour in COLOURS.items():
            own = sorted(
                (m.case.machines, m.requests)
                for m in of_setting
                if (m.case.provider, m.workload) == (provider, workload)
            )
            points = [place(number, requests, panel) for number, requests in own]
            line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
            for (px, py), (_, requests) in zip(points, own, strict=True):
                parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>')
                parts.append(f'<text x="{px + 4:.1f}" y="{py - 5:.1f}" fill="{colour}">{requests}</text>')
        for number in sorted(set(numbers)):
            tick, _ = place(number, 1, panel)
            parts.append(f'<text x="{tick:.0f}" y="{y + 14:.0f}" text-anchor="middle">{number}</text>')
        parts.append(f'<text x="{(x + end) / 2:.0f}" y="{y + 28:.0f}" text-anchor="middle">machines</text>')
    for place_in_key, (provider, colour) in enumerate(COLOURS.items()):
        x = margin + 90 * place_in_key
        parts.append(f'<text x="{x}" y="{height + 22}" fill="{colour}" font-weight="bold">{provider}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _log(value: float, low: float, high: float) -> float:
    return math.log(value / low) / math.log(high / low) if high > low else 0.0


def write(page: Path, measures: Sequence[Measure]) -> None:
    """Put the measures into the page, and the picture beside it."""
    before, _, rest = page.read_text().partition(START)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{START}\n\n{tables(measures)}\n{END}{after}")
    page.with_suffix(".svg").write_text(picture(measures))
