"""An authority of the house, which the system trusts when it connects to others."""

import pulumi

from verge_pulumi import RootCertificate

config = pulumi.Config()
RootCertificate("house", cert=config.require("house-authority"))
