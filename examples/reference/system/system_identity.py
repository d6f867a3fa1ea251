"""Where the system is."""

from verge_pulumi import SystemIdentity

SystemIdentity("here", city="Detroit", country="US", timezone="America/Detroit", latitude=42.33, longitude=-83.05)
