"""Whatever the text, a rule proposes edits that can be applied, and does not fail."""

from __future__ import annotations

from itertools import islice, pairwise

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from thea_code_system.correctors.syntax.discovery import RuleBook
from thea_code_system.values.source import SourceFile

BOOK = RuleBook()
WORDS = """
( ) [ ] { } < > </ /> => := = == ! ? : ; , . ... + - -- ++ & && | || # // /* */ @@ ``` ` ' " \\
\"\"\" def class if else elif for in while try except return import from print exec raise lambda not
const let function async await export new <div> </div> <<<<<<<␤ =======␤ >>>>>>>␤ >>>␠ $␠ 12:␠ 0777
10L ur'a' a b f(x) x, “ ” ： 。 ␤ ␤ ␤␠␠ ␤␠␠␠␠ ␤␉ ␤+ ␤- ␠ ␠
"""
SHOWN = str.maketrans("␤␠␉", "\n \t")
PIECES = st.sampled_from([word.translate(SHOWN) for word in WORDS.split()])
TEXTS = st.lists(PIECES, max_size=40).map(" ".join) | st.text(max_size=60)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS, st.sampled_from(["a.py", "a.js", "a.ts", "a.tsx"]))
@example("\\\n", "a.py")  # no token of code
@example("/* \n", "a.py")  # a comment that nobody closed
@example("try:\n    f()\nexcept E:\nelse:\n    g()\n", "a.py")
def test_every_proposal_is_a_set_of_disjoint_edits_within_the_text(text: str, path: str) -> None:
    for rule in BOOK.rules:
        for proposal in islice(rule.find(SourceFile(path, text)), 40):
            assert proposal.edits
            assert 0.0 <= proposal.score <= 1.0
            for edit in proposal.edits:
                assert 0 <= edit.start <= edit.end <= len(text)
            for left, right in pairwise(sorted(proposal.edits)):
                assert left.end <= right.start, proposal
