"""kiriwake (切り分け): which setting of which AWS service is at fault, and the proof."""

__version__ = "0.1.0"
