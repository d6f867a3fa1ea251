"""A test of your own code against a simulator: what it wrote, and what became of it."""

from verge_pulumi.client import ApiKey, VergeClient
from verge_pulumi.simulator import Options, Simulator

with Simulator(Options(transition_seconds=0)) as simulator:
    with VergeClient(simulator.url, auth=ApiKey(simulator.api_key)) as verge:
        vms = verge.table("vms")
        vms.action(vms.create({"name": "web", "ram": 1024}).key, "poweron")
    assert [row["name"] for row in simulator.rows("vms")] == ["web"]
    assert [request.verb for request in simulator.requests() if request.applied] == ["POST", "POST"]
