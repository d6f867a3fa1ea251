"""A dark theme in the colours of the house."""

from verge_pulumi import Theme

Theme("house", name="house", based_on="dark", definitions={"primary": "#336699", "link": "#99ccff"})
