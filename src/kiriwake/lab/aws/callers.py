"""Who signed a request: an account by its number, an IAM user's key, or an assumed role."""

from __future__ import annotations

import re
from typing import Any

from kiriwake.lab.aws.store import stores
from kiriwake.lab.world import HOME_ACCOUNT, Principal

_ACCOUNT = re.compile(r"\d{12}")


def account_of(access_key: str) -> str:
    """A key of twelve digits is that account; a key that IAM or STS made is its owner's."""
    return principal_of(access_key).arn.split(":")[4]


def principal_of(access_key: str) -> Principal:
    """The principal behind an access key; any other key is the user `lab`."""
    if not _ACCOUNT.fullmatch(access_key):
        for _, _, sts in stores("sts"):
            role = sts.get_assumed_role_from_access_key(access_key)
            if role is not None:
                return Principal(access_key, _session_arn(role), str(role.role_arn))
        for account, _, iam in stores("iam"):
            key = iam.access_keys.get(access_key)
            if key is not None and key.user_name:
                user = iam.users.get(key.user_name)
                arn = str(user.arn) if user else f"arn:aws:iam::{account}:user/{key.user_name}"
                return Principal(access_key, arn)
    account = access_key if _ACCOUNT.fullmatch(access_key) else HOME_ACCOUNT
    return Principal(access_key, f"arn:aws:iam::{account}:user/lab")


def _session_arn(role: Any) -> str:
    # The session is in the account of the role, whoever assumed it.
    account, name = role.role_arn.split(":")[4], role.role_arn.rpartition("/")[2]
    return f"arn:aws:sts::{account}:assumed-role/{name}/{role.session_name}"
