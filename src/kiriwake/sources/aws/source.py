"""AWS as a source of evidence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import MappingProxyType
from typing import Any

from kiriwake.core.observed import Call, Known, Missing, Observed, Why
from kiriwake.core.target import Target
from kiriwake.evidence.reading import Reading
from kiriwake.sources.aws import ecr, ecs, elb, iam, logs, net
from kiriwake.sources.aws.api import Api, Job, Outcome, Reader, Seen
from kiriwake.sources.aws.failures import Failed, ReadFailed
from kiriwake.sources.aws.identity import identify
from kiriwake.sources.aws.targets import Targets, regions_with_clusters
from kiriwake.sources.source import Identity, Request

THREADS = 12

READERS: Mapping[Reading[Any], Reader] = MappingProxyType(
    {
        **ecs.READERS,
        **net.READERS,
        **elb.READERS,
        **ecr.READERS,
        **iam.READERS,
        **logs.READERS,
    }
)
_BY_KEY = {(reading.action, reading.part): reader for reading, reader in READERS.items()}


class AwsSource:
    """Reads one account in one region."""

    def __init__(
        self, api: Api, *, partition: str = "aws", regions: Callable[[], Sequence[str]] = tuple
    ) -> None:
        self._api = api
        self._partition = partition
        self._regions = regions
        self._identity: Identity | None = None
        self._primed: dict[Call, Observed[Any]] = {}

    def read(self, calls: Collection[Call]) -> Mapping[Call, Observed[Any]]:
        """One observation for every call, in their order."""
        asked = tuple(dict.fromkeys(calls))
        outcomes: dict[Call, Observed[Any]] = {}
        groups: dict[Reader, list[Call]] = {}
        for call in asked:
            # What finding the targets brought to light is handed out once: a second
            # look at it is a look at what is so by then.
            if primed := self._primed.pop(call, None):
                outcomes[call] = primed
            elif reader := _BY_KEY.get((call.action, call.part)):
                groups.setdefault(reader, []).append(call)
            else:
                # A kind of evidence that another source gives.
                outcomes[call] = Missing(call, Why.NOT_ASKED)
        jobs = [job for reader, some in groups.items() for job in reader(self._api, some)]
        for answered in self._run(jobs):
            outcomes |= answered
        self._api.ledger.close(asked)
        return {call: outcomes[call] for call in asked}

    def _run(self, jobs: list[Job]) -> list[dict[Call, Observed[Any]]]:
        if len(jobs) == 1:
            return [self._one(jobs[0])]
        if not jobs:
            return []
        with ThreadPoolExecutor(min(THREADS, len(jobs)), "kiriwake-aws") as pool:
            futures = [pool.submit(self._one, job) for job in jobs]
            try:
                return [future.result() for future in futures]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _one(self, job: Job) -> dict[Call, Observed[Any]]:
        try:
            answered = job.run()
        except ReadFailed as failure:
            answered = dict.fromkeys(job.calls, failure.failed)
        return {call: self._observed(call, answered[call]) for call in job.calls}

    def _observed(self, call: Call, outcome: Outcome) -> Observed[Any]:
        match outcome:
            case Seen(value, at):
                return Known(value, call, at, self._principal)
            case Failed(why=why, action=action, code=code, says=says):
                if why is Why.NOT_ASKED:
                    return Missing(call, why)
                named = call if action == call.action else Call(action, call.argument, call.part)
                words = says if not code or code in says else f"{code}: {says}"
                return Missing(named, why, words)

    @property
    def _principal(self) -> str:
        return self._identity.principal if self._identity else ""

    def identity(self) -> Identity:
        """Who asks; raises `NoAccess` without credentials or endpoint."""
        if self._identity is None:
            self._identity = identify(self._api, self._partition)
            self._api.account = self._identity.account
            self._api.ledger.close(())
        return self._identity

    def targets(self, wanted: Target | None) -> tuple[Target, ...]:
        """The targets that one typed target stands for.

        Raises `TargetNotFound` with the nearest names and, where the cluster is seen in
        another region, that region; `NoAccess` where nothing can be listed.
        """
        finder = Targets(self._api, self.read, self.identity(), self._regions)
        found = finder.find(wanted)
        self._primed |= finder.seen
        return found

    def regions_in_use(self) -> tuple[str, ...]:
        """The other regions in which a cluster was seen."""
        return regions_with_clusters(self._api, self._regions())

    def now(self) -> datetime:
        """The time by the answers' Date header."""
        return self._api.ledger.now()

    def requests(self) -> tuple[Request, ...]:
        """What was asked so far, in order."""
        return self._api.ledger.requests()
