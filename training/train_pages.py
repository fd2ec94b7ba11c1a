"""Trains the model that tells the article of a page from the rest: `python -m training.train_pages CORPUS_FOLDER`.

The folder holds `pages.warc.gz` and `gold.jsonl` (`url`, `text`, `language` and, for some, `title`). Printed are the mean F1 of the
pages, as a whole and by group, of cross-validation by site, of the training pages themselves and of trafilatura.
Needs catboost. The same folder and options give the same model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType
from numpy.typing import NDArray

from schemas import Media
from schemas.block import Block
from training.catboost_trees import grow
from training.corpus import Gold, groups_of, learn, site_of
from training.overlap import Overlap
from transforms import charset
from transforms.blocks.features import FEATURE, FEATURES, block_features
from transforms.blocks.judge import MODEL, inner_outline, kept_blocks, parse_html, rule_out
from transforms.blocks.outline import outline_page
from transforms.blocks.regions import regions_of
from transforms.trees import Trees

#: Blocks weigh by their share of the article's words, since F1 counts words; less than in proportion, and short ones a
#: little more, so that headings and list items count too.
_POWER, _EXTRA_WORDS, _MIN_ARTICLE_WORDS = 0.6, 2, 30
#: Menu links are most of all blocks and the easiest: of these, one in so many is enough.
_MENU_LINKED, _MENU_WORDS, _MENU_EVERY = 0.9, 10, 3


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the corpus.

    Attributes:
        site: Its registrable domain.
        groups: What it is counted under.
        blocks: Its blocks, as the trees see them.
        features: (blocks, features) Their features.
        labels: (blocks) Whether they belong to the article.
        weights: (blocks) How much they count.
        overlap: Their texts against the gold text.
        trafilatura_f1: What trafilatura reaches.
    """

    site: str
    groups: tuple[str, ...]
    blocks: tuple[Block, ...]
    features: NDArray[np.float32]
    labels: NDArray[np.bool_]
    weights: NDArray[np.float64]
    overlap: Overlap
    trafilatura_f1: float

    def f1(self, trees: Trees) -> float:
        """Returns the F1 of the text that trees and rules leave of it."""
        scores = trees.probability(self.features)
        kept = set(kept_blocks(scores, rule_out(self.blocks, scores)))
        return self.overlap.f1(index in kept for index in range(len(self.blocks)))


def main() -> None:
    """Trains, evaluates and writes the model."""
    learn(__doc__, MODEL, pages_in, read_page, train, columns)


def columns(pages: Sequence[Page], trees: Trees) -> dict[str, list[float]]:
    """Returns the F1 of each page by the model that was trained on it, by trafilatura, and the highest there is."""
    return {
        "training": [page.f1(trees) for page in pages],
        "trafilatura": [page.trafilatura_f1 for page in pages],
        "best choice": [page.overlap.f1(page.labels.tolist()) for page in pages],
    }


def pages_in(folder: Path) -> dict[str, bytes]:
    """Returns the pages of a corpus by URL."""
    with (folder / "pages.warc.gz").open("rb") as file:
        return {
            record.headers["WARC-Target-URI"]: record.reader.read()
            for record in ArchiveIterator(file, record_types=WarcRecordType.response)
        }


def read_page(gold: Gold, body: bytes) -> Page:
    """Returns a page of the corpus with the labels that its gold text gives its blocks."""
    html = charset.decode(body, "utf-8", Media.HTML)
    outline = outline_page(parse_html(html))
    inner = inner_outline(outline, regions_of(outline))
    overlap = Overlap([block.text for block in inner.blocks], gold["text"])
    labels = np.array(overlap.best()[0], np.bool_)
    features = block_features(inner)
    words = features[:, FEATURE["units"]] + _EXTRA_WORDS
    found = trafilatura.extract(html, url=gold["url"], include_comments=False, favor_precision=True) or ""
    return Page(
        site_of(gold),
        groups_of(gold),
        inner.blocks,
        features,
        labels,
        (words / max(words[labels].sum(), _MIN_ARTICLE_WORDS)) ** _POWER,
        overlap,
        Overlap([found], gold["text"]).f1([True]),
    )


def train(pages: Sequence[Page], seed: int) -> Trees:
    """Returns a model of these pages."""
    features = np.concatenate([page.features for page in pages])
    labels = np.concatenate([page.labels for page in pages])
    weights = np.concatenate([page.weights for page in pages])
    menu = (
        ~labels
        & (features[:, FEATURE["link_share"]] > _MENU_LINKED)
        & (features[:, FEATURE["units"]] < _MENU_WORDS)
    )
    weights = np.where(menu, weights * _MENU_EVERY, weights)
    weights /= weights.mean()
    taken = ~menu | (np.arange(len(menu)) % _MENU_EVERY == 0)
    return grow(features[taken], labels[taken], weights[taken], FEATURES, seed, trees=100, depth=6, l2=2)


if __name__ == "__main__":
    main()
