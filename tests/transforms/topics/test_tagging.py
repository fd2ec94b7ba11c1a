import pickle
import time
from concurrent.futures import ThreadPoolExecutor

from schemas import Document
from schemas.taxonomy import Scoring, sealed
from transforms.topics import tagging


def test_the_matcher_is_built_once_for_all_threads_and_anew_for_another_taxonomy(monkeypatch):
    built = []

    class Matcher:
        def __init__(self, taxonomy):
            time.sleep(0.05)  # long enough for other threads to come
            built.append(taxonomy.declared)

        def tag(self, title, text, language):
            return ()

    monkeypatch.setattr(tagging, "TopicMatcher", Matcher)
    tagging._matcher.cache_clear()
    one, two = (pickle.dumps(sealed(name, Scoring(), (), (), ())) for name in ("1", "2"))
    with ThreadPoolExecutor(8) as threads:
        taggers = list(threads.map(tagging._make_tagger, [one] * 8))
    assert built == ["1"]
    assert list(taggers[0](Document("a.txt", "text", "text", "dump"))) == [
        Document("a.txt", "text", "text", "dump")
    ]
    tagging._make_tagger(two)
    assert built == ["1", "2"]
    tagging._matcher.cache_clear()
