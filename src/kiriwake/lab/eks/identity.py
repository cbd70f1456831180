"""Pod Identity associations, and what STS says to a pod's web identity."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Protocol, runtime_checkable

from kiriwake.lab.eks.state import EksCluster, Shape, in_use, kept, not_found

STS_AUDIENCE = "sts.amazonaws.com"
ASSUME = "sts:AssumeRoleWithWebIdentity"
DENIED = (
    "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not"
    " authorized to perform sts:AssumeRoleWithWebIdentity"
)
NO_PROVIDER = (
    "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity"
    " operation: No OpenIDConnect provider found in your account for https://{issuer}"
)
WRONG_AUDIENCE = (
    "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity"
    " operation: Incorrect token audience"
)


@runtime_checkable
class WebIdentities(Protocol):
    """A ground that knows IAM's OIDC providers and trust policies."""

    def oidc_audiences(self, issuer: str) -> frozenset[str] | None:
        """The client ids of the provider of an issuer (without https://), None without one."""

    def trust_policy(self, role_arn: str) -> Mapping[str, Any] | None:
        """A role's trust policy document, None if there is no such role."""


def web_identity(ground: object, account: str, issuer: str, role_arn: str, subject: str) -> str:
    """Empty if STS takes a pod's projected token for a role, else the words of its error."""
    if not isinstance(ground, WebIdentities):
        return ""
    audiences = ground.oidc_audiences(issuer)
    if audiences is None:
        return NO_PROVIDER.format(issuer=issuer)
    if STS_AUDIENCE not in audiences:
        return WRONG_AUDIENCE
    trust = ground.trust_policy(role_arn)
    provider = f"arn:aws:iam::{account}:oidc-provider/{issuer}"
    claims = {f"{issuer}:sub": subject, f"{issuer}:aud": STS_AUDIENCE}
    return "" if trust and _trusts(trust, provider, claims) else DENIED


def _trusts(trust: Mapping[str, Any], provider: str, claims: Mapping[str, str]) -> bool:
    allowed = False
    for statement in _listed(trust.get("Statement")):
        if not _takes(statement, provider, claims):
            continue
        if statement.get("Effect") == "Deny":
            return False
        allowed = True
    return allowed


def _takes(statement: Mapping[str, Any], provider: str, claims: Mapping[str, str]) -> bool:
    principal = statement.get("Principal")
    federated = _listed(principal.get("Federated")) if isinstance(principal, Mapping) else []
    actions = _listed(statement.get("Action"))
    if provider not in federated:
        return False
    if not any(fnmatchcase(ASSUME.lower(), str(one).lower()) for one in actions):
        return False
    conditions: Mapping[str, Any] = statement.get("Condition") or {}
    return all(_met(operator, wanted, claims) for operator, wanted in conditions.items())


def _met(operator: str, wanted: Mapping[str, Any], claims: Mapping[str, str]) -> bool:
    for key, values in wanted.items():
        seen = claims.get(key)
        texts = [str(one) for one in _listed(values)]
        word = operator.rpartition(":")[2].removesuffix("IfExists")
        if word == "StringEquals":
            met = seen in texts
        elif word == "StringLike":
            met = seen is not None and any(fnmatchcase(seen, text) for text in texts)
        elif word == "StringNotEquals":
            met = seen not in texts
        else:
            met = False
        if not met:
            return False
    return True


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - IAM writes one or a list
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# --- Pod Identity ---------------------------------------------------------------------


def create(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """CreatePodIdentityAssociation."""
    namespace, account = parameters["namespace"], parameters["serviceAccount"]
    if role_for(cluster, namespace, account):
        raise in_use(
            f"Association already exists: {_found(cluster, namespace, account)['associationId']}"
        )
    now = cluster.ground.now()
    digest = cluster.new_id("association").replace("-", "")
    association_id = f"a-{digest[:17]}"
    shape: Shape = {
        "clusterName": cluster.name,
        "namespace": namespace,
        "serviceAccount": account,
        "roleArn": parameters["roleArn"],
        "associationArn": cluster.child_arn("podidentityassociation", association_id),
        "associationId": association_id,
        "tags": dict(parameters.get("tags") or {}),
        "createdAt": now,
        "modifiedAt": now,
        "disableSessionTags": bool(parameters.get("disableSessionTags")),
    }
    shape |= kept(parameters, "targetRoleArn")
    cluster.associations[association_id] = shape
    return {"association": shape}


def describe(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """DescribePodIdentityAssociation."""
    return {"association": _by_id(cluster, parameters)}


def _by_id(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    found = cluster.associations.get(parameters["associationId"])
    if found is None:
        name = parameters["associationId"]
        raise not_found(f"Association Not Found: {name}")
    return found


def list_all(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """ListPodIdentityAssociations."""
    names = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId")
    wanted = kept(parameters, "namespace", "serviceAccount")
    return {
        "associations": [
            {name: one[name] for name in names}
            for one in cluster.associations.values()
            if all(one[key] == value for key, value in wanted.items())
        ]
    }


def update(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """UpdatePodIdentityAssociation."""
    found = _by_id(cluster, parameters)
    found |= kept(parameters, "roleArn", "targetRoleArn", "disableSessionTags")
    found["modifiedAt"] = cluster.ground.now()
    return {"association": found}


def delete(cluster: EksCluster, parameters: Mapping[str, Any]) -> Shape:
    """DeletePodIdentityAssociation."""
    found = _by_id(cluster, parameters)
    del cluster.associations[found["associationId"]]
    return {"association": found}


def _found(cluster: EksCluster, namespace: str, account: str) -> Shape:
    for one in cluster.associations.values():
        if (one["namespace"], one["serviceAccount"]) == (namespace, account):
            return one
    return {}


def role_for(cluster: EksCluster, namespace: str, account: str) -> str:
    """The role that a service account is associated with, empty without one."""
    return str(_found(cluster, namespace, account).get("roleArn", ""))
