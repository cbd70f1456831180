"""The glossary: every term under all its names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from kiriwake.texts import terms_aws, terms_azure, terms_network
from kiriwake.texts.terms import Term


@cache
def glossary() -> Mapping[str, Term]:
    """Every term by its names and aliases, in lower case; a word's own entry wins."""
    every = (*terms_azure.TERMS, *terms_aws.TERMS, *terms_network.TERMS)
    aliases = {alias.lower(): term for term in every for alias in term.aliases}
    return {**aliases, **{term.name.lower(): term for term in every}}
