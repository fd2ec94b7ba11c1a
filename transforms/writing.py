"""Writing: the signs that end sentences, and the scripts that do not part words by spaces.

For use inside character classes of regular expressions.
"""

import re

#: Ends of sentences, in all scripts.
STOPS = ".!?…。！？．।۔؟։"
#: Quotes and brackets that may stand behind such an end.
CLOSERS = "\"'”’»«“„‘›‹)]）］】』」"
#: Kana and Han.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
#: Scripts without spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese.
SPACELESS = f"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff{CJK}"
#: Scripts that say in one character what others need several for: these and Hangul.
DENSE = f"{SPACELESS}\uac00-\ud7af"

SENTENCE_END = re.compile(rf"[{STOPS}][{re.escape(CLOSERS)}]*$")
