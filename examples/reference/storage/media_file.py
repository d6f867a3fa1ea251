"""An image that is uploaded from the machine that runs Pulumi."""

from verge_pulumi import MediaFile

MediaFile("debian", name="debian-12.qcow2", source="debian-12.qcow2", preferred_tier="4")
