"""Makes names, logs and events inert: what AWS or an application wrote must not act on a reader."""

from __future__ import annotations

import html
import re
import unicodedata

_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Controls, bidirectional and zero-width marks, lone surrogates, line separators."""
_SPACES = str.maketrans({"\n": " ", "\t": " ", "\r": " "})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~$])")
_MENTION = re.compile(r"([@#])(?=\w)")
_SCHEME = re.compile(r"(?i)\b(https?|ftp|mailto)(:)|\b(www)(\.)")
_RUNNER = re.compile(r"^(\s*)::")
_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(words: str) -> str:
    """One line of visible characters; what could move a cursor is shown as its escape."""
    words = words.translate(_SPACES)
    if words.isascii() and words.isprintable():
        return words.replace("##[", "## [")
    return "".join(_shown(c) for c in words).replace("##[", "## [")


def _shown(character: str) -> str:
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def line(words: str) -> str:
    """A finished line that no CI runner takes for a command of its own (`::error::`)."""
    return _RUNNER.sub(r"\1: :", words)


def json_text(encoded: str) -> str:
    """The same JSON document with invisible characters escaped."""
    if encoded.isascii():
        return encoded.replace("##[", "##\\u005b").replace("\x7f", "\\u007f")
    return "".join(_escaped(c) for c in encoded).replace("##[", "##\\u005b")


def _escaped(character: str) -> str:
    if character == "\n" or unicodedata.category(character) not in _INVISIBLE:
        return character
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def html_text(words: str) -> str:
    """Words for the body or a quoted attribute of an HTML page."""
    return html.escape(plain(words), quote=True)


def markdown(words: str) -> str:
    """Words that stay words in Markdown: no markup, link, mention or issue reference."""
    escaped = _MARKDOWN.sub(r"\\\1", plain(words).replace("&", "&amp;"))
    escaped = _MENTION.sub(r"\1<!-- -->", escaped)
    return _SCHEME.sub(lambda m: f"{m[1] or m[3]}<!-- -->{m[2] or m[4]}", escaped)


def code(words: str) -> str:
    """A Markdown code span that the words cannot leave, and no table cell either."""
    words = plain(words).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", words)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{words}{pad}{fence}"


def xml_text(words: str) -> str:
    """Words that XML 1.0 can hold; the writer escapes the rest."""
    return _XML.sub("?", plain(words))


def github_data(words: str) -> str:
    """The message of a GitHub workflow command."""
    return plain(words).replace("%", "%25")


def github_property(words: str) -> str:
    """A property of a GitHub workflow command."""
    return github_data(words).replace(":", "%3A").replace(",", "%2C")
