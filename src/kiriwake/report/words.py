"""The words of a report's frame, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from kiriwake.core.observed import Why
from kiriwake.core.plan import Risk
from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import Status

CAUSE = Text(en="cause", ja="原因")
MECHANISM = Text(en="mechanism", ja="派生")
WARNING = Text(en="warning", ja="警告")
CLEAR = Text(en="clear", ja="異常なし")
INCONCLUSIVE = Text(en="inconclusive", ja="判定不能")
NOTE = Text(en="note", ja="補足")
SEEN = Text(en="seen", ja="症状")
LACKS = Text(en="not offered", ja="未提示")
HELP = Text(en="help", ja="対処")
ROOT_IS_OPEN = Text(
    en="what starts it could not be told; see the unknown below",
    ja="発端は特定できていない (下の「不明」を参照)",
)
RULED_OUT = Text(en="ruled out", ja="除外")
UNKNOWN = Text(en="unknown", ja="不明")
NOT_CHECKED = Text(en="not checked", ja="未確認")
SEEN_BY = Text(en="seen by", ja="参照")
NOTHING_CHANGED = Text(en="Nothing was changed.", ja="何も変更していない。")
READ_MORE = Text(en="To read more", ja="詳しくは")
AWS_SAYS = Text(en="AWS says so", ja="AWS の記録")
NO_SYMPTOM = Text(en="no symptom is seen", ja="症状は見られない")
NO_SYMPTOM_SWEEP = Text(
    en="no symptom is seen in what a sweep reads",
    ja="一括読み取りの範囲では症状は見られない",
)
ONLY_WARNINGS = Text(
    en="nothing is broken now; see the warnings",
    ja="現時点で壊れているものはない (警告を参照)",
)
CANNOT_TELL = Text(
    en="what is needed to tell could not be seen", ja="判断に必要なものを確認できなかった"
)
NO_CAUSE_SHOWN = Text(en="no cause could be shown", ja="原因は特定できていない")
UNEXPLAINED = Text(en="unexplained", ja="説明不能")
SWEEP = Text(
    en="only what AWS answers in bulk was read; name the target to read it in full",
    ja="一括で読める範囲だけを確認した。詳しく見るにはターゲットを指定する",
)
CRASHED = Text(
    en="a bug of kiriwake, please report it", ja="kiriwake の不具合 (報告をお願いします)"
)
GRANT = Text(
    en="allow {actions}, then diagnose again", ja="{actions} を許可してから、もう一度診断する"
)
TRY_AGAIN = Text(en="diagnose again", ja="もう一度診断する")
AS_OF = Text(en="as of {time}", ja="{time} 時点")
SERVICE = Text(en="service {name}, cluster {place}", ja="サービス {name}, クラスター {place}")
TASK = Text(en="task {name}, cluster {place}", ja="タスク {name}, クラスター {place}")
CLUSTER = Text(en="cluster {place}", ja="クラスター {place}")
IMAGE = Text(en="image {place}{name}", ja="イメージ {place}{name}")
SUBNET = Text(en="subnet {place}", ja="サブネット {place}")
WORKLOAD = Text(
    en="{workload}, namespace {namespace}, cluster {place}",
    ja="{workload}, namespace {namespace}, クラスター {place}",
)

RISK: Mapping[Risk, Text] = {
    Risk.SAFE: Text(en="safe", ja="影響なし"),
    Risk.ASK: Text(en="asks first", ja="実行前に確認"),
    Risk.SHOW: Text(en="shown only", ja="表示のみ"),
}
WHY: Mapping[Why, Text] = {
    Why.DENIED: Text(en="denied", ja="権限なし"),
    Why.THROTTLED: Text(en="throttled", ja="スロットリング"),
    Why.NOT_FOUND: Text(en="not found", ja="見つからない"),
    Why.EXPIRED: Text(en="AWS keeps it no longer", ja="AWS に記録が残っていない"),
    Why.TRUNCATED: Text(en="cut off", ja="途中まで"),
    Why.UNREACHABLE: Text(en="not reached", ja="接続不可"),
    Why.NOT_ASKED: Text(en="not asked", ja="未取得"),
}
STATUS: Mapping[Status, Text] = {
    Status.CAUSE_FOUND: Text(en="a cause was found", ja="原因を特定"),
    Status.WARNINGS: Text(en="no cause, warnings only", ja="原因なし、警告のみ"),
    Status.CLEAR: Text(en="clear: nothing is wrong that can be seen", ja="異常なし (見える範囲で)"),
    Status.INCONCLUSIVE: Text(en="inconclusive", ja="判定不能"),
}


def plural(n: int, one: str, many: str) -> str:
    """`1 cause`, `2 causes`, `1,200 causes`."""
    return f"{n:,} {one if n == 1 else many}"


def counts(causes: int, warnings: int, ruled_out: int, unknown: int) -> Text:
    """How many causes came to what."""
    return Text(
        en=(
            f"{plural(causes, 'cause', 'causes')}, {plural(warnings, 'warning', 'warnings')},"
            f" {ruled_out:,} ruled out, {unknown:,} unknown"
        ),
        ja=f"原因 {causes:,}, 警告 {warnings:,}, 除外 {ruled_out:,}, 不明 {unknown:,}",
    )


def took(seconds: float) -> Text:
    """How long it took."""
    return Text(en=f" in {seconds:.1f} s.", ja=f" ({seconds:.1f} 秒)。")


def and_more(n: int, flag: str) -> Text:
    """So many more are shown with a flag."""
    return Text(en=f"and {n:,} more ({flag})", ja=f"ほか {n:,} 件 ({flag})")


def targets_by_status(by: Mapping[Status, int]) -> Text:
    """How many targets came to what."""
    total = sum(by.values())
    en = [
        f"{by.get(Status.CAUSE_FOUND, 0):,} with a cause",
        f"{by.get(Status.INCONCLUSIVE, 0):,} inconclusive",
        f"{by.get(Status.WARNINGS, 0):,} with warnings",
        f"{by.get(Status.CLEAR, 0):,} clear",
    ]
    ja = [
        f"原因あり {by.get(Status.CAUSE_FOUND, 0):,}",
        f"判定不能 {by.get(Status.INCONCLUSIVE, 0):,}",
        f"警告 {by.get(Status.WARNINGS, 0):,}",
        f"異常なし {by.get(Status.CLEAR, 0):,}",
    ]
    return Text(
        en=f"{plural(total, 'target', 'targets')}: {', '.join(en)}",
        ja=f"ターゲット {total:,}: {', '.join(ja)}",
    )
