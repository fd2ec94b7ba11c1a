"""Trains the model that tells the article of a page from the rest: `python -m training.train_pages CORPUS_FOLDER`.

The folder holds `pages.warc.gz` and `gold.jsonl` (`url`, `text`, `language` and, for some, `title`). Printed are the mean F1 of the
pages, as a whole and by group, of cross-validation by site, of the training pages themselves and of trafilatura.
Needs catboost. The same folder and options give the same model.
"""

import argparse
import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import trafilatura
from catboost import CatBoostClassifier
from fastwarc.warc import ArchiveIterator, WarcRecordType
from numpy.typing import NDArray

from schemas import Media
from schemas.block import Block
from training.catboost_trees import to_trees
from training.evaluation import cross_validate, print_report
from training.overlap import Overlap
from transforms import charset
from transforms.blocks.features import FEATURE, FEATURES, block_features
from transforms.blocks.judge import MODEL, inner_outline, kept_blocks, parse_html, rule_out
from transforms.blocks.outline import outline_page
from transforms.blocks.regions import regions_of
from transforms.trees import Trees
from transforms.urls import registrable_domain

#: Models of which the mean is taken, and trees in each: 3 × 100 was as good as any larger number.
MODELS, TREES = 3, 100
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
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--output", type=Path, default=Path("transforms", "models", MODEL))
    parser.add_argument("--seeds", type=int, default=5, help="repetitions of the cross-validation")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.workers) as pool:
        pages = list(pool.map(read_page, *zip(*corpus(options.corpus), strict=True), chunksize=4))
        runs = list(pool.map(partial(cross_validate, pages, train=train), range(options.seeds)))
    trees = train(pages, seed=0)
    trees.save(options.output)
    columns = {
        "training": [page.f1(trees) for page in pages],
        "trafilatura": [page.trafilatura_f1 for page in pages],
        "best choice": [page.overlap.f1(page.labels.tolist()) for page in pages],
    }
    print_report(pages, runs, columns)
    print(f"{len(FEATURES)} features, {options.output.stat().st_size / 1024:.0f} KiB")


def corpus(folder: Path) -> Iterator[tuple[dict[str, str], bytes]]:
    """Yields the gold rows of a corpus with the bytes of their pages."""
    with (folder / "pages.warc.gz").open("rb") as file:
        bodies = {
            record.headers["WARC-Target-URI"]: record.reader.read()
            for record in ArchiveIterator(file, record_types=WarcRecordType.response)
        }
    with (folder / "gold.jsonl").open(encoding="utf-8") as lines:
        for gold in map(json.loads, lines):
            yield gold, bodies[gold["url"]]


def read_page(gold: dict[str, str], body: bytes) -> Page:
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
        registrable_domain(gold["url"]) or gold["url"],
        ("with metadata" if gold["title"] else "without metadata", gold["language"]),
        inner.blocks,
        features,
        labels,
        (words / max(words[labels].sum(), _MIN_ARTICLE_WORDS)) ** _POWER,
        overlap,
        Overlap([found], gold["text"]).f1([True]),
    )


def train(pages: Iterable[Page], seed: int) -> Trees:
    """Returns a model of these pages."""
    pages = list(pages)
    features = np.concatenate([page.features for page in pages])
    labels = np.concatenate([page.labels for page in pages])
    weights = np.concatenate([page.weights for page in pages])
    menu = (
        ~labels
        & (features[:, FEATURE["link_share"]] > _MENU_LINKED)
        & (features[:, FEATURE["units"]] < _MENU_WORDS)
    )
    weights = np.where(menu, weights * _MENU_EVERY, weights)
    taken = ~menu | (np.arange(len(menu)) % _MENU_EVERY == 0)
    models = []
    for number in range(MODELS):
        model = CatBoostClassifier(
            iterations=TREES,
            depth=6,
            learning_rate=0.1,
            l2_leaf_reg=2,
            rsm=0.3,
            border_count=63,
            bootstrap_type="Bernoulli",
            subsample=0.7,
            boosting_type="Plain",
            random_seed=MODELS * seed + number,
            thread_count=1,
            verbose=False,
            allow_writing_files=False,
        )
        models.append(
            model.fit(features[taken], labels[taken], sample_weight=weights[taken] / weights.mean())
        )
    return to_trees(models, FEATURES)


if __name__ == "__main__":
    main()
