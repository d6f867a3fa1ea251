"""``python -m bench``: measure, print, and with ``--write`` put the results into docs/performance.md."""

from __future__ import annotations

import argparse

from bench import report, terraform
from bench.run import PAGE, PROVIDERS, TERRAFORM, Case, Measure, numbers, pulumi_folder, run


def main() -> None:
    """Run what the command line asks for."""
    providers = [*PROVIDERS, *([TERRAFORM] if terraform.is_there() else [])]
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Measure what runs cost, and print it, or write it into docs/performance.md with --write.",
    )
    parser.add_argument(
        "--n", type=numbers, default=[1, 10, 50], help="numbers of machines, separated by commas (default 1,10,50)"
    )
    parser.add_argument(
        "--latency",
        type=numbers,
        default=[0, 50],
        help="milliseconds that each answer takes longer, separated by commas (default 0,50)",
    )
    parser.add_argument(
        "--parallel",
        type=numbers,
        default=[8, 64],
        help="resources that the engine works on at once, separated by commas (default 8,64)",
    )
    parser.add_argument(
        "--providers",
        default=",".join(providers),
        help=f"which to run, separated by commas: {', '.join(PROVIDERS)}, and {TERRAFORM} if {terraform.VARIABLE} "
        "names its binary (default: all)",
    )
    parser.add_argument(
        "--skip-checkpoints",
        action="store_true",
        help="save the state only at the end of each command; without this, a large N takes too long",
    )
    parser.add_argument("--runs", type=int, default=5, help="how often each series is run, in turn (default 5)")
    parser.add_argument(
        "--requests-per-hour",
        type=int,
        default=0,
        metavar="COUNT",
        help="limit of requests for each command; below twice what a command needs, it saves requests (default: no "
        "limit)",
    )
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its picture")
    arguments = parser.parse_args()
    cli = pulumi_folder()
    variables = {"PULUMI_SKIP_CHECKPOINTS": "true"} if arguments.skip_checkpoints else {}
    scarce = bool(arguments.requests_per_hour)
    if scarce:
        variables["VERGEOS_REQUESTS_PER_HOUR"] = str(arguments.requests_per_hour)
    measures: list[Measure] = []
    for case in (
        Case(provider, number, parallel, latency)
        for number in arguments.n
        for latency in arguments.latency
        for parallel in arguments.parallel
        for _ in range(arguments.runs)
        for provider in arguments.providers.split(",")
    ):
        for measure in run(case, cli, **variables):
            measures.append(measure)
            print(
                f"{case.provider:6} N={case.machines:<5} {case.latency:3} ms  parallel {case.parallel:<3}"
                f" {measure.workload:8} {measure.requests:6} requests {measure.connections:3} connections"
                f" {measure.seconds:7.1f} s {measure.cpu:6.1f} s CPU {measure.memory:5.0f} MiB",
                flush=True,
            )
    if arguments.write:
        report.write(PAGE, measures, scarce=scarce)
    else:
        print(report.tables(measures, scarce=scarce))


if __name__ == "__main__":
    main()
