"""Text dumps: already extracted article text, cleaned of what was left over around the article."""

from transforms.dump.clean import DumpText, Line, clean_dump
from transforms.dump.reasons import Boilerplate

__all__ = ["Boilerplate", "DumpText", "Line", "clean_dump"]
