"""Lookups in Azure resources, whose keys are compared without regard to case."""

from __future__ import annotations

from kiriwake.migrate.tree import Leaf, Map, Row, Tree, Unresolved


def az(tree: Tree | None, *path: str) -> Tree | None:
    """What stands at a path, whatever the case of its keys."""
    for key in path:
        if not isinstance(tree, Map):
            return None
        exact = tree.items.get(key)
        if exact is None:
            wanted = key.casefold()
            exact = next((v for k, v in tree.items.items() if k.casefold() == wanted), None)
        tree = exact
    return tree


def unresolved(tree: Tree | None) -> str:
    """The expression that could not be resolved, or nothing."""
    if isinstance(tree, Leaf) and isinstance(tree.value, Unresolved):
        return tree.value.expression
    return ""


def rows(tree: Tree | None) -> tuple[Map, ...]:
    """The mappings of a list; anything else, such as an open expression, gives none."""
    if not isinstance(tree, Row):
        return ()
    return tuple(item for item in tree.items if isinstance(item, Map))
