"""The report's own words, in both languages."""

from __future__ import annotations

from kiriwake.core.observed import Why
from kiriwake.core.plan import Risk
from kiriwake.core.text import Text
from kiriwake.diagnose.diagnosis import Status

RISK = {
    Risk.SAFE: Text(en="safe", ja="影響なし"),
    Risk.ASK: Text(en="asks first", ja="実行前に確認"),
    Risk.SHOW: Text(en="shown only", ja="表示のみ"),
}
WHY = {
    Why.DENIED: Text(en="denied", ja="権限なし"),
    Why.THROTTLED: Text(en="throttled", ja="スロットリング"),
    Why.NOT_FOUND: Text(en="not found", ja="存在しない"),
    Why.EXPIRED: Text(en="expired", ja="保持期限切れ"),
    Why.TRUNCATED: Text(en="truncated", ja="途中まで"),
    Why.UNREACHABLE: Text(en="unreachable", ja="到達不可"),
    Why.NOT_ASKED: Text(en="not asked", ja="未取得"),
}
STATUS = {
    Status.CAUSE_FOUND: Text(en="a cause was found", ja="原因を特定"),
    Status.WARNINGS: Text(en="no cause, warnings only", ja="原因なし、警告のみ"),
    Status.CLEAR: Text(en="clear: nothing is wrong that can be seen", ja="異常なし (見える範囲で)"),
    Status.INCONCLUSIVE: Text(en="inconclusive", ja="判断不能"),
}
CAUSE = Text(en="cause", ja="原因")
MECHANISM = Text(en="follows", ja="波及")
WARNING = Text(en="warning", ja="警告")
NOTE = Text(en="note", ja="補足")
HELP = Text(en="help", ja="対処")
SYMPTOMS = Text(en="seen", ja="症状")
UNEXPLAINED = Text(en="unexplained", ja="未説明")
RULED_OUT = Text(en="ruled out", ja="除外")
UNKNOWN = Text(en="unknown", ja="不明")
NOT_CHECKED = Text(en="not checked", ja="未確認")
SEEN_BY = Text(en="seen by", ja="参照")
CHANGED_NOTHING = Text(en="Nothing was changed.", ja="何も変更していない。")
AS_OF = Text(en="as of", ja="時点")
MORE = Text(en="To read more:", ja="詳しくは:")
CRASHED = Text(en="our own failure", ja="kiriwake の内部エラー")
