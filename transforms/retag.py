"""Retag: files of a dataset with other topics, everything else as it was; no page is read or fetched again.

A file is written anew under the hidden prefix, and when all are, they take the places of the old ones under
the same names: each row is there once at any time, and the run that it came of can still be replaced.
"""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas.table import topic_values
from schemas.taxonomy import Taxonomy
from transforms.parquet import ROW_GROUP_ROWS, WrittenFile, count_groups, write_parquet
from transforms.steps import count
from transforms.topics import TopicMatcher

_LANGUAGE = re.compile(r"/language=([^/]+)/")


def retag_rows(rows: pa.Table, language: str, matcher: TopicMatcher, version: str) -> pa.Table:
    """Returns rows of `articles` with the topics that `matcher` finds; no other column changes."""
    texts = zip(rows["title"].to_pylist(), rows["text"].to_pylist(), strict=True)
    topics = [matcher.tag(title, text, language) for title, text in texts]
    columns = {
        "topics": [topic_values(found) for found in topics],
        "topic_ids": [[topic.id for topic in found] for found in topics],
        "taxonomy_version": [version] * rows.num_rows,
    }
    for name, values in columns.items():
        index = rows.schema.get_field_index(name)
        field = rows.schema.field(index)
        rows = rows.set_column(index, field, pa.array(values, field.type))
    return rows


def retag_file(file: str, dataset: str, folder: str, matcher: TopicMatcher, version: str) -> WrittenFile:
    """Writes one file of `articles` with other topics into `folder`.

    Args:
        file: Its path below the dataset's root, parted by slashes.
        dataset: The root.
        folder: Hidden folder of the run.
        matcher: What finds the topics.
        version: The version of its taxonomy.
    """
    found = _LANGUAGE.search(file)
    language = found[1] if found else "und"
    groups: Counter[tuple[str, str]] = Counter()
    number = 0
    path = FileSystems.join(dataset, *file.split("/"))
    target = FileSystems.join(folder, f"retag-{uuid.uuid4().hex}.parquet")
    with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
        reader = pq.ParquetFile(source)

        def pieces() -> Iterator[pa.Table]:
            nonlocal number
            for batch in reader.iter_batches(ROW_GROUP_ROWS):
                rows = pa.Table.from_batches([batch], reader.schema_arrow)
                rows = retag_rows(rows, language, matcher, version)
                for column, value, times in count_groups(rows, f"language={language}"):
                    groups[column, value] += times
                number += rows.num_rows
                count("read", rows.num_rows)
                count("documents", rows.num_rows)
                yield rows

        size = write_parquet(pieces(), reader.schema_arrow, target)
    counted = tuple((column, value, times) for (column, value), times in sorted(groups.items()))
    return WrittenFile(target, file, number, size, counted)


class _RetagFn(beam.DoFn):
    def __init__(self, taxonomy: Taxonomy, retag: Callable[..., WrittenFile]) -> None:
        self._taxonomy = taxonomy
        self._retag = retag

    def setup(self) -> None:
        self._matcher = TopicMatcher(self._taxonomy)

    def process(self, file: str) -> Iterator[WrittenFile]:
        yield self._retag(file, matcher=self._matcher, version=self._taxonomy.version)


@dataclass
class RetagFiles(beam.PTransform[Any, Any]):
    """Paths of files below the dataset's root to `WrittenFile`s that wait to take their places.

    Attributes:
        dataset: The root.
        folder: Hidden folder of the run.
        taxonomy: The topics to look for.
    """

    dataset: str
    folder: str
    taxonomy: Taxonomy

    def expand(self, files: Any) -> Any:
        """Returns a PCollection of `WrittenFile`."""
        retag = partial(retag_file, dataset=self.dataset, folder=self.folder)
        step = beam.ParDo(_RetagFn(self.taxonomy, retag)).with_output_types(WrittenFile)
        # A checkpoint behind it: a retry of the commit must not write the files again under other names.
        return files | "Spread" >> beam.Reshuffle() | "Retag" >> step | "Keep the names" >> beam.Reshuffle()
