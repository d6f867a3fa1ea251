"""A pipeline that may only look, and one that may deploy; both programs use networks and servers."""

import pulumi

from verge_pulumi import Network, Server, deploy_account, get_network, preview_account

uses = [Network, Server, get_network]
preview = preview_account("ci-preview", uses=uses, ip_allow_list=["198.51.100.0/28"])
deploy = deploy_account("ci-deploy", uses=uses, rotation="2026-11")
pulumi.export("preview-key", preview.key.private_key)
pulumi.export("deploy-key", deploy.key.private_key)
