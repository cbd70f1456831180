"""A cluster with two nodes on a ground made of dicts."""

from __future__ import annotations

import pytest
from tests.lab.kube.fake import ACCOUNT, Bench

NODE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/node"


@pytest.fixture
def empty() -> Bench:
    """A cluster without nodes."""
    return Bench()


@pytest.fixture
def cluster() -> Bench:
    """A cluster with two m5.large nodes in two zones, ready."""
    bench = Bench()
    for subnet in ("subnet-a", "subnet-b"):
        bench.cluster.machinery.nodes.launch(subnet, "m5.large", NODE_ROLE)
    bench.advance(60)
    return bench
