"""Blocks: the article of an HTML page, found among its blocks by a small learned model."""

from transforms.blocks.judge import JudgedPage, extract_article

__all__ = ["JudgedPage", "extract_article"]
