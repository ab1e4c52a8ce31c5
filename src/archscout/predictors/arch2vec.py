"""arch2vec: an embedding taught without labels, then a regressor on it.

Source:
    Yan et al., Does Unsupervised Architecture Representation Learning Help Neural Architecture
    Search?, NeurIPS 2020, arXiv 2006.06936. The network's deviations are in
    `archscout.predictors._parts.graph_autoencoder`. Here: the regressor is by default a Gaussian
    process by random Fourier features; the paper's network with a Bayesian last layer is
    ``regressor="bayesian-linear"``. It learns normal scores of the labels' ranks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from archscout._common.own_state import own_state
from archscout.encodings.arrays import GraphEncoding
from archscout.errors import SettingsError, unknown_name
from archscout.predictors._parts.checks import labelled
from archscout.predictors._parts.graph_autoencoder import GraphAutoencoder, pretrain, tensors_of
from archscout.predictors._parts.latent_regressors import (
    FourierRegressor,
    LatentRegressor,
    RegressorKind,
    TanhRegressor,
)
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors._parts.written_graph import WrittenGraph
from archscout.predictors.base import Prediction, Predictor
from archscout.spaces.base import Architectures, Choices, SearchSpace

EmbeddingKind = Literal["mean", "vertices"]

_REGRESSORS = ("gaussian-process", "bayesian-linear")
_EMBEDDINGS = ("mean", "vertices")
# Architectures a block, so that many do not fill the memory.
_BLOCK = 16_384
# Without unlabelled architectures so many are drawn for every label, up to `Arch2Vec.drawn`.
_DRAWN_A_LABEL = 50


class Arch2Vec(Predictor):
    """A graph auto-encoder taught on architectures without labels, and a regressor.

    The auto-encoder learns from labelled and unlabelled architectures together. Where there are
    no unlabelled ones, it learns from architectures drawn from the space, which costs no label
    either. It is taught once: a later `fit` of the same object only teaches the regressor,
    as long as its architectures are among those that the encoder has seen, or if it comes
    again without unlabelled ones. ``keep=False`` teaches it anew each time.

    Args:
        space: the search space; `decode` needs one that reads graphs back.
        rng: the only source of randomness.
        embedding: ``"mean"`` over the vertices, as published, or all ``"vertices"`` side by
            side, which hold more and need more labels.
        regressor: ``"gaussian-process"`` or ``"bayesian-linear"``, the published one.
        hidden: width of the encoder's layers.
        layers: layers of the encoder.
        latent: numbers a vertex, d.
        dropout: share of the latent numbers that the decoder does not see while it learns.
        kl: weight of the divergence from the prior.
        passes: how often the encoder sees each architecture.
        batch: architectures a step of the encoder.
        learning_rate: the encoder's highest.
        drawn: most architectures that are drawn where no unlabelled ones came; 0 for none.
        keep: whether a taught encoder serves later fits.

    Attributes:
        pretrained_on_: number of different architectures that taught the encoder.
        steps_: steps that taught encoders, in all.

    Examples:
        >>> from archscout.spaces import load_space
        >>> space, rng = load_space("nasbench201"), np.random.default_rng(0)
        >>> archs = space.sample_choices(rng, 40)
        >>> model = Arch2Vec(space, rng, drawn=500).fit(archs, (archs == 3).sum(axis=1))
        >>> many, none = model.predict([space.parse("333333"), space.parse("111111")]).mean
        >>> bool(many > none)
        True
    """

    def __init__(
        self,
        space: SearchSpace,
        rng: np.random.Generator,
        *,
        embedding: EmbeddingKind = "mean",
        regressor: RegressorKind = "gaussian-process",
        hidden: int = 64,
        layers: int = 3,
        latent: int = 16,
        dropout: float = 0.1,
        kl: float = 0.1,
        passes: int = 8,
        batch: int = 256,
        learning_rate: float = 0.02,
        drawn: int = 5000,
        keep: bool = True,
    ) -> None:
        super().__init__(space, rng)
        if embedding not in _EMBEDDINGS:
            raise unknown_name("embedding", str(embedding), _EMBEDDINGS)
        if regressor not in _REGRESSORS:
            raise unknown_name("regressor", str(regressor), _REGRESSORS)
        if min(hidden, layers, latent, passes, batch) < 1 or drawn < 0:
            raise SettingsError(
                f"got hidden={hidden}, layers={layers}, latent={latent}, passes={passes}, "
                f"batch={batch}, drawn={drawn}, expected at least 1 of each, 0 of the last"
            )
        if not 0 <= dropout < 1 or kl < 0 or learning_rate <= 0:
            raise SettingsError(
                f"got dropout={dropout}, kl={kl}, learning_rate={learning_rate}, expected "
                "dropout from 0 to below 1, kl not below 0 and learning_rate above 0"
            )
        self.embedding, self.regressor = embedding, regressor
        self.sizes: dict[str, Any] = {
            "hidden": hidden,
            "layers": layers,
            "latent": latent,
            "dropout": dropout,
            "kl": kl,
        }
        self.teaching: dict[str, Any] = {
            "passes": passes,
            "batch": batch,
            "learning_rate": learning_rate,
        }
        self.drawn, self.keep = drawn, keep
        self.form = WrittenGraph(space)
        self.pretrained_on_ = self.steps_ = 0
        self._seen: set[bytes] = set()
        self._drew = False
        self._network: GraphAutoencoder | None = None
        self._vocabulary: tuple[str, ...] = ()
        self._scaling: RankScores | None = None
        self._regressor: LatentRegressor | None = None
        self._shift, self._width = np.zeros(0), np.ones(0)

    # --- learning ---------------------------------------------------------------------------
    def fit(
        self,
        archs: Architectures,
        values: Sequence[float] | NDArray[np.floating[Any]],
        unlabeled: Architectures | None = None,
    ) -> Self:
        """Teach the encoder if it has to be taught, then the regressor."""
        choices, numbers = labelled(self.space, archs, values)
        others = self.space.choices([] if unlabeled is None else unlabeled)
        network = self._taught(choices, others)
        scaling = RankScores(numbers)
        if self.regressor == "gaussian-process":
            regressor: LatentRegressor = FourierRegressor(self.rng)
        else:
            regressor = TanhRegressor(network.generator)
        regressor.fit(self._columns(self.latent(choices)), scaling.forward(numbers))
        self._scaling, self._regressor = scaling, regressor
        return self

    @own_state()
    def pretrain(self, archs: Architectures) -> Self:
        """Teach the encoder, without any value, on ``n`` architectures, at least 1.

        Raises:
            SettingsError: if none came.
        """
        pool = np.unique(self.space.choices(archs), axis=0)
        if len(pool) == 0:
            raise SettingsError("got no architectures, expected some to teach the encoder on")
        graph = self.form.read(pool)
        self._vocabulary = graph.vocabulary
        network = GraphAutoencoder(
            vertices=graph.operations.shape[1],
            operations=len(graph.vocabulary),
            generator=torch.Generator().manual_seed(int(self.rng.integers(2**62))),
            **self.sizes,
        )
        self.steps_ += pretrain(network, tensors_of(graph), **self.teaching)
        self._network, self._seen, self._drew = network, {row.tobytes() for row in pool}, False
        self._regressor = None
        self.pretrained_on_ = len(pool)
        columns = self._embedding(self.latent(pool))
        self._shift, width = columns.mean(axis=0), columns.std(axis=0)
        self._width = np.where(width > 1e-6, width, np.inf)
        return self

    def _taught(self, choices: Choices, others: Choices) -> GraphAutoencoder:
        draw = len(others) == 0 and self.drawn > 0
        pool = np.concatenate([choices, others])
        known = self._drew if draw else {row.tobytes() for row in pool} <= self._seen
        if not self.keep or not known:
            if draw:
                count = min(self.drawn, _DRAWN_A_LABEL * len(choices))
                pool = np.concatenate([pool, self.space.sample_choices(self.rng, count)])
            self.pretrain(pool)
            self._drew = draw
        return self._encoder()

    # --- predicting -------------------------------------------------------------------------
    def predict(self, archs: Architectures) -> Prediction:
        """Mean and one deviation, the noise of a label included."""
        scaling, regressor = self._fitted()
        parts = [np.empty((3, 0))]
        for columns in self._blocks(archs):
            mean, spread = regressor.linear.predict(regressor.features(columns))
            below, above = scaling.back(mean - spread), scaling.back(mean + spread)
            parts.append(np.array([scaling.back(mean), below, above]))
        centre, below, above = np.concatenate(parts, axis=1)
        return Prediction(centre, (above - below) / 2)

    def draws(self, archs: Architectures, count: int) -> NDArray[np.float64]:
        """Values ``(count, n)`` drawn from the posterior, all of a row from the same function."""
        scaling, regressor = self._fitted()
        weights = regressor.linear.draw_weights(count, self.rng)
        parts = [np.empty((count, 0))]
        for columns in self._blocks(archs):
            parts.append(regressor.linear.values_of(regressor.features(columns), weights))
        return scaling.back(np.concatenate(parts, axis=1))

    # --- the latent space -------------------------------------------------------------------
    @own_state()
    def latent(self, archs: Architectures) -> Tensor:
        """Latent vectors ``(n, vertices, d)``; raises `SettingsError` before the encoder learnt."""
        network = self._encoder()
        return network.means(tensors_of(self.form.read(self.space.choices(archs))))

    def embed(self, archs: Architectures) -> NDArray[np.float64]:
        """Embeddings ``(n, d)``, or ``(n, vertices * d)`` with ``embedding="vertices"``."""
        return self._embedding(self.latent(archs))

    @own_state()
    def decode(self, latent: Tensor) -> tuple[Choices, NDArray[np.bool_]]:
        """Write the most likely architectures of latent vectors ``(n, vertices, d)``.

        An embedding that is a mean has lost its vertices and cannot be decoded.

        Returns:
            Choices ``(n, positions)`` and, ``(n,)``, which are valid (rows of others are zero).

        Raises:
            SettingsError: before the encoder learnt, or if the space cannot read graphs back.
        """
        network = self._encoder()
        return self.form.write(GraphEncoding(*network.written(latent), self._vocabulary))

    # --- parts ------------------------------------------------------------------------------
    def _encoder(self) -> GraphAutoencoder:
        if self._network is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._network

    def _fitted(self) -> tuple[RankScores, LatentRegressor]:
        if self._scaling is None or self._regressor is None:
            raise SettingsError("this predictor has learnt nothing yet: call fit first")
        return self._scaling, self._regressor

    def _embedding(self, latent: Tensor) -> NDArray[np.float64]:
        kept = latent.mean(dim=1) if self.embedding == "mean" else latent.flatten(1)
        embedded: NDArray[np.float64] = kept.double().numpy()
        return embedded

    def _columns(self, latent: Tensor) -> NDArray[np.float64]:
        return (self._embedding(latent) - self._shift) / self._width

    def _blocks(self, archs: Architectures) -> Iterator[NDArray[np.float64]]:
        choices = self.space.choices(archs)
        for first in range(0, len(choices), _BLOCK):
            yield self._columns(self.latent(choices[first : first + _BLOCK]))
