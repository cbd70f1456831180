"""IAM's simulator over what moto keeps, and who the caller is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse
from moto.sts.responses import TokenResponse

from kiriwake.lab.aws import policies, roles
from kiriwake.lab.aws.callers import principal_of
from kiriwake.lab.aws.patches import Patches
from kiriwake.lab.aws.policies import Decision
from kiriwake.lab.ground import AwsError
from kiriwake.lab.wire import scope_of

_STRICTNESS = [Decision.ALLOWED, Decision.IMPLICIT_DENY, Decision.EXPLICIT_DENY]


def keep_identity(patches: Patches) -> None:
    """Adds SimulatePrincipalPolicy and SimulateCustomPolicy; GetCallerIdentity says who signed."""
    patches.put(IamResponse, "simulate_principal_policy", _simulate_principal)
    patches.put(IamResponse, "simulate_custom_policy", _simulate_custom)
    patches.put(TokenResponse, "get_caller_identity", _caller_identity)


def _caller_identity(self: Any) -> ActionResult:
    scope = scope_of({"HTTP_AUTHORIZATION": self.headers.get("Authorization", "")})
    principal = principal_of(scope.access_key if scope else "")
    user_id = f"AIDA{principal.access_key.upper():X<16.16}"
    if principal.role_arn:
        role = roles.find_role(principal.role_arn)
        role_id = role.id if role is not None else "AROAXXXXXXXXXXXXXXXX"
        user_id = f"{role_id}:{principal.arn.rpartition('/')[2]}"
    account = principal.arn.split(":")[4]
    return ActionResult({"UserId": user_id, "Account": account, "Arn": principal.arn})


def _simulate_principal(self: Any) -> ActionResult:
    source = str(self._get_param("PolicySourceArn"))
    principal = roles.find_role(source) or roles.find_user(source)
    if principal is None:
        raise AwsError("NoSuchEntity", f"The entity {source} cannot be found.", 404)
    held = roles.rights(principal, source.split(":")[4])
    more = {
        f"input-{n}": policies.parse(text)
        for n, text in enumerate(self._get_param("PolicyInputList") or (), 1)
    }
    boundaries = self._get_param("PermissionsBoundaryPolicyInputList") or ()
    boundary = policies.parse(boundaries[0]) if boundaries else held.boundary
    rights = roles.Rights({**held.identity, **more}, boundary)
    return _evaluate(self, rights, {"aws:PrincipalArn": source})


def _simulate_custom(self: Any) -> ActionResult:
    given = self._get_param("PolicyInputList") or ()
    identity = {f"PolicyInputList.{n}": policies.parse(text) for n, text in enumerate(given, 1)}
    boundaries = self._get_param("PermissionsBoundaryPolicyInputList") or ()
    boundary = policies.parse(boundaries[0]) if boundaries else None
    return _evaluate(self, roles.Rights(identity, boundary), {})


def _evaluate(self: Any, rights: roles.Rights, context: Mapping[str, str]) -> ActionResult:
    known = dict(context)
    for entry in self._get_param("ContextEntries") or ():
        values = entry.get("ContextKeyValues") or [""]
        known[entry["ContextKeyName"]] = str(values[0])
    resources = [str(arn) for arn in self._get_param("ResourceArns") or ["*"]]
    results = [
        _result(rights, str(action), resources, known)
        for action in self._get_param("ActionNames") or ()
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _result(
    rights: roles.Rights, action: str, resources: Sequence[str], context: Mapping[str, str]
) -> dict[str, Any]:
    decisions = {arn: _decide(rights, action, arn, context) for arn in resources}
    worst = max(decisions.values(), key=_STRICTNESS.index)
    documents = [*rights.identity.values(), *([rights.boundary] if rights.boundary else [])]
    missing = policies.missing_keys(_about(documents, action), context)
    # F8.11b: one result an action, the answer for each resource inside.
    result: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": resources[0] if len(resources) == 1 else "*",
        "EvalDecision": str(worst),
        "MatchedStatements": _matched(rights, action, resources, context),
        "MissingContextValues": missing,
        "ResourceSpecificResults": [
            {
                "EvalResourceName": arn,
                "EvalResourceDecision": str(decision),
                "MatchedStatements": _matched(rights, action, [arn], context),
                "MissingContextValues": missing,
            }
            for arn, decision in decisions.items()
        ],
    }
    if rights.boundary is not None:
        allowed = all(
            policies.decide([rights.boundary], action, arn, context) is Decision.ALLOWED
            for arn in resources
        )
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    return result


def _about(documents: Sequence[policies.Document], action: str) -> list[policies.Document]:
    found: list[policies.Document] = []
    for document in documents:
        for statement in policies.statements(document):
            bare = {k: v for k, v in statement.items() if k != "Condition"}
            if policies.means(bare, action, "*", {}, any_resource=True):
                found.append({"Statement": [statement]})
    return found


def _decide(
    rights: roles.Rights, action: str, resource: str, context: Mapping[str, str]
) -> Decision:
    decision = policies.decide(rights.identity.values(), action, resource, context)
    if rights.boundary is None:
        return decision
    capped = policies.decide([rights.boundary], action, resource, context)
    return max(decision, capped, key=_STRICTNESS.index)


def _matched(
    rights: roles.Rights, action: str, resources: Sequence[str], context: Mapping[str, str]
) -> list[dict[str, Any]]:
    found = []
    for name, document in rights.identity.items():
        hit: Callable[[Mapping[str, Any]], bool] = lambda statement: any(  # noqa: E731
            policies.means(statement, action, arn, context) for arn in resources
        )
        if any(hit(statement) for statement in policies.statements(document)):
            found.append(
                {
                    "SourcePolicyId": name.rpartition("/")[2],
                    "SourcePolicyType": _policy_type(name),
                    "StartPosition": {"Line": 1, "Column": 1},
                    "EndPosition": {"Line": 1, "Column": 1},
                }
            )
    return found


def _policy_type(name: str) -> str:
    if not name.startswith("arn:"):
        return "none" if name.startswith(("input-", "PolicyInputList.")) else "role"
    return "aws-managed" if ":aws:policy" in name else "user-managed"
