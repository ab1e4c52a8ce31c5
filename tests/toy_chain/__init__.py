"""A toy space of somebody else's: all that archscout asks of it stands in this folder."""

from archscout.spaces import SpacePlugin

PLUGIN = SpacePlugin(
    "toy-chain",
    "toy_chain.space:ToyChain",
    "chains of four layers: a cut, or one of two convolutions",
    noun="chain",
    supernet="toy_chain.supernet:toy_supernet",
    angle="toy_chain.supernet:make_vector",
    live="toy_chain.space:live_choices",
    drawing="toy_chain.drawing:draw",
    reduced={"channels": 4},
    trainings={"toy-fast": {"epochs": 2, "learning_rate": 0.2}},
    reduced_training="toy-fast",
    evolution={"population": 8, "parents": 4, "mutations": 4, "crossovers": 4, "generations": 3},
)
