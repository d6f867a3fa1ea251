"""Look-ups: facts of what a program does not manage, read while it runs, in previews too.

```python
external = get_network(name="External")
Nic("wan", vm=router, network=external.key)
```

Each is one request in a run, however often it is made, and raises `pulumi.RunError` where there is not exactly one such
row; `get_billing` returns a list. Its ``_output`` form takes outputs of other resources and returns an output. All take
the explicit `Provider` whose VergeOS is meant.
"""

from __future__ import annotations

from verge_pulumi.lookups._lookup import Lookup, Named
from verge_pulumi.lookups.access import (
    GetGroupResult,
    GetUserResult,
    get_group,
    get_group_output,
    get_user,
    get_user_output,
)
from verge_pulumi.lookups.billing import GetBillingResult, InPeriod, get_billing, get_billing_output, seconds
from verge_pulumi.lookups.compute import (
    GetDriveResult,
    GetNicResult,
    GetResourceGroupResult,
    GetSnapshotResult,
    GetVmResult,
    InVm,
    get_drive,
    get_drive_output,
    get_nic,
    get_nic_output,
    get_resource_group,
    get_resource_group_output,
    get_snapshot,
    get_snapshot_output,
    get_vm,
    get_vm_output,
)
from verge_pulumi.lookups.network import GetNetworkResult, get_network, get_network_output
from verge_pulumi.lookups.protection import GetSnapshotProfileResult, get_snapshot_profile, get_snapshot_profile_output
from verge_pulumi.lookups.recipes import (
    GetCatalogResult,
    GetRecipeResult,
    get_catalog,
    get_catalog_output,
    get_recipe,
    get_recipe_output,
)
from verge_pulumi.lookups.storage import (
    GetMediaFileResult,
    GetStorageTierResult,
    Tier,
    get_media_file,
    get_media_file_output,
    get_storage_tier,
    get_storage_tier_output,
)
from verge_pulumi.lookups.system import (
    GetClusterResult,
    GetNodeResult,
    GetSystemResult,
    GetUpdateBranchResult,
    TheOnly,
    get_cluster,
    get_cluster_output,
    get_node,
    get_node_output,
    get_system,
    get_system_output,
    get_update_branch,
    get_update_branch_output,
)
from verge_pulumi.lookups.tags import (
    GetTagCategoryResult,
    GetTaggedResult,
    GetTagResult,
    HavingTag,
    InCategory,
    get_tag,
    get_tag_category,
    get_tag_category_output,
    get_tag_output,
    get_tagged,
    get_tagged_output,
)

__all__ = [
    "GetBillingResult",
    "GetCatalogResult",
    "GetClusterResult",
    "GetDriveResult",
    "GetGroupResult",
    "GetMediaFileResult",
    "GetNetworkResult",
    "GetNicResult",
    "GetNodeResult",
    "GetRecipeResult",
    "GetResourceGroupResult",
    "GetSnapshotProfileResult",
    "GetSnapshotResult",
    "GetStorageTierResult",
    "GetSystemResult",
    "GetTagCategoryResult",
    "GetTagResult",
    "GetTaggedResult",
    "GetUpdateBranchResult",
    "GetUserResult",
    "GetVmResult",
    "HavingTag",
    "InCategory",
    "InPeriod",
    "InVm",
    "Lookup",
    "Named",
    "TheOnly",
    "Tier",
    "get_billing",
    "get_billing_output",
    "get_catalog",
    "get_catalog_output",
    "get_cluster",
    "get_cluster_output",
    "get_drive",
    "get_drive_output",
    "get_group",
    "get_group_output",
    "get_media_file",
    "get_media_file_output",
    "get_network",
    "get_network_output",
    "get_nic",
    "get_nic_output",
    "get_node",
    "get_node_output",
    "get_recipe",
    "get_recipe_output",
    "get_resource_group",
    "get_resource_group_output",
    "get_snapshot",
    "get_snapshot_output",
    "get_snapshot_profile",
    "get_snapshot_profile_output",
    "get_storage_tier",
    "get_storage_tier_output",
    "get_system",
    "get_system_output",
    "get_tag",
    "get_tag_category",
    "get_tag_category_output",
    "get_tag_output",
    "get_tagged",
    "get_tagged_output",
    "get_update_branch",
    "get_update_branch_output",
    "get_user",
    "get_user_output",
    "get_vm",
    "get_vm_output",
    "seconds",
]
