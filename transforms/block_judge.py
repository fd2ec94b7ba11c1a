"""Block judge: which blocks of a page are its article, and why the others are not."""

from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from schemas.block import DropReason, Judged
from transforms.block_features import FEATURE, block_features
from transforms.block_model import score_blocks, shipped_trees
from transforms.block_reasons import reason_of
from transforms.block_regions import regions_of
from transforms.blocks import Outline, outline_page, parse_html
from transforms.trees import Trees

#: Blocks of at least this probability are kept: on the plateau of the mean page F1, cross-validated by site.
KEEP = 0.4
#: A page holds an article if its kept blocks are worth this many words; see `article_weight`.
MIN_WEIGHT = 20.0
#: Cells of one row of a table make one line.
_CELLS = ("td", "th")


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says.

    Attributes:
        text: Paragraphs, headings, items of lists and rows of tables, parted by a line feed; empty where
        the page
            holds no article.
        visible_chars: Characters of text on the page, with all that was dropped; not counting white space.
        judged: Every block of the page, in its order.
    """

    text: str
    visible_chars: int
    judged: tuple[Judged, ...]


def extract_article(html: str) -> Article:
    """Returns the article of a page."""
    return article_of(outline_page(parse_html(html)))


def extract_blocks(tree: LexborHTMLParser) -> tuple[Judged, ...]:
    """Returns the blocks of a parsed page, judged, in its order; none is kept where there is no article."""
    return judge_outline(outline_page(tree), shipped_trees())


def article_of(outline: Outline) -> Article:
    """Returns the article of a page whose blocks were found already."""
    judged = judge_outline(outline, shipped_trees())
    visible = sum(len(block.text) - block.text.count(" ") for block in outline.blocks)
    return Article(article_text(outline, judged), visible, judged)


def judge_outline(outline: Outline, trees: Trees) -> tuple[Judged, ...]:
    """Returns the blocks of a page in their order, each with its score and, if it was dropped, the reason."""
    regions = regions_of(outline)
    inner = inner_outline(outline, regions)
    features = block_features(inner)
    scores = score_blocks(features, trees)
    units = features[:, FEATURE["units"]]
    kept = scores >= KEEP
    article = float((scores * units)[kept].sum()) >= MIN_WEIGHT
    judged = []
    row = 0
    for block, region in zip(outline.blocks, regions, strict=True):
        if region is not None:
            judged.append(Judged(block, 0.0, region))
            continue
        reason = None
        if not kept[row]:
            reason = reason_of(block, features[row])
        elif not article:
            reason = DropReason.NO_ARTICLE
        judged.append(Judged(block, float(scores[row]), reason))
        row += 1
    return tuple(judged)


def inner_outline(outline: Outline, regions: list[DropReason | None]) -> Outline:
    """Returns the outline without the blocks of regions that hold no article, as the model sees it."""
    blocks = zip(outline.blocks, regions, strict=True)
    return replace(outline, blocks=tuple([block for block, region in blocks if region is None]))


def article_text(outline: Outline, judged: tuple[Judged, ...]) -> str:
    """Returns the text of the blocks that are kept, the cells of a table's row in one line."""
    lines: list[str] = []
    row = -1
    for block in [one.block for one in judged if one.reason is None]:
        parent = outline.elements[block.element].parent if block.tag in _CELLS else -1
        if parent >= 0 and parent == row:
            lines[-1] += " " + block.text
        else:
            lines.append(block.text)
        row = parent
    return "\n".join(lines)
