"""A fresh town for every test."""

from __future__ import annotations

import pytest
from tests.lab.ecs.town import Town


@pytest.fixture
def town() -> Town:
    return Town()
