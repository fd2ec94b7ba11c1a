"""Spill: records wait in temporary files for a later pass, so that only the files' names are shuffled.

A second pass over the documents of a run needs them kept somewhere; runners would keep them in memory, or
ship them whole. The files lie under the run's hidden prefix and go with it.
"""

import pickle
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import apache_beam as beam
import zstandard
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from transforms.batches import InBatches

#: Bytes of a file before compression: few enough to spread over workers, enough to be no burden to a storage.
FILE_BYTES = 4 * 1024 * 1024


def write_spill(records: list[bytes], folder: str) -> Iterator[str]:
    """Writes records that `pickle` made to a new file in `folder` and yields its path."""
    path = FileSystems.join(folder, f"spill-{uuid.uuid4().hex}.zst")
    with FileSystems.create(path, compression_type=CompressionTypes.UNCOMPRESSED) as sink:
        sink.write(zstandard.compress(pickle.dumps(records), 1))
    yield path


def read_spill(path: str) -> Iterator[Any]:
    """Yields the records of a file of this run, unpickled, in the order in which they came."""
    with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as source:
        records = pickle.loads(zstandard.decompress(source.read()))
    yield from map(pickle.loads, records)


@dataclass
class Spill(beam.PTransform[Any, Any]):
    """Records of any kind to the paths of the files that hold them.

    Attributes:
        folder: Hidden folder of the run for files that live as long as the run.
    """

    folder: str

    def expand(self, records: Any) -> Any:
        """Returns a PCollection of paths."""
        write = InBatches(partial(write_spill, folder=self.folder), len, FILE_BYTES, str)
        return records | "Pickle" >> beam.Map(pickle.dumps) | "Write files" >> write


@dataclass
class ReadSpilled(beam.PTransform[Any, Any]):
    """Paths of files that `Spill` wrote to their records, spread over the workers.

    Attributes:
        gives: Type of the records.
    """

    gives: Any

    def expand(self, paths: Any) -> Any:
        """Returns a PCollection of records."""
        read = beam.FlatMap(read_spill).with_output_types(self.gives)
        return paths | "Spread" >> beam.Reshuffle() | "Read files" >> read
