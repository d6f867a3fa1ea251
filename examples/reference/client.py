"""All virtual machines of the system, with the client alone."""

import os

from verge_pulumi.client import ApiKey, VergeClient, where

with VergeClient(os.environ["VERGEOS_HOST"], auth=ApiKey(os.environ["VERGEOS_API_KEY"])) as verge:
    for vm in verge.table("vms").iterate(fields=["$key", "name"], filter=where("is_snapshot", "eq", False)):
        print(vm["$key"], vm["name"])
