"""The init container that writes config files and opens scratch volumes to other users."""

from __future__ import annotations

import base64
import shlex
from dataclasses import dataclass, field

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import SecretKey, Volume, Workload
from kiriwake.migrate.names import container_name
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.stack import Json

FILES = "prepare-volumes"
_IMAGE = "public.ecr.aws/docker/library/busybox:1.37"
_MOST = 40_000
"""Bytes of config files in one task definition, whose quota is 64 KiB for everything."""


@dataclass(slots=True)
class Prepared:
    """What the init container does: shell lines, the environment they read, its mounts."""

    command: list[str] = field(default_factory=list)
    environment: list[Json] = field(default_factory=list)
    references: list[Json] = field(default_factory=list)
    secrets: dict[str, None] = field(default_factory=dict)
    mounts: dict[str, None] = field(default_factory=dict)
    size: int = 0

    def definition(self, logs: Json) -> dict[str, Json]:
        """The container definition."""
        found: dict[str, Json] = {
            "Name": FILES,
            "Image": _IMAGE,
            "Essential": False,
            "EntryPoint": ["sh", "-c"],
            "Command": ["\n".join(["set -e", *self.command])],
            "MountPoints": [
                {"SourceVolume": name, "ContainerPath": f"/prepare/{name}", "ReadOnly": False}
                for name in self.mounts
            ],
            "LogConfiguration": logs,
        }
        if self.environment:
            found["Environment"] = self.environment
        if self.references:
            found["Secrets"] = self.references
        return found


def prepare(workload: Workload, setting: Setting) -> Prepared:
    """What has to be in a workload's volumes before its containers start."""
    prepared = Prepared()
    ledger = setting.ledger
    to = f"{setting.id_of(workload)}TaskDefinition/Volumes"
    others = [c for c in workload.every_container if c.user.partition(":")[0] not in {"", "0"}]
    for volume in workload.volumes:
        name = container_name(volume.name)
        where = traced(volume.trace, "whole")
        if volume.how == "scratch":
            ledger.claim(where, Fate.CARRIED, f"{to}/{name}", reasons.VOLUME_SCRATCH)
            if any(mount.volume == volume.name for c in others for mount in c.mounts):
                # Fargate mounts scratch volumes as root's; an emptyDir is everybody's
                prepared.mounts[name] = None
                prepared.command.append(f"chmod 0777 /prepare/{name}")
        elif volume.how in {"config", "secret", "vault", "projected"}:
            ledger.claim(where, Fate.REPLACED, f"{to}/{name}", reasons.VOLUME_FILES)
            _write_files(volume, workload, setting, prepared, name)
    if prepared.size > _MOST:
        setting.note(
            "config-too-large",
            Weight.DECIDE,
            Text(
                en=f"the config files of {workload.name} take {prepared.size:,} bytes of the 64 KiB"
                " a task definition may have; bake them into the image or put them on EFS",
                ja=f"{workload.name} の設定ファイルは {prepared.size:,} バイトある。"
                "タスク定義の上限は"
                " 64 KiB なので、イメージに含めるか EFS に置くこと",
            ),
            workload.place,
        )
    return prepared


def _write_files(
    volume: Volume, workload: Workload, setting: Setting, prepared: Prepared, name: str
) -> None:
    files = volume.files or _all_files(volume, workload, setting)
    if not files:
        setting.note(
            "files-not-in-the-input",
            Weight.DECIDE,
            Text(
                en=f'the volume "{volume.name}" of {workload.name} takes files from'
                f' "{volume.source or volume.how}", which is not among the input files',
                ja=f"{workload.name}"
                f" のボリューム「{volume.name}」の中身「{volume.source or volume.how}」"
                "が入力ファイルにない",
            ),
            volume.place,
        )
        return
    prepared.mounts[name] = None
    configs = {(c.namespace, c.name): c.data for c in setting.estate.configs}
    for path, key in files:
        variable = f"FILE_{len(prepared.environment) + len(prepared.references)}"
        target = shlex.quote(f"/prepare/{name}/{path.lstrip('/')}")
        if "/" in path.strip("/"):
            folder = shlex.quote(f"/prepare/{name}/{path.strip('/').rpartition('/')[0]}")
            prepared.command.append(f"mkdir -p {folder}")
        if volume.how == "config":
            text = configs.get((workload.namespace, volume.source), {}).get(key, "")
            coded = base64.b64encode(text.encode()).decode()
            prepared.size += len(coded)
            prepared.environment.append({"Name": variable, "Value": coded})
            prepared.command.append(f'printf %s "${variable}" | base64 -d > {target}')
        else:
            source = SecretKey(volume.source or workload.name, key)
            prepared.secrets[source.secret] = None
            prepared.references.append({"Name": variable, "ValueFrom": setting.secret(source)})
            prepared.command.append(f'printf %s "${variable}" > {target}')


def _all_files(volume: Volume, workload: Workload, setting: Setting) -> tuple[tuple[str, str], ...]:
    space = workload.namespace
    if volume.how == "config":
        keys = next(
            (
                tuple(c.data)
                for c in setting.estate.configs
                if (c.namespace, c.name) == (space, volume.source)
            ),
            (),
        )
    else:
        keys = next(
            (
                s.keys
                for s in setting.estate.secrets
                if (s.namespace, s.name) == (space, volume.source)
            ),
            (),
        )
    return tuple((key, key) for key in keys)
