"""Facts as dotted names ("injury.on") and as the nested object that `guidance` reads."""


def nest(flat: dict) -> dict:
    """{"injury.on": "2026-05-03"} -> {"injury": {"on": "2026-05-03"}}."""
    tree: dict = {}
    for name, value in flat.items():
        group, _, leaf = name.partition(".")
        if leaf:
            tree.setdefault(group, {})[leaf] = value
        else:
            tree[name] = value
    return tree


def flatten(tree: dict) -> dict:
    """The inverse of `nest`."""
    flat = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{leaf}": inner for leaf, inner in value.items()})
        else:
            flat[name] = value
    return flat
