"""Opinions: what py3langid and langdetect take a text for, as probabilities of languages."""

from functools import cache
from importlib.resources import files

from langdetect.detector_factory import DetectorFactory
from langdetect.lang_detect_exception import LangDetectException
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from transforms.language.codes import UNKNOWN, language_code

#: Languages and their probabilities, which add up to 1 at most.
Opinion = dict[str, float]

#: langdetect draws at random; each detector starts from this seed, so results do not depend on earlier calls.
_SEED = 0
#: Trials of langdetect, and the steps of each at most. Its own 7 of up to 1,000 take twice as long and are
#: right no more often.
_TRIALS, _STEPS = 3, 500
#: From this probability on nothing else is asked: of 4,000 pieces of news py3langid was then wrong in three,
#: lists of Japanese places.
SURE = 0.9
#: Probability of a language below which py3langid is taken not to have named it.
_NEGLIGIBLE = 1e-4


def by_py3langid(text: str) -> Opinion:
    """Returns what py3langid takes a text for, `und` among it: it knows texts of no language.

    One that it is sure of comes alone: to rank the others takes a quarter more time. 0.1 ms for 160
    characters; 140 languages. Its probabilities are modest for short texts: nearly all that it gives 0.7 are
    right.
    """
    names = _names()
    label, probability = load_py3langid().classify(text)
    if probability >= SURE:
        return {names[label]: probability}
    opinion: Opinion = {}
    for label, probability in load_py3langid().rank(text):
        if probability < _NEGLIGIBLE:
            break
        name = names[label]
        opinion[name] = opinion.get(name, 0.0) + probability
    return opinion


def by_langdetect(text: str) -> Opinion:
    """Returns what langdetect takes a text for; nothing where it knows none of the letters.

    2 ms for 1,000 characters, 1 ms for 50; 55 languages. It is sure of itself, rightly or not.
    """
    detector = load_langdetect().create()
    detector.n_trial = _TRIALS
    detector.ITERATION_LIMIT = _STEPS  # pyright: ignore[reportAttributeAccessIssue]  # its own, not the class's
    # langdetect takes words in capitals for acronyms and passes them over.
    detector.append(text.lower() if text.isupper() else text)
    try:
        found = detector.get_probabilities()
    except LangDetectException:  # no letter that any of its languages has
        return {}
    return {_code(str(guess.lang)): float(guess.prob) for guess in found}


@cache
def langdetect_languages() -> frozenset[str]:
    """Returns the languages that langdetect knows."""
    return frozenset(map(_code, load_langdetect().langlist))


def _code(name: str) -> str:
    return language_code(name) or name


@cache
def load_py3langid() -> LanguageIdentifier:
    """Loads py3langid's model, once a process: call it in a worker's set-up; 0.7 s, 110 MB."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _names() -> dict[str, str]:
    return {label: UNKNOWN if label == "zxx" else _code(label) for label in load_py3langid().labels}


@cache
def load_langdetect() -> DetectorFactory:
    """Loads langdetect's profiles, once a process: call it in a worker's set-up, it takes some 0.5 s.

    In the order of their names, not in that of the folder, which differs between machines.
    """
    factory = DetectorFactory()
    folder = files("langdetect") / "profiles"
    profiles = sorted((file for file in folder.iterdir() if "." not in file.name), key=lambda file: file.name)
    factory.load_json_profile([file.read_text(encoding="utf-8") for file in profiles])
    factory.set_seed(_SEED)
    return factory
