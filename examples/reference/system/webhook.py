"""Messages of the system go to a chat."""

import pulumi

from verge_pulumi import Webhook

config = pulumi.Config()
Webhook("ops", name="ops", url=config.require_secret("chat-url"))
