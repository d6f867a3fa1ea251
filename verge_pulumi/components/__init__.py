"""Components: several resources that make one thing, put together in the right order."""

from verge_pulumi.components.server import DeviceArgs, DriveArgs, NicArgs, PowerArgs, Server

__all__ = ["DeviceArgs", "DriveArgs", "NicArgs", "PowerArgs", "Server"]
