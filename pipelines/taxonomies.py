"""Taxonomies: what `--topics` and `newsbeam topics` name, read."""

from collections.abc import Iterator

from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from schemas.taxonomy import Place, Taxonomy, merge
from schemas.taxonomy_file import Problem, TaxonomyError
from schemas.taxonomy_reader import parse_taxonomy, shipped_taxonomy


class UnreadableError(TaxonomyError):
    """There is no such file, or its storage fails, or it is no text."""


def load_taxonomy(name: str | None) -> Taxonomy:
    """Returns the taxonomy that a name of the command line stands for.

    Args:
        name: A YAML file or a folder of such files; with a `+` before it, it adds to the one that ships.
            None: the one that ships alone.

    Raises:
        TaxonomyError: It cannot be read, or is wrong.
    """
    shipped = shipped_taxonomy()
    if name is None:
        return shipped
    adds, path = name.startswith("+"), name.removeprefix("+")
    extra = parse_taxonomy(dict(_read_files(path)), shipped if adds else None)
    return merge(shipped, extra) if adds else extra


def _read_files(path: str) -> Iterator[tuple[str, str]]:
    try:
        for file in _yaml_files(path) or [path]:
            with FileSystems.open(file, compression_type=CompressionTypes.UNCOMPRESSED) as source:
                yield file, source.read().decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableError([Problem(Place(file, 1), "", "it is not UTF-8")]) from None
    except Exception as error:
        detail = " ".join(str(error).split()) or type(error).__name__
        raise UnreadableError([Problem(Place(path, 1), "", f"cannot read {path}: {detail}")]) from None


def _yaml_files(folder: str) -> list[str]:
    """Returns the YAML files that lie in a folder; none where it is no folder."""
    patterns = [FileSystems.join(folder, f"*.{ending}") for ending in ("yaml", "yml")]
    return sorted(file.path for found in FileSystems.match(patterns) for file in found.metadata_list)
