"""Options that limit what an architecture may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from archscout.cli.options import PROBLEM

if TYPE_CHECKING:
    from archscout.spaces.limits.limit import Limit

MaxMacsOption = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT",
        help="Search only architectures of at most so many multiply-adds, such as 60M.",
        rich_help_panel=PROBLEM,
    ),
]
MaxParamsOption = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT",
        help="Search only architectures of at most so many parameters, such as 5.3M.",
        rich_help_panel=PROBLEM,
    ),
]
MaxLatencyOption = Annotated[
    str | None,
    typer.Option(
        metavar="AMOUNT",
        help="Search only networks that take at most so long for one image on this machine, such "
        "as 3.5ms; measured once, and kept in the folder.",
        rich_help_panel=PROBLEM,
    ),
]


def limits_of(
    max_macs: str | None, max_params: str | None, space: str, dataset: str | None
) -> tuple[Limit, ...]:
    """Read the options; amounts are of the networks that the data set's table holds.

    Raises:
        ParseError: if one is no amount.

    Examples:
        >>> [limit.text for limit in limits_of("60M", None, "nasbench-macro", None)]
        ['at most 60M MACs']
    """
    from archscout.spaces import plugin_of
    from archscout.spaces.limits.limit import parse_limits

    texts = {"max_macs": max_macs, "max_params": max_params}
    return parse_limits(texts, plugin_of(space).table_networks.get(dataset or "", {}))
