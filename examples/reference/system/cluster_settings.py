"""The largest machine that a cluster runs."""

from verge_pulumi import ClusterSettings

ClusterSettings("cluster1", name="cluster1", max_ram_per_vm=131072, max_cores_per_vm=64)
