"""A drawing of a toy chain: one bar a layer."""


def draw(space, arch):
    bars = (
        f'<rect x="{20 * place}" y="{40 - 15 * choice}" width="15" height="{15 * choice}"/>'
        for place, choice in enumerate(arch.choices)
    )
    return f'<svg class="toy" aria-label="{space.format(arch)}">{"".join(bars)}</svg>'
