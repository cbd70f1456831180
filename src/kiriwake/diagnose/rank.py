"""Which cause is the root, and the total order in which causes are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kiriwake.causes.cause import Level
from kiriwake.core.symptom import SymptomId
from kiriwake.diagnose.diagnosis import Finding, Open


def ranked(found: Iterable[Finding], unknown: Sequence[Open]) -> tuple[Finding, ...]:
    """Roots, mechanisms, warnings; a mechanism is never first.

    Among equals: what AWS named before what we inferred, then how many observed
    symptoms it explains, then the id. How often a symptom was seen plays no part.
    """
    findings = tuple(found)
    causes = [f for f in findings if f.cause.level is Level.CAUSE]
    placed = [
        replace(f, root=f.cause.level is Level.CAUSE and _is_root(f, causes, unknown))
        for f in findings
    ]
    return tuple(sorted(placed, key=_place))


def _place(finding: Finding) -> tuple[bool, bool, bool, int, str]:
    return (
        finding.cause.level is not Level.CAUSE,
        not finding.root,
        not finding.direct,
        -len(finding.explains),
        finding.id,
    )


def _is_root(finding: Finding, causes: Sequence[Finding], unknown: Sequence[Open]) -> bool:
    """A mechanism follows from symptoms that others explain, or might explain."""
    needs = finding.cause.follows
    if not needs:
        return True
    others = _explained_by(f for f in causes if _may_precede(f, finding))
    if needs <= others:
        return False
    rivals = frozenset[SymptomId]().union(
        *(o.cause.explains for o in unknown if o.cause.level is Level.CAUSE and o.id != finding.id)
    )
    return not needs & (rivals | others)


def _may_precede(other: Finding, finding: Finding) -> bool:
    # Two mechanisms that need each other's symptoms must not both lose their root:
    # of such a pair the one that itself follows from nothing of the other's comes first.
    if other.id == finding.id:
        return False
    mutual = bool(other.cause.follows & finding.explains)
    return not mutual or other.id < finding.id


def _explained_by(findings: Iterable[Finding]) -> frozenset[SymptomId]:
    return frozenset[SymptomId]().union(*(f.explains for f in findings))
