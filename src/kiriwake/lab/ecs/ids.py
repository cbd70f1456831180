"""Ids that look like AWS's and are the same in every run with the same seed."""

from __future__ import annotations

import random
import string
import uuid

_LETTERS = string.ascii_letters + string.digits


class Ids:
    """A seeded source of ids."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, no secret

    def hexadecimal(self, length: int = 32) -> str:
        """`9cbba291db044b1f9b250a04718d96e4`: tasks, container instances, runtimes."""
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def digits(self, length: int = 19) -> str:
        """`4583920176658321045`: deployments and service revisions."""
        first = str(self._random.randint(1, 9))
        return first + "".join(str(self._random.randint(0, 9)) for _ in range(length - 1))

    def uuid(self) -> str:
        """Attachments, events, containers."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def name(self, length: int = 21) -> str:
        """`xLmNpQ2aXy8T4nBvC1dEf`: service deployments."""
        return "".join(self._random.choice(_LETTERS) for _ in range(length))

    def below(self, limit: int) -> int:
        """A number from 0 to limit - 1."""
        return self._random.randrange(limit)
