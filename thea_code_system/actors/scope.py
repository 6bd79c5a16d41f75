"""Which corrections lie in the lines that somebody has changed."""

from __future__ import annotations

from thea_code_system.actors.draft import Draft
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Proposal
from thea_code_system.values.lines import LineRanges

KIND = "changed"
OUTSIDE = "lies outside of the changed lines"
BEYOND = "reaches beyond the changed lines"


class ChangedScope:
    """Keeps a run to the changed lines of its files, where it was asked to; an organ of Passes.

    Imports that a correction adds for its own use may stand elsewhere: it would not work without.
    """

    def __init__(self, context: ProjectContext) -> None:
        self._context = context

    def noted(self, draft: Draft) -> Draft:
        """The draft, whose outcome now depends on its changed lines."""
        if self._context.changed is not None:
            fact = (KIND, draft.path, self._context.fact(KIND, draft.path))
            draft.facts[KIND, draft.path] = fact
        return draft

    def objections(self, draft: Draft, proposal: Proposal) -> tuple[str, str]:
        """Why a proposal is passed over in silence, and why it is only suggested.

        What lies outside is somebody else's: nothing is said of it. But a repair that does, or a
        correction that does in part, is worth a suggestion.
        """
        if self._context.changed is None:
            return "", ""
        lines = self._context.changed.get(draft.path, LineRanges())
        text = draft.original.text
        own = [edit for edit in proposal.edits if edit not in proposal.imports]
        edits = draft.original_edits(own or proposal.edits)
        if all(lines.hold(text, edit) for edit in edits):
            return "", ""
        if any(lines.meet(text, edit) for edit in edits):
            return "", BEYOND
        return ("", OUTSIDE) if proposal.broken else (OUTSIDE, "")
