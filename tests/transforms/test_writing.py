import pytest

from transforms.writing import SENTENCE_END


@pytest.mark.parametrize(
    "text", ["One.", "Ja?“", "「はい」と言った。」", "هل؟", "हाँ।", "այո։", "(One.)", "He [left.]"]
)
def test_sentences_end_alike_in_all_scripts(text: str) -> None:
    assert SENTENCE_END.search(text)


@pytest.mark.parametrize("text", ["One", "One:", "“One”", "a.b", ""])
def test_labels_do_not_end_so(text: str) -> None:
    assert not SENTENCE_END.search(text)
