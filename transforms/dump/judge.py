"""Line judge: which lines of a dump are its article, and why the others are not.

Rules speak first, and what they drop stays dropped; of the lines they leave, trees decide that were learned
from articles. Both see a line among the others, so they judge again what is left until nothing more is to go:
a cleaned text is one that they leave as it is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from schemas.block import Block, DropReason, Judged
from transforms.dump.features import FEATURES, line_features, look_of
from transforms.dump.head import Head
from transforms.dump.lines import shape_of
from transforms.dump.phrases import shipped
from transforms.dump.rules import apply_rules
from transforms.trees import Trees

#: Trained by `training/train_text.py`.
MODEL = "text.npz"
#: Lines of at least this probability are kept. The mean F1, cross-validated by site, is 0.0015 higher at
#: 0.45, but there short articles lose three times as many sentences; one too many is better than one lost.
KEEP = 0.25
#: A text that still loses lines after so many rounds is a list; articles need one to three.
MAX_ROUNDS = 20
#: So many lines or more, none longer than so many words, are a menu; items and figures may be the article's.
MENU_LINES, LABEL_WORDS = 4, 3
#: Reasons that hold for the lines below as well.
_RUNS_ON = frozenset(
    {
        DropReason.TEASER,
        DropReason.NEWSLETTER,
        DropReason.PAYWALL,
        DropReason.CONSENT,
        DropReason.NAVIGATION,
        DropReason.AUTHOR_NOTE,
        DropReason.ADVERTISEMENT,
    }
)
_COMMENTS = FEATURES.index("comment_share")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided of the lines of a document.

    Attributes:
        lines: The lines, in order.
        head: What stands above the article; indexes are of `lines`.
        title: The caller's, or else that of the head; None where there is none.
        rounds: How often they were judged.
    """

    lines: tuple[Judged, ...]
    head: Head
    title: str | None
    rounds: int


def judge(lines: Sequence[str], title: str | None, trees: Trees) -> Verdict:
    """Decides of each line whether it belongs to the article.

    Args:
        lines: Trimmed lines, none of them empty.
        title: The headline where known; the empty string says that there is none; None: it is looked for.
        trees: What decides on the lines that no rule drops.
    """
    trial = _Trial(lines)
    head = trial.judge_kept(title, trees)
    title = title or (lines[head.title] if head.title is not None else None)
    rounds = 1
    while not trial.settled and rounds < MAX_ROUNDS:
        trial.judge_kept(title or "", trees)
        rounds += 1
    if not trial.settled or trial.is_menu():
        trial.drop_all(DropReason.NO_ARTICLE)
    fates = zip(lines, trial.scores, trial.reasons, strict=True)
    judged = tuple(Judged(Block(line, "line"), score, reason) for line, score, reason in fates)
    return Verdict(judged, head, title, rounds)


class _Trial:
    """The lines of a document and what was decided of them so far."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.shapes = [shape_of(line) for line in lines]
        self.said = [shipped().say(shape) for shape in self.shapes]
        self.looks = [look_of(shape) for shape in self.shapes]
        self.scores = [0.0] * len(lines)
        self.reasons: list[DropReason | None] = [None] * len(lines)
        #: Indexes of the lines not dropped.
        self.kept = list(range(len(lines)))
        #: Whether the last round dropped none.
        self.settled = False

    def judge_kept(self, title: str | None, trees: Trees) -> Head:
        """Judges the lines not dropped as if they were all; returns what stands above the article."""
        rules = apply_rules([self.shapes[i] for i in self.kept], [self.said[i] for i in self.kept], title)
        features = line_features([self.looks[i] for i in self.kept], rules.reasons)
        scores = trees.probability(features).tolist()
        for index, rule, row, score in zip(self.kept, rules.reasons, features, scores, strict=True):
            self.scores[index] = 0.0 if rule else score
            if rule or score < KEEP:
                self.reasons[index] = rule or self._reason_of(index, row)
        before = len(self.kept)
        self.kept = [index for index in self.kept if self.reasons[index] is None]
        self.settled = len(self.kept) == before or not self.kept
        return rules.head

    def is_menu(self) -> bool:
        """Whether nothing but labels is left."""
        shapes = [self.shapes[index] for index in self.kept]
        return len(shapes) >= MENU_LINES and not any(
            shape.words > LABEL_WORDS or shape.closed or shape.bullet or "#" in shape.key for shape in shapes
        )

    def drop_all(self, reason: DropReason) -> None:
        """Drops the lines that are left."""
        for index in self.kept:
            self.reasons[index] = reason

    def _reason_of(self, index: int, features: NDArray[np.float32]) -> DropReason:
        """Names what a line most likely is that the trees drop: by its words, its place, the line above."""
        if suspect := self.said[index].suspect:
            return suspect
        if features[_COMMENTS] > 0:
            return DropReason.COMMENTS
        if cues := Counter(self.looks[index].cues):
            return cues.most_common(1)[0][0]
        above = self.reasons[index - 1] if index else None
        if above and above in _RUNS_ON:
            return above
        return DropReason.OTHER if self.shapes[index].prose else DropReason.NAVIGATION
