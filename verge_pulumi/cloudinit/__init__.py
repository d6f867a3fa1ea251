"""Describe a guest's first boot with typed values: cloud-init for Linux and BSD, an answer file for Windows.

```python
from verge_pulumi import CloudInit, cloudinit

web = CloudInit(
    hostname="web",
    users=[cloudinit.User(name="ada", sudo="ALL=(ALL) NOPASSWD:ALL", ssh_authorized_keys=[key])],
    packages=["nginx"],
    network=[cloudinit.Ethernet(name="en*", addresses=["10.0.0.5/24"], gateway="10.0.0.1")],
)
```

Names are those of cloud-init itself. Every value may be a Pulumi output.
"""

from verge_pulumi.cloudinit.description import CloudInit, Ethernet, User, WindowsUnattend, WriteFile

__all__ = ["CloudInit", "Ethernet", "User", "WindowsUnattend", "WriteFile"]
