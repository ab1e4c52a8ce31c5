"""arch2vec: an embedding taught without labels, then a regressor on it.

Source:
    Yan et al., Does Unsupervised Architecture Representation Learning Help Neural Architecture
    Search?, NeurIPS 2020, arXiv 2006.06936. The network's deviations are in
    `archscout.predictors._parts.graph_autoencoder`. Here: the regressor is by default a Gaussian
    process by random Fourier features; the paper's network with a Bayesian last layer is
    ``regressor="bayesian-linear"``. It learns normal scores of the labels' ranks.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from archscout._common.own_state import own_state
from archscout._common.settings import Flag
from archscout.encodings import GraphEncoding
from archscout.errors import SettingsError
from archscout.predictors._parts import ranges
from archscout.predictors._parts.columns import Standard
from archscout.predictors._parts.graph_autoencoder import GraphAutoencoder, pretrain, tensors_of
from archscout.predictors._parts.latent_regressors import (
    FourierRegressor,
    LatentRegressor,
    RegressorKind,
    TanhRegressor,
)
from archscout.predictors._parts.scaling import RankScores
from archscout.predictors._parts.written_graph import WrittenGraph
from archscout.predictors._posterior import Floats, Posterior
from archscout.predictors.base import Predictor, parameters
from archscout.spaces.base import Architectures, Choices

EmbeddingKind = Literal["mean", "vertices"]

# Architectures a block, so that many do not fill the memory.
_BLOCK = 16_384
# Without unlabeled architectures so many are drawn for every label, up to `Arch2Vec.drawn`.
_DRAWN_A_LABEL = 50


@parameters
class Arch2Vec(Predictor):
    """A graph auto-encoder taught on architectures without labels, and a regressor.

    The auto-encoder learns from labeled and unlabeled architectures together. Where there are
    no unlabeled ones, it learns from architectures drawn from the space, which costs no label
    either. It is taught once: a later `fit` of the same object only teaches the regressor,
    as long as its architectures are among those that the encoder has seen, or if it comes
    again without unlabeled ones. ``keep=False`` teaches it anew each time.

    The spread holds the noise of a label. A draw leaves it out, and is one function of the
    posterior over all architectures.

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
        drawn: most architectures that are drawn where no unlabeled ones came; 0 for none.
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

    embedding: EmbeddingKind = "mean"
    regressor: RegressorKind = "gaussian-process"
    hidden: ranges.OneOrMore = 64
    layers: ranges.OneOrMore = 3
    latent: ranges.OneOrMore = 16
    dropout: ranges.ShareBelowOne = 0.1
    kl: ranges.NotNegative = 0.1
    passes: ranges.OneOrMore = 8
    batch: ranges.OneOrMore = 256
    learning_rate: ranges.AboveZero = 0.02
    drawn: ranges.NoneOrMore = 5000
    keep: Flag = True

    pretrained_on_ = steps_ = 0

    @cached_property
    def form(self) -> WrittenGraph:
        """Reads architectures as graphs and writes graphs back."""
        return WrittenGraph(self.space)

    # --- learning ---------------------------------------------------------------------------
    def _fit(self, choices: Choices, values: Floats, unlabeled: Choices) -> None:
        network = self._taught(choices, unlabeled)
        scaling = RankScores(values)
        if self.regressor == "gaussian-process":
            regressor: LatentRegressor = FourierRegressor(self.rng)
        else:
            regressor = TanhRegressor(network.generator)
        columns = self._columns(self._vectors(choices))
        self.scaling_, self.regressor_ = scaling, regressor.fit(columns, scaling.forward(values))

    @own_state()
    def pretrain(self, archs: Architectures) -> Self:
        """Teach the encoder, without any value, on ``n`` architectures, at least 1.

        Raises:
            SettingsError: if none came.
        """
        pool = np.unique(self.space.as_choices(archs), axis=0)
        if len(pool) == 0:
            raise SettingsError("got no architectures, expected some to teach the encoder on")
        graph = self.form.read(pool)
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**62)))
        network = GraphAutoencoder(graph, self, generator)
        self.steps_ += pretrain(
            network,
            tensors_of(graph),
            passes=self.passes,
            batch=self.batch,
            learning_rate=self.learning_rate,
        )
        self.encoder_, self._vocabulary = network, graph.vocabulary
        self._known, self._drew = {row.tobytes() for row in pool}, False
        vars(self).pop("labels_", None)  # The regressor has learnt another encoder's vectors.
        self.pretrained_on_ = len(pool)
        self._standard = Standard(self._embedding(self._vectors(pool)))
        return self

    def _taught(self, choices: Choices, others: Choices) -> GraphAutoencoder:
        draw = len(others) == 0 and self.drawn > 0
        pool = np.concatenate([choices, others])
        known = self.pretrained_on_ > 0 and (
            self._drew if draw else {row.tobytes() for row in pool} <= self._known
        )
        if not self.keep or not known:
            if draw:
                count = min(self.drawn, _DRAWN_A_LABEL * len(choices))
                pool = np.concatenate([pool, self.space.sample_choices(self.rng, count)])
            self.pretrain(pool)
            self._drew = draw
        return self.encoder_

    # --- predicting -------------------------------------------------------------------------
    def _predict(self, choices: Choices) -> Posterior:
        scaling, regressor = self.scaling_, self.regressor_
        blocks = [
            self._columns(self._vectors(choices[first : first + _BLOCK]))
            for first in range(0, len(choices), _BLOCK)
        ]

        def moments() -> tuple[Floats, Floats]:
            found = [np.empty((3, 0))]
            for columns in blocks:
                mean, spread = regressor.linear.predict(regressor.features(columns))
                below, above = scaling.back(mean - spread), scaling.back(mean + spread)
                found.append(np.array([scaling.back(mean), below, above]))
            centre, below, above = np.concatenate(found, axis=1)
            return centre, (above - below) / 2

        def draw(count: int, rng: np.random.Generator) -> Floats:
            weights, linear = regressor.linear.draw_weights(count, rng), regressor.linear
            drawn = [linear.values_of(regressor.features(columns), weights) for columns in blocks]
            return scaling.back(np.concatenate([np.empty((count, 0)), *drawn], axis=1))

        return Posterior.lazily(moments, draw=draw)

    # --- the latent space -------------------------------------------------------------------
    @own_state()
    def encode(self, archs: Architectures) -> Tensor:
        """Latent vectors ``(n, vertices, d)``; raises `SettingsError` before the encoder learnt."""
        self._check_pretrained()
        return self._vectors(self.space.as_choices(archs))

    def embed(self, archs: Architectures) -> Floats:
        """Embeddings ``(n, d)``, or ``(n, vertices * d)`` with ``embedding="vertices"``."""
        return self._embedding(self.encode(archs))

    @own_state()
    def decode(self, latent: Tensor) -> tuple[Choices, NDArray[np.bool_]]:
        """Write the most likely architectures of latent vectors ``(n, vertices, d)``.

        An embedding that is a mean has lost its vertices and cannot be decoded.

        Returns:
            Choices ``(n, positions)`` and, ``(n,)``, which are valid (rows of others are zero).

        Raises:
            SettingsError: before the encoder learnt, or if the space cannot read graphs back.
        """
        self._check_pretrained()
        return self.form.write(GraphEncoding(*self.encoder_.written(latent), self._vocabulary))

    # --- parts ------------------------------------------------------------------------------
    def _check_pretrained(self) -> None:
        if not self.pretrained_on_:
            self._check_fitted()

    def _vectors(self, choices: Choices) -> Tensor:
        return self.encoder_.means(tensors_of(self.form.read(choices)))

    def _embedding(self, latent: Tensor) -> Floats:
        kept = latent.mean(dim=1) if self.embedding == "mean" else latent.flatten(1)
        embedded: Floats = kept.double().numpy()
        return embedded

    def _columns(self, latent: Tensor) -> Floats:
        return self._standard.scaled(self._embedding(latent))
