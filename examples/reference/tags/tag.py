"""A tag, and a virtual machine that has it."""

from verge_pulumi import Tag, TagCategory, VirtualMachine

owner = TagCategory("owner", name="owner", taggable_vms=True)
shop = Tag("shop", name="shop", category=owner, description="The team that runs the shop")
web = VirtualMachine("web", name="web", tags=[shop])
