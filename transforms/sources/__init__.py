"""The reading side: what INPUT names, to sources, and each source to its pages."""

from transforms.sources.listing import ListSources, list_sources
from transforms.sources.read import ReadPages, read_source

__all__ = ["ListSources", "ReadPages", "list_sources", "read_source"]
