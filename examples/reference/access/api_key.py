"""A key for a pipeline that is accepted from one network and ends by itself."""

import pulumi

from verge_pulumi import ApiKey, User

pipeline = User("pipeline", name="pipeline", type="api")
key = ApiKey(
    "pipeline",
    user=pipeline,
    name="ci",
    expires="2100-01-31T12:00:00Z",
    ip_allow_list=["198.51.100.0/28"],
    rotation="2026-11",
)
pulumi.export("pipeline-key", key.private_key)
