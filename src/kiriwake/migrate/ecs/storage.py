"""Volumes that outlive a task: EFS."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiriwake.core.text import Text
from kiriwake.migrate import reasons
from kiriwake.migrate.ecs.network import Network
from kiriwake.migrate.ecs.setting import Setting
from kiriwake.migrate.ledger import Fate, traced
from kiriwake.migrate.model import Volume, Workload
from kiriwake.migrate.names import container_name, pascal
from kiriwake.migrate.notice import Weight
from kiriwake.migrate.stack import Json, get, ref

_MANAGED = {
    "postgres": "Amazon RDS for PostgreSQL", "mysql": "Amazon RDS for MySQL",
    "mariadb": "Amazon RDS for MariaDB", "redis": "Amazon ElastiCache",
    "valkey": "Amazon ElastiCache", "memcached": "Amazon ElastiCache",
    "rabbitmq": "Amazon MQ", "mongo": "Amazon DocumentDB", "mssql": "Amazon RDS for SQL Server",
    "sqlserver": "Amazon RDS for SQL Server", "elasticsearch": "Amazon OpenSearch Service",
    "opensearch": "Amazon OpenSearch Service", "kafka": "Amazon MSK",
}  # fmt: skip


@dataclass(slots=True)
class FileSystems:
    """The access point of each volume, by workload namespace and the volume's source."""

    points: dict[tuple[str, str], str] = field(default_factory=dict)
    ready: list[str] = field(default_factory=list)

    def used_by(self, workload: Workload) -> bool:
        """Whether a workload mounts any of them."""
        return any((workload.namespace, _origin(workload, v)) in self.points
                   for v in workload.volumes)  # fmt: skip


def managed_service(image: str) -> str:
    """The AWS service that runs what an image is, or nothing."""
    name = image.rpartition("/")[2].partition(":")[0].lower()
    return next((service for word, service in _MANAGED.items() if word in name), "")


def add_file_systems(setting: Setting, network: Network, fit: list[Workload]) -> FileSystems:
    """One file system with an access point for each claim or share."""
    found = FileSystems()
    wanted = [
        (workload, volume)
        for workload in fit
        for volume in workload.volumes
        if volume.how in {"share", "disk"}
    ]
    for workload in fit:
        _suggest(setting, workload)
    if not wanted:
        return found
    stack = setting.stack
    stack.add(
        "FilesSecurityGroup",
        "AWS::EC2::SecurityGroup",
        {
            "GroupDescription": "NFS from the tasks",
            "VpcId": network.vpc,
            "SecurityGroupIngress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 2049,
                    "ToPort": 2049,
                    "SourceSecurityGroupId": get("TasksSecurityGroup", "GroupId"),
                }
            ],
        },
    )
    stack.add(
        "Files",
        "AWS::EFS::FileSystem",
        {"Encrypted": True, "BackupPolicy": {"Status": "ENABLED"}},
        keep=True,
    )
    subnets = network.private_list or tuple(
        {"Fn::Select": [number, ref("PrivateSubnetIds")]} for number in range(setting.zones)
    )
    for number, subnet in enumerate(subnets):
        name = f"FilesIn{'ABCDEF'[number]}"
        stack.add(
            name,
            "AWS::EFS::MountTarget",
            {
                "FileSystemId": ref("Files"),
                "SubnetId": subnet,
                "SecurityGroups": [get("FilesSecurityGroup", "GroupId")],
            },
        )
        found.ready.append(name)
    for workload, volume in wanted:
        key = (workload.namespace, _origin(workload, volume))
        if key in found.points:
            continue
        name = f"{pascal(*key)}Files"
        owner = str(workload.fs_group) if workload.fs_group else "0"
        stack.add(
            name,
            "AWS::EFS::AccessPoint",
            {
                "FileSystemId": ref("Files"),
                "RootDirectory": {
                    "Path": f"/{container_name(key[0])}/{container_name(key[1])}",
                    "CreationInfo": {
                        "OwnerUid": owner,
                        "OwnerGid": owner,
                        "Permissions": "0777" if owner == "0" else "0770",
                    },
                },
                "PosixUser": {"Uid": owner, "Gid": owner} if owner != "0" else None,
            },
        )
        found.points[key] = name
    return found


def _origin(workload: Workload, volume: Volume) -> str:
    return volume.source or f"{workload.name}-{volume.name}"


def _suggest(setting: Setting, workload: Workload) -> None:
    for container in workload.containers:
        service = managed_service(container.image)
        if service:
            setting.note(
                "managed-service",
                Weight.DECIDE,
                Text(
                    en=f"{workload.name} is a data store in a container that loses its disk or"
                    f" identity when replaced; {service} keeps both",
                    ja=f"{workload.name} はデータストアで、"
                    "コンテナーは置き換えでディスクや識別子を失う。"
                    f"{service} の利用を検討すること",
                ),
                container.place,
            )


def volumes_for(setting: Setting, workload: Workload, files: FileSystems) -> list[Json]:
    """The volumes of a task definition."""
    found: list[Json] = []
    known = setting.volumes_of(workload)
    to = f"{setting.id_of(workload)}TaskDefinition/Volumes"
    for volume in workload.volumes:
        where = traced(volume.trace, "whole")
        if volume.name not in known:
            continue
        name = container_name(volume.name)
        point = files.points.get((workload.namespace, _origin(workload, volume)))
        if volume.how not in {"share", "disk"} or point is None:
            found.append({"Name": name})
            continue
        found.append(
            {
                "Name": name,
                "EFSVolumeConfiguration": {
                    "FilesystemId": ref("Files"),
                    "TransitEncryption": "ENABLED",
                    "AuthorizationConfig": {"AccessPointId": ref(point)},
                },
            }
        )
        why = reasons.VOLUME_SHARE if volume.how == "share" else reasons.VOLUME_DISK
        setting.ledger.claim(where, Fate.REPLACED, f"{to}/{name}", why)
        if volume.how == "disk":
            setting.note(
                "disk-becomes-share",
                Weight.DECIDE,
                Text(
                    en=f'disk "{volume.name}" of {workload.name} becomes a folder on EFS, slower'
                    " than a disk, and its data has to be copied",
                    ja=f"{workload.name} のディスク「{volume.name}」は EFS のフォルダーになる。"
                    "ディスクより遅く、データのコピーも必要",
                ),
                volume.place,
            )
    return found
