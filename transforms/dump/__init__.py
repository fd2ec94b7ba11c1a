"""Text dumps: already extracted article text, cleaned of what was left over around the article."""

from transforms.dump.clean import DumpText, clean_dump

__all__ = ["DumpText", "clean_dump"]
