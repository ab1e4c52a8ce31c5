"""A proxy of somebody else's."""

from archscout.proxies import Proxy


class Depth(Proxy):
    """How many convolutions a tower has."""

    name, unit = "depth", "convolutions"

    def _score(self, choices):
        return (choices > 0).sum(axis=1)
