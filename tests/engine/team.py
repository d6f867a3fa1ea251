"""A program whose stacks live side by side on one VergeOS, as a team's do."""

import pulumi

from verge_pulumi import Network

for number in range(5):
    Network(f"lan-{number}", name=f"{pulumi.get_stack()}-{number}")
