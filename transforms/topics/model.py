"""TopicModel: a classifier of one's own in place of the taxonomy, as an ONNX file.

ONNX (https://onnx.ai) is data, not code: unlike a pickle it can be loaded from anywhere. docs/topics.md says
what a file must hold and how scikit-learn writes one.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import apache_beam as beam
import numpy as np
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.ml.inference.base import ModelHandler, RunInference

from schemas import Document, Rejection, Topic
from transforms.steps import Only, attempt, count

#: Scores from which a topic applies, unless the file has its own `threshold`.
DEFAULT_THRESHOLD = 0.5
#: The output that holds the scores, where there are several; scikit-learn's converter calls it so.
_SCORES = "probabilities"


class TopicModelError(ValueError):
    """The file is no classifier that can be used; the message is one line and says why."""


class TopicModel:
    """A classifier: text to topics, one text at a time, so that no score depends on its neighbours.

    Attributes:
        version: `model+` and a hash of the file.
    """

    def __init__(self, content: bytes) -> None:
        """Loads a model.

        Args:
            content: An ONNX file: one input of strings, shape [1] or [1, 1]; an output of scores from 0 to
                1, shape [1, topics]; `topics` in its metadata, a JSON list of ids (null: no topic).

        Raises:
            TopicModelError: It is something else.
        """
        import onnxruntime  # an extra: only who has a model needs it

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1  # the pipeline runs a process a core
        settings.log_severity_level = 4
        self._session: Any
        try:
            self._session = onnxruntime.InferenceSession(
                content, settings, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise TopicModelError(f"no ONNX model that can be run: {' '.join(str(error).split())}") from None
        self.version = f"model+{hashlib.sha256(content).hexdigest()[:8]}"
        self._input, self._shape = self._strings()
        self._output = self._scores()
        self._topics, self._threshold = self._metadata()
        self._try_out()

    def tag(self, title: str | None, text: str) -> tuple[Topic, ...]:
        """Returns the topics of an article, the highest score first; without evidence."""
        named = zip(self._topics, self._ask(f"{title}\n{text}" if title else text), strict=True)
        found = [
            Topic(name, round(score, 4), ()) for name, score in named if name and score >= self._threshold
        ]
        return tuple(sorted(found, key=lambda topic: (-topic.score, topic.id)))

    def _ask(self, text: str) -> list[float]:
        asked = {self._input: np.array([text], dtype=object).reshape(self._shape)}
        (scores,) = self._session.run([self._output], asked)
        return [float(score) for score in np.ravel(scores)]

    def _try_out(self) -> None:
        """Finds out on one text what would else come to light with every article of a run."""
        try:
            scores = self._ask("Harbour\nThe tugs are back in port.")
        except Exception as error:
            raise TopicModelError(f"it fails on a text: {' '.join(str(error).split())}") from None
        if len(scores) != len(self._topics):
            raise TopicModelError(f"it gives {len(scores)} scores, but names {len(self._topics)} topics")
        if not all(0 <= score <= 1 for score in scores):
            raise TopicModelError("its scores must be from 0 to 1, as probabilities are")

    def _strings(self) -> tuple[str, tuple[int, ...]]:
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(string)" or len(inputs[0].shape) not in (1, 2):
            raise TopicModelError("it must have one input, of strings, of shape [texts] or [texts, 1]")
        return inputs[0].name, (1,) * len(inputs[0].shape)

    def _scores(self) -> str:
        floats = [
            o.name for o in self._session.get_outputs() if o.type in ("tensor(float)", "tensor(double)")
        ]
        if len(floats) > 1 and _SCORES in floats:
            return _SCORES
        if len(floats) != 1:
            raise TopicModelError(f"it must have one output of floats, or one called `{_SCORES}`")
        return str(floats[0])

    def _metadata(self) -> tuple[tuple[str | None, ...], float]:
        metadata = self._session.get_modelmeta().custom_metadata_map
        try:
            topics = json.loads(metadata["topics"])
            threshold = float(metadata.get("threshold", DEFAULT_THRESHOLD))
        except (KeyError, ValueError):
            topics, threshold = None, DEFAULT_THRESHOLD
        if not isinstance(topics, list) or not all((isinstance(t, str) and t) or t is None for t in topics):
            raise TopicModelError(
                "its metadata must have `topics`, a JSON list of ids in the order of scores"
            )
        named = [topic for topic in topics if topic]
        if not named or len(set(named)) < len(named):
            raise TopicModelError("`topics` in its metadata must name at least one, and none twice")
        if not 0 < threshold <= 1:
            raise TopicModelError(
                f"`threshold` in its metadata must be above 0 and at most 1, not {threshold:g}"
            )
        return tuple(topics), threshold


def load_topic_model(uri: str) -> TopicModel:
    """Returns the model that lies at a path or a `gs://` URI.

    Raises:
        TopicModelError: It cannot be read, is no such model, or onnxruntime is not installed.
    """
    try:
        with FileSystems.open(uri, compression_type=CompressionTypes.UNCOMPRESSED) as file:
            content = file.read()
    except Exception as error:
        raise TopicModelError(f"cannot read {uri}: {' '.join(str(error).split())}") from None
    try:
        return TopicModel(content)
    except ImportError:
        raise TopicModelError("it needs onnxruntime: pip install '.[model]'") from None


class _Handler(ModelHandler[Document, Document | Rejection, TopicModel]):
    def __init__(self, uri: str) -> None:
        super().__init__()
        self._uri = uri

    def load_model(self) -> TopicModel:
        return load_topic_model(self._uri)

    def run_inference(
        self, batch: Sequence[Document], model: TopicModel, inference_args: dict[str, Any] | None = None
    ) -> Iterable[Document | Rejection]:
        def tag(document: Document) -> Iterator[Document]:
            yield replace(document, topics=model.tag(document.title, document.text))

        for document in batch:
            for result in attempt(tag, document, "topics"):
                if isinstance(result, Rejection):
                    count(f"rejects/{result.reason}")
                yield result


@dataclass
class ModelTopics(beam.PTransform[Any, Any]):
    """Documents to documents with the topics of a model; rejections pass.

    Attributes:
        uri: The model's file.
    """

    uri: str

    def expand(self, outcomes: Any) -> Any:
        """Returns a PCollection of documents and rejections."""
        tagged = (
            outcomes | "Documents" >> Only(Document) | "Ask the model" >> RunInference(_Handler(self.uri))
        )
        rejected = outcomes | "Rejections" >> Only(Rejection)
        both = (tagged, rejected) | "With rejections" >> beam.Flatten()
        return both | "Typed" >> beam.Map(lambda item: item).with_output_types(Document | Rejection)
