"""A tag on a node, which no program declares; what the program declares gets its tags by the argument `tags`."""

from verge_pulumi import Tag, TagAssignment, TagCategory, get_node

place = TagCategory("place", name="place", taggable_nodes=True)
rack = Tag("rack-1", name="rack-1", category=place)
TagAssignment("node1-rack-1", tag=rack, on=f"nodes/{get_node(name='node1').key}")
