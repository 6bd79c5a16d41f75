"""The report on a text as diagnostics and code actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lsprotocol import types
from pygls.workspace import PositionCodec

from thea_cli.links import LINKS
from thea_cli.suggestions import presentable
from thea_code_system.values.correction import Correction, Edit, Safety, State
from thea_code_system.values.source import LineMap

QUICK_FIX, FIX_ALL = types.CodeActionKind.QuickFix.value, "source.fixAll.thea"
_SOURCE = "thea"
_SYNTAX = "syntax/"
_BOM = "\ufeff"


class Ruler:
    """Places of a report, as offsets in the text and as positions of the client.

    Lines end where both LSP and Thea say, which is not where ``str.splitlines`` does. A byte order
    mark is a character of the document, and none of Thea's text.
    """

    def __init__(self, text: str, codec: PositionCodec) -> None:
        self._codec, self._map = codec, LineMap.of(text)
        self._hidden = int(text.startswith(_BOM))
        count = len(self._map.starts)
        spans = (self._map.line_span(line) for line in range(1, count + 1))
        self._lines = [text[start:end] for start, end in spans]

    def offset(self, place: Mapping[str, int]) -> int:
        """Where a place of the report is in the text."""
        line, column = place["line"], place["column"]
        return self._map.offset(line, column + (self._hidden if line == 1 else 0))

    def range(self, start: int, end: int) -> types.Range:
        """A span of the text in units of the client."""
        return types.Range(self._position(start), self._position(end))

    def line(self, line: int) -> types.Range:
        """A line (from 1), without its end."""
        line = min(line, len(self._lines))
        start, _ = self._map.line_span(line)
        return self.range(start, start + len(self._lines[line - 1].rstrip("\r\n")))

    def _position(self, offset: int) -> types.Position:
        place = self._map.position(offset)
        inside = types.Position(place.line - 1, place.column - 1)
        return self._codec.position_to_client_units(self._lines, inside)


@dataclass(frozen=True)
class Finding:
    """A correction that is shown: where, and what it writes."""

    correction: Correction
    diagnostic: types.Diagnostic
    edits: Sequence[types.TextEdit]

    @property
    def applies(self) -> bool:
        """Whether a plain run would make this correction."""
        return self.correction.state is State.APPLIED

    def concerns(self, asked: types.Range) -> bool:
        """Whether it is on one of the lines asked about: a cursor is rarely on the very column."""
        mine = self.diagnostic.range
        return mine.start.line <= asked.end.line and asked.start.line <= mine.end.line


@dataclass(frozen=True)
class Findings:
    """What there is to say of one version of a document."""

    uri: str
    version: int | None
    findings: Sequence[Finding] = ()
    diagnostics: Sequence[types.Diagnostic] = field(default=())

    @classmethod
    def of(cls, uri: str, version: int | None, file: Mapping[str, Any], ruler: Ruler) -> Findings:
        """From a file of the JSON report; an empty one says nothing."""
        if not file:
            return cls(uri, version)
        reader = FileReader(file, ruler)
        found = list(reader.findings())
        diagnostics = [*reader.broken(), *(one.diagnostic for one in found)]
        return cls(uri, version, found, diagnostics)

    def actions(
        self, asked: types.CodeActionParams, *, versioned: bool
    ) -> Iterator[types.CodeAction]:
        """What can be done about a place, and about the whole document.

        Args:
            asked: the place, and the kinds of actions that are wanted.
            versioned: whether the client takes edits that are for one version only.
        """
        if self._wanted(asked.context.only, QUICK_FIX):
            for one in self.findings:
                if one.edits and one.concerns(asked.range):
                    yield types.CodeAction(
                        f"{one.diagnostic.message} [{one.diagnostic.code}]",
                        QUICK_FIX,
                        diagnostics=[one.diagnostic],
                        is_preferred=one.applies,
                        edit=self._edit(one.edits, versioned=versioned),
                    )
        certain = [edit for one in self.findings if one.applies for edit in one.edits]
        if certain and self._wanted(asked.context.only, FIX_ALL):
            edit = self._edit(certain, versioned=versioned)
            yield types.CodeAction("Apply what `thea correct` would", FIX_ALL, edit=edit)

    @staticmethod
    def _wanted(kinds: Sequence[str] | None, kind: str) -> bool:
        """Whether a kind, or one above it, is among those asked for; all are if none is named."""
        return kinds is None or any(one == kind or kind.startswith(one + ".") for one in kinds)

    def _edit(self, edits: Sequence[types.TextEdit], *, versioned: bool) -> types.WorkspaceEdit:
        if not versioned:
            return types.WorkspaceEdit(changes={self.uri: edits})
        document = types.OptionalVersionedTextDocumentIdentifier(self.uri, self.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, edits)])


class FileReader:
    """Reads one file of a JSON report."""

    def __init__(self, file: Mapping[str, Any], ruler: Ruler) -> None:
        self._file, self._ruler = file, ruler

    def broken(self) -> Iterator[types.Diagnostic]:
        """That the file does not parse, where nothing is sure enough to be done about it."""
        if line := self._file["line"]:
            yield types.Diagnostic(
                self._ruler.line(line),
                self._file["reason"],
                types.DiagnosticSeverity.Error,
                source=_SOURCE,
            )

    def findings(self) -> Iterator[Finding]:
        """What would be applied, and what is worth suggesting."""
        plain = {one["id"]: one for one in self._file["corrections"]}
        for one in presentable(map(self._correction, plain.values())):
            if one.state in {State.APPLIED, State.SUGGESTED} and one.edits:
                edits = [
                    types.TextEdit(self._ruler.range(edit.start, edit.end), edit.replacement)
                    for edit in one.edits
                ]
                diagnostic = self._diagnostic(one, edits[0].range, plain[one.id])
                yield Finding(one, diagnostic, edits if one.is_placed else ())

    def _diagnostic(
        self, one: Correction, where: types.Range, plain: Mapping[str, Any]
    ) -> types.Diagnostic:
        applied = one.state is State.APPLIED
        severity = types.DiagnosticSeverity.Information
        if applied:
            broken = one.rule.startswith(_SYNTAX)
            severity = (
                types.DiagnosticSeverity.Error if broken else types.DiagnosticSeverity.Warning
            )
        link = LINKS.get(one.rule.partition("/")[0])
        sure = f"{one.confidence:.2f}" if applied else f"suggestion, {one.confidence:.2f}"
        return types.Diagnostic(
            where,
            f"{one.message} ({sure})",
            severity,
            one.rule,
            code_description=types.CodeDescription(link) if link else None,
            source=_SOURCE,
            data=plain,
        )

    def _correction(self, plain: Mapping[str, Any]) -> Correction:
        place = self._ruler.offset
        edits = tuple(
            Edit(place(edit["start"]), place(edit["end"]), edit["replacement"])
            for edit in plain["edits"]
        )
        return Correction(
            plain["id"],
            plain["fingerprint"],
            tuple(plain["rules"]),
            plain["message"],
            edits,
            Safety[plain["safety"].upper().replace("-", "_")],
            plain["confidence"],
            State(plain["state"]),
            plain["reason"],
        )
