"""Overlap: how much of a gold text a choice of lines gives back, and which choice gives most of it.

The measure is the F1 of the multisets of 4-grams of words (of characters in Chinese, Japanese and Korean),
as in
https://github.com/scrapinghub/article-extraction-benchmark.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")
_N = 4
#: Rounds over all lines in search of a better choice.
_ROUNDS = 2

Ngrams = Counter[tuple[str, ...]]


def ngrams(words: Sequence[str]) -> Ngrams:
    """Counts the 4-grams of a text; a shorter text is one gram."""
    if len(words) < _N:
        return Counter([tuple(words)]) if words else Counter()
    return Counter(zip(*(words[start:] for start in range(_N)), strict=False))


class Overlap:
    """Lines of a document against its gold text."""

    def __init__(self, lines: Sequence[str], gold: str) -> None:
        self._lines = [_WORD.findall(line) for line in lines]
        self._gold_words = _WORD.findall(gold)
        self._gold = ngrams(self._gold_words)
        self._known: dict[int, set[tuple[str, ...]]] = {}

    def f1(self, keep: Iterable[bool]) -> float:
        """Returns the F1, 0 to 1, of the text that the lines with True make."""
        words = [word for line, kept in zip(self._lines, keep, strict=True) if kept for word in line]
        found = ngrams(words)
        hits = (found & self._gold).total()
        return 2 * hits / (found.total() + self._gold.total()) if hits else 0.0

    def best(self) -> tuple[list[bool], list[float]]:
        """Searches the choice of lines with the highest F1.

        Returns:
            By line, whether it is chosen, and how much F1 is lost if it alone is decided the other way.
        """
        keep = [self._share(line) >= 0.5 for line in self._lines]
        best = self.f1(keep)
        for _ in range(_ROUNDS):
            before = best
            for index in range(len(keep)):
                keep[index] = not keep[index]
                changed = self.f1(keep)
                if changed > best + 1e-9:
                    best = changed
                else:
                    keep[index] = not keep[index]
            if best == before:
                break
        losses = []
        for index in range(len(keep)):
            keep[index] = not keep[index]
            losses.append(best - self.f1(keep))
            keep[index] = not keep[index]
        return keep, losses

    def _share(self, words: Sequence[str]) -> float:
        """Share of a line's n-grams (shorter ones, if the line is) that the gold text has too."""
        size = min(_N, len(words))
        if size == 0:
            return 0.0
        starts = range(len(self._gold_words) - size + 1)
        if size not in self._known:
            self._known[size] = {tuple(self._gold_words[start : start + size]) for start in starts}
        grams = [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]
        return sum(gram in self._known[size] for gram in grams) / len(grams)
