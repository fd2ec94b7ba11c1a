"""A small classifier that is trained here, through the whole graph."""

import json

import pyarrow.dataset as ds
import pytest
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pipelines.cli import main
from transforms.topics.model import TopicModel, TopicModelError

TEXTS = {
    "harbour": ["Die Schlepper im Hafen", "Schiffe im Hafen an der Mole", "Frachter und Fähre im Hafen"],
    "pool": ["The swimming pool stays open", "Repairs of the pool", "The old pool and the changing rooms"],
    None: ["Nothing new on Monday", "Am Montag nichts Neues", "Rain over the hills"],
}


def raw_scores(topics):
    """A model that gives what a linear model computes before it makes probabilities of it."""
    return train(topics, options={LogisticRegression: {"zipmap": False, "raw_scores": True}})


def train(topics, options=None, **metadata):
    labels = [number for number, texts in enumerate(TEXTS.values()) for _ in texts]
    texts = [text for group in TEXTS.values() for text in group]
    words = TfidfVectorizer(token_pattern="[a-zA-Z]+", lowercase=False)
    classifier = make_pipeline(words, LogisticRegression(C=100)).fit(texts, labels)
    model = to_onnx(
        classifier,
        initial_types=[("text", StringTensorType([None, 1]))],
        options=options or {"zipmap": False},
        target_opset=18,
    )
    for key, value in {"topics": json.dumps(topics), **metadata}.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    return model.SerializeToString()


@pytest.fixture(scope="module")
def trained():
    return train(list(TEXTS))


def test_scores_above_the_threshold_are_topics(trained):
    model = TopicModel(trained)
    (topic,) = model.tag("Hafen", "Die Schlepper liegen an der Mole")
    assert topic.id == "harbour"
    assert 0.5 <= topic.score <= 1
    assert topic.evidence == ()
    assert model.tag(None, "Am Montag nichts Neues") == ()
    low = TopicModel(train(list(TEXTS), threshold="0.01"))
    both = low.tag(None, "Hafen pool")
    assert {topic.id for topic in both} == {"harbour", "pool"}
    assert both[0].score >= both[1].score
    assert low.version != model.version


def test_a_run_with_a_model_has_its_topics_and_version(trained, inbox, tmp_path):
    (tmp_path / "mine.onnx").write_bytes(trained)
    call = [str(inbox), "--run-date", "2026-11-20", "--topic-model", str(tmp_path / "mine.onnx")]
    assert main(["ingest", *call, "--output", str(tmp_path / "one")]) == 0
    rows = ds.dataset(tmp_path / "one" / "articles").to_table().to_pylist()
    assert len(rows) == 10
    found = {row["title"]: row["topics"] for row in rows}
    (harbour,) = found["Hafen streikt: Schlepper bleiben an der Mole"]
    assert (harbour["id"], harbour["evidence"]) == ("harbour", [])
    assert [topic["id"] for topic in found["Pool stays open"]] == ["pool"]
    assert {row["taxonomy_version"] for row in rows} == {TopicModel(trained).version}
    assert main(["ingest", *call, "--output", str(tmp_path / "two"), "--workers", "2"]) == 0
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "articles").rglob("*.parquet")}
        for name in ("one", "two")
    )
    assert one == two


def test_what_is_no_such_model_is_refused(trained):
    numbers = to_onnx(
        StandardScaler().fit([[0.0], [1.0]]), initial_types=[("x", FloatTensorType([None, 1]))]
    ).SerializeToString()
    for content, says in (
        (b"no model", "no ONNX model"),
        (numbers, "one input, of strings"),
        (train("harbour"), "a JSON list of ids"),
        (train([1, 2, 3]), "a JSON list of ids"),
        (train(["harbour", "pool"]), "3 scores, but names 2 topics"),
        (train(["pool", "pool", None]), "none twice"),
        (train([None, None, None]), "at least one"),
        (train(list(TEXTS), threshold="nan"), "above 0 and at most 1, not nan"),
        (raw_scores(list(TEXTS)), "scores must be from 0 to 1"),
    ):
        with pytest.raises(TopicModelError, match=says):
            TopicModel(content)


def test_a_wrong_call_is_told_in_one_line(trained, tmp_path, capsys):
    (tmp_path / "mine.onnx").write_bytes(trained)
    for model, more, says in (
        ("none.onnx", [], "cannot read"),
        ("mine.onnx", ["--topics", "a.yaml"], "leave --topics out"),
    ):
        call = ["a.txt", "--output", str(tmp_path / "out"), "--topic-model", str(tmp_path / model), *more]
        assert main(["ingest", *call]) == 2
        err = capsys.readouterr().err
        assert says in err
        assert err.count("\n") == 1
