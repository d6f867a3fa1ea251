"""An ISO image that VergeOS fetches by itself, for which the run waits ten minutes at most."""

from verge_pulumi import MediaFile

MediaFile(
    "installer",
    name="installer.iso",
    description="Setup of the appliance",
    url="https://downloads.example.com/installer.iso",
    timeout=600,
)
