"""Language: what a text is written in.

`codes` are the names of languages, `sample` the part of a text that is looked at, `opinions` what the
libraries say of it, `detect` what follows from these, and the PTransform.
"""

from transforms.language.codes import language_code
from transforms.language.detect import DetectLanguage, Detector, detect_language, with_language

__all__ = ["DetectLanguage", "Detector", "detect_language", "language_code", "with_language"]
