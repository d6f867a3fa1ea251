"""From measures to tables in Markdown and a picture in SVG."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bench.figures import (
    MILLISECONDS,
    REQUESTS,
    SCARCE_REQUESTS,
    TIMES_THE_FLOOR,
    Figures,
    gathered,
    of_provider,
)
from bench.run import TERRAFORM, WORKLOADS, Case, Measure

START, END = "<!-- measured -->", "<!-- /measured -->"
"""Between these two the page is written by the bench; the rest is written by people."""

COLOURS = {"ours": "#1a7f37", "naive": "#bc4c00"}


def tables(measures: Sequence[Measure], *, scarce: bool = False) -> str:
    """Return one table for each latency and parallelism.

    Args:
        measures: Those of all runs.
        scarce: Whether the hour had less than twice the requests that each command needs.
    """
    known = gathered(measures)
    settings = sorted({(m.case.latency, m.case.parallel) for m in measures})
    parts = [*_machine(measures), "Medians, with the lowest and the highest; **bold** misses its goal.\n"]
    for latency, parallel in settings:
        parts.append(f"### {latency:g} ms latency, engine parallelism {parallel}\n")
        parts.append(
            "| workload | N | requests | goal | naive | seconds | naive | engine's floor | times the floor | goal | "
            "CPU ms for each resource | goal | peak MiB |"
        )
        parts.append("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
        smallest = min(m.case.machines for m in measures)
        for workload in WORKLOADS:
            for number in sorted({m.case.machines for m in measures}):
                case = Case("ours", number, parallel, latency)
                if (case, workload) in known:
                    parts.append(_line(known, case, workload, smallest, scarce=scarce))
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
    told = ", ".join(
        f"{min(taken):.2f} s with {number} {'machine' if number == 1 else 'machines'}"
        for number, taken in sorted(seconds.items())
    )
    return [f"A preview and an update export the state once each: {told}.", ""]


def _beside_terraform(known: Mapping[tuple[Case, str], Figures]) -> list[str]:
    """Return one table more if the Terraform provider was measured."""
    lines = []
    for (case, workload), theirs in known.items():
        ours = of_provider(known, case, workload, "ours")
        if case.provider == TERRAFORM and ours is not None:
            cells = [workload, case.machines, case.parallel, f"{case.latency:g}", ours.requests, theirs.requests]
            cells += [ours.seconds, theirs.seconds]
            lines.append(f"| {' | '.join(map(str, cells))} |")
    if not lines:
        return []
    head = ["workload", "N", "parallel", "ms", "requests", "Terraform", "seconds", "Terraform"]
    return ["### Beside the Terraform provider\n", f"| {' | '.join(head)} |", "|---" + "|--:" * 7 + "|", *lines, ""]


def _line(known: Mapping[tuple[Case, str], Figures], case: Case, workload: str, smallest: int, *, scarce: bool) -> str:
    ours, naive, floor = (of_provider(known, case, workload, provider) for provider in ("ours", "naive", "idle"))
    if ours is None:
        return ""
    per_machine, fixed = (SCARCE_REQUESTS if scarce else REQUESTS)[workload]
    most = per_machine * case.machines + fixed
    times = ours.times(floor) if floor else None
    smaller = known.get((replace(case, machines=smallest), workload))
    milliseconds = ours.milliseconds(smaller) if smaller else None
    cells = [
        workload,
        str(case.machines),
        _held(str(ours.requests), ours.requests.middle <= most),
        f"{most:.0f}",
        str(naive.requests) if naive else "",
        str(ours.seconds),
        str(naive.seconds) if naive else "",
        str(floor.seconds) if floor else "",
        _held(str(times), times.middle <= TIMES_THE_FLOOR[workload]) if times else "",
        f"{TIMES_THE_FLOOR[workload]:g}",
        _held(str(milliseconds), milliseconds.middle <= MILLISECONDS) if milliseconds else "",
        f"{MILLISECONDS:g}",
        f"{ours.memory:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _held(text: str, met: bool) -> str:
    """Return a figure, in bold if it misses its goal."""
    return text if met else f"**{text}**"


def _machine(measures: Sequence[Measure]) -> list[str]:
    """Say what it was measured on, and how busy that was with other things."""
    model = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")), platform.machine()
    )
    processors = os.cpu_count() or 1
    runs = max(len(figures.measures) for figures in gathered(measures).values())
    load = max(measure.load for measure in measures)
    lines = [
        f"{processors} × {model}, {platform.system()}, Python {platform.python_version()}; runs: {runs}, in turn for "
        f"each provider; load when a command began: up to {load:.1f}.\n"
    ]
    # A command that has just ended counts for a minute, and keeps about two processes busy.
    if load > 2 * processors:
        lines.append("**The machine was busy with other work.** Compare times along a line, not across tables.\n")
    return lines


def _cpuinfo() -> Iterable[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else ()


def picture(measures: Sequence[Measure]) -> str:
    """Return the requests against the number of machines, for each workload, on two logarithmic axes."""
    width, height, margin = 300, 220, 40
    shown = [workload for workload in WORKLOADS if workload != "preview"]
    lowest = min((m.case.latency, m.case.parallel) for m in measures)
    drawn = {
        (case.provider, workload, case.machines): figures.requests.middle
        for (case, workload), figures in gathered(measures).items()
        if (case.latency, case.parallel) == lowest and case.provider in COLOURS
    }
    numbers = [number for _, _, number in drawn]
    left, right = min(numbers), max(max(numbers), min(numbers) + 1)
    top = max(drawn.values())
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
            own = sorted((key[2], requests) for key, requests in drawn.items() if key[:2] == (provider, workload))
            points = [place(number, requests, panel) for number, requests in own]
            line = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
            for (px, py), (_, requests) in zip(points, own, strict=True):
                parts.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3" fill="{colour}"/>')
                parts.append(f'<text x="{px + 4:.1f}" y="{py - 5:.1f}" fill="{colour}">{requests:.0f}</text>')
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


def write(page: Path, measures: Sequence[Measure], *, scarce: bool = False) -> None:
    """Put the measures into the page, and the picture beside it."""
    put(page, START, END, tables(measures, scarce=scarce))
    page.with_suffix(".svg").write_text(picture(measures))


def put(page: Path, start: str, end: str, text: str) -> None:
    """Put text between two marks of a page."""
    before, _, rest = page.read_text().partition(start)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{start}\n\n{text}\n{end}{after}")
