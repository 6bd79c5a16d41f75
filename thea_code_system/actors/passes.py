"""Propose, gate, apply, verify: pass after pass until a batch of files is stable."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from thea_code_system.actors.draft import Draft
from thea_code_system.actors.scope import ChangedScope
from thea_code_system.confidence.gate import Candidate, Decision, Gate
from thea_code_system.correctors.base import Corrector, Stage
from thea_code_system.correctors.registry import CorrectorRegistry
from thea_code_system.errors import ToolCrashError, ToolError
from thea_code_system.languages.base import Fault
from thea_code_system.languages.registry import Languages
from thea_code_system.languages.screen import Screen
from thea_code_system.languages.suppression import Suppressions
from thea_code_system.tools.screen import ECMASCRIPT, PYTHON, Objection, SyntaxScreen
from thea_code_system.values.context import ProjectContext
from thea_code_system.values.correction import Edit, Proposal, Safety
from thea_code_system.values.outcome import INCOMPLETE, FileOutcome, SkipReason
from thea_code_system.values.source import LineMap, SourceFile
from thea_code_system.verification.base import Change, Verdict, Verifier

MAX_PASSES = 10
UNUSED = "thea/unused-suppression"
_NONE = Objection(fault=False)
_UNKNOWN = Objection(fault=None)
_NO_SECOND_OPINION = "a newer version might accept it, and no tool could be asked"
_Ask: TypeAlias = "Callable[[Sequence[SourceFile]], Awaitable[Mapping[str, Objection]]]"


class Passes:
    """Takes a batch of sources to their outcomes; an organ of one correction actor."""

    def __init__(
        self,
        context: ProjectContext,
        registry: CorrectorRegistry,
        gate: Gate,
        screen: SyntaxScreen,
        verifiers: Sequence[Verifier],
    ) -> None:
        self._context = context
        self._registry = registry
        self._gate = gate
        self._screen = screen
        self._verifiers = verifiers
        self._languages = Languages()
        self._manner = Screen()
        self._scope = ChangedScope(context)
        self._log = logging.getLogger(__name__)
        self.unavailable: dict[str, str] = {}

    async def run(self, sources: Sequence[SourceFile]) -> list[FileOutcome]:
        """One outcome for each source, in order."""
        drafts = [self._scope.noted(Draft(source)) for source in sources]
        active = [draft for draft in drafts if not self._skips(draft)]
        for number in itertools.islice(itertools.count(1), MAX_PASSES):
            if not active:
                break
            active = await self._pass(active, number)
        for draft in active:
            draft.skip(SkipReason.UNSTABLE, draft.last_rules())
        return [draft.outcome() for draft in drafts]

    async def _pass(self, drafts: Sequence[Draft], number: int) -> list[Draft]:
        """One pass over the active drafts; returns those whose text it changed."""
        *_, changed = await asyncio.gather(
            self._prepare(drafts),
            self._gate.foresee(SourceFile.length(draft.source for draft in drafts)),
            self._correct(drafts, number),
        )
        return changed

    async def _correct(self, drafts: Sequence[Draft], number: int) -> list[Draft]:
        broken, whole = await self._screened(drafts)
        repaired, improved = await asyncio.gather(
            self._repair(broken, number), self._improve(whole, number)
        )
        return [*repaired, *improved]

    async def _screened(self, drafts: Sequence[Draft]) -> tuple[list[Draft], list[Draft]]:
        """Those that do not parse, and those that do; others are settled."""
        objections = await self._objections(drafts)
        broken, whole = [], []
        for draft in drafts:
            language = self._languages.for_path(draft.path)
            objection = objections.get(draft.path, _NONE)
            newer = () if draft.changed else objection.newer
            suspect = objection.fault is not False or newer
            if (
                not (suspect or self._manner.has_old_except(draft.source))
                or language is None
                or await asyncio.to_thread(language.parses, draft.source.text)
            ):
                whole.append(draft)
            elif reason := self._manner.skip_reason(draft.source):
                draft.skip(reason)
            elif use := self._manner.newer_syntax(draft.source, newer):
                draft.skip(SkipReason.NEWER_SYNTAX, use)
            elif objection.fault is None:
                self._fail(draft, f"; {_NO_SECOND_OPINION}", broken=False)
            else:
                broken.append(draft)
        return broken, whole

    async def _prepare(self, drafts: Sequence[Draft]) -> None:
        """Let correctors begin while the parsers of tools are still at work."""
        asked = [(one, self._readable(one, drafts)) for one in self._registry.active()]
        begun = (
            one.prepare([draft.source for draft in mine], self._context)
            for one, mine in asked
            if mine
        )
        await asyncio.gather(*begun, return_exceptions=True)  # they are asked again, and say it

    async def _objections(self, drafts: Sequence[Draft]) -> dict[str, Objection]:
        """What the tools' parsers object to, by path."""
        python, ecmascript = await asyncio.gather(
            self._parsed(drafts, PYTHON, self._screen.python),
            self._parsed(drafts, ECMASCRIPT, self._screen.ecmascript),
        )
        return {**python, **ecmascript}

    async def _parsed(
        self, drafts: Sequence[Draft], suffixes: tuple[str, ...], ask: _Ask
    ) -> Mapping[str, Objection]:
        """One tool's word; where it has none, every file in its languages is looked at."""
        mine = [draft for draft in drafts if draft.path.endswith(suffixes)]
        try:
            return await ask([draft.source for draft in mine])
        except ToolCrashError as error:
            if len(mine) > 1:
                halves = [await self._parsed(half, suffixes, ask) for half in self._halves(mine)]
                return {path: one for half in halves for path, one in half.items()}
            self._lost("screen", self._blamed(error, mine), mine)
        except ToolError as error:
            self._lost("screen", error, mine)
        return {draft.path: _UNKNOWN for draft in mine}

    @staticmethod
    def _halves(drafts: Sequence[Draft]) -> tuple[Sequence[Draft], Sequence[Draft]]:
        """Two batches of one that a tool crashed on, so that one file costs few others the tool."""
        return drafts[::2], drafts[1::2]

    @staticmethod
    def _blamed(error: ToolCrashError, drafts: Sequence[Draft]) -> ToolError:
        """What the user hears of a crash: the file alone was enough for it."""
        path = next((draft.path for draft in drafts), "no file")
        return ToolError(f"it crashed on {path}: {error.message}", error.hint)

    # --- files that do not parse -------------------------------------------------------------

    async def _repair(self, drafts: Sequence[Draft], number: int) -> list[Draft]:
        proposals = await self._proposals(drafts, repair=True)
        decisions = await self._decide(drafts, proposals)
        changed = []
        for draft in drafts:
            late = self._is_late(draft)  # what was found by then depends on the machine
            best, rest = self._chosen(draft, decisions[draft.path], late=late)
            draft.note(rest, number, keep=True)
            if best and draft.accept(best, number):
                draft.repair_confidence = best[0].confidence
                changed.append(draft)
            else:
                self._give_up(draft)
        return changed

    @staticmethod
    def _chosen(
        draft: Draft, decisions: Sequence[Decision], *, late: bool
    ) -> tuple[list[Decision], list[Decision]]:
        """The first repair to apply that the file's encoding can hold, if any, and the others."""
        best: list[Decision] = []
        rest = []
        for one in decisions:
            if not one.applied:
                rest.append(one)
            elif late or best:
                rest.append(one.outdone())
            elif words := draft.source.obstacle(draft.text_with([one])):
                rest.append(one.rejected(words))
            else:
                best.append(one)
        return best, rest

    def _give_up(self, draft: Draft) -> None:
        """Settle a file that stays broken."""
        if self._is_late(draft):
            draft.skip(SkipReason.TIME)
        elif self._context.looks_deliberate(draft.path) or self._manner.is_python2(draft.source):
            draft.skip(SkipReason.DELIBERATE)
        else:
            self._fail(draft, broken=True)

    def _is_late(self, draft: Draft) -> bool:
        """Whether the clock ended the search for a repair."""
        return any(draft.path in repairer.timed_out for repairer in self._registry.repairers())

    def _fail(self, draft: Draft, note: str = "", *, broken: bool) -> None:
        """Settle a file with the words of its language's own parser."""
        language = self._languages.for_path(draft.path)
        faults = language.faults(draft.source.text) if language else ()
        first = next(iter(faults), Fault(0, 1, "only its tool objects"))
        words = f"does not parse: line {first.line}: {first.message}{note}"
        draft.fail(words, first.line, broken=broken)

    # --- files that parse --------------------------------------------------------------------

    async def _improve(self, drafts: Sequence[Draft], number: int) -> list[Draft]:
        proposals = await self._proposals(drafts, repair=False)
        decisions = await self._decide(drafts, proposals)
        chosen = {
            draft.path: [decision for decision in decisions[draft.path] if decision.applied]
            for draft in drafts
        }
        touched = [draft for draft in drafts if chosen[draft.path]]
        rejected = await self._rejected(touched, chosen)
        changed = []
        for draft in drafts:
            refused = rejected.get(draft.path, {})
            good = [one for one in chosen[draft.path] if id(one) not in refused]
            rest = [one for one in decisions[draft.path] if not one.applied]
            bad = [one.rejected(refused[id(one)]) for one in chosen[draft.path] if one not in good]
            draft.note([*rest, *bad], number)
            if not good:
                continue
            if draft.accept(good, number):
                changed.append(draft)
            else:
                draft.skip(SkipReason.UNSTABLE, draft.last_rules(good))
        return changed

    async def _rejected(
        self, drafts: Sequence[Draft], chosen: Mapping[str, list[Decision]]
    ) -> dict[str, dict[int, str]]:
        """Why a verifier turns decisions down, by path and identity of the decision.

        A file whose decisions fail together is looked at decision by decision; what passes alone is
        tried together once more, and turned down whole if that fails.
        """
        together = [(draft, chosen[draft.path]) for draft in drafts]
        whole = await self._verdicts(together)
        bad = [draft for draft, verdict in zip(drafts, whole, strict=True) if not verdict.ok]
        rejected: dict[str, dict[int, str]] = {draft.path: {} for draft in bad}
        singles = [(draft, [one]) for draft in bad for one in chosen[draft.path]]
        self._collect(rejected, singles, await self._verdicts(singles))
        rest = [
            (draft, [one for one in chosen[draft.path] if id(one) not in rejected[draft.path]])
            for draft in bad
        ]
        self._collect(rejected, rest, await self._verdicts(rest))
        return rejected

    @staticmethod
    def _collect(
        rejected: dict[str, dict[int, str]],
        sets: Sequence[tuple[Draft, list[Decision]]],
        verdicts: Sequence[Verdict],
    ) -> None:
        for (draft, decisions), verdict in zip(sets, verdicts, strict=True):
            if not verdict.ok:
                rejected[draft.path].update((id(one), verdict.reason) for one in decisions)

    async def _verdicts(self, sets: Sequence[tuple[Draft, list[Decision]]]) -> list[Verdict]:
        """The first objection that any verifier has to each set of decisions."""
        changes = [
            Change(draft.source, draft.source.with_text(draft.text_with(decisions)))
            for draft, decisions in sets
        ]
        obstacles = [change.before.obstacle(change.after.text) for change in changes]
        found = [Verdict(ok=not words, reason=words) for words in obstacles]
        for verifier in self._verifiers if changes else ():
            try:
                verdicts = await verifier.verify(changes)
            except ToolError as error:
                self._lost(type(verifier).__name__, error, [draft for draft, _ in sets])
                continue
            found = [one if not one.ok else new for one, new in zip(found, verdicts, strict=True)]
        return found

    # --- proposing and deciding --------------------------------------------------------------

    async def _proposals(
        self, drafts: Sequence[Draft], *, repair: bool
    ) -> dict[str, list[Proposal]]:
        """What all correctors of a kind propose, by path; they work side by side."""
        found: dict[str, list[Proposal]] = {draft.path: [] for draft in drafts}
        correctors = [
            corrector
            for corrector in self._registry.active()
            if (corrector.stage is Stage.SYNTAX) is repair
        ]
        asked = [(corrector, self._readable(corrector, drafts)) for corrector in correctors]
        answers = await asyncio.gather(*(self._ask(who, what) for who, what in asked if what))
        for answer in answers:
            for path, proposals in answer.items():
                found[path].extend(one for one in proposals if self._registry.permits(one, path))
        return found

    def _readable(self, corrector: Corrector, drafts: Sequence[Draft]) -> list[Draft]:
        if "*" in corrector.languages:
            return list(drafts)
        return [
            draft
            for draft in drafts
            if (language := self._languages.for_path(draft.path)) is not None
            and language.name in corrector.languages
        ]

    async def _ask(
        self, corrector: Corrector, drafts: Sequence[Draft]
    ) -> dict[str, Sequence[Proposal]]:
        sources = [draft.source for draft in drafts]
        try:
            proposals = await corrector.propose(sources, self._context)
        except ToolCrashError as error:
            if len(drafts) > 1:
                answers = [await self._ask(corrector, half) for half in self._halves(drafts)]
                return {path: some for answer in answers for path, some in answer.items()}
            self._lost(corrector.name, self._blamed(error, drafts), drafts)
            return {}
        except ToolError as error:
            self._lost(corrector.name, error, drafts)
            return {}
        except Exception as error:  # noqa: BLE001 - an extension raises what it likes
            return await self._ask_each(corrector, drafts, error)
        for name, reason in corrector.missing.items():
            self._lost(name, reason, drafts)
        for draft in drafts:
            for kind, key in corrector.facts(draft.source, self._context):
                draft.facts[kind, key] = (kind, key, self._context.fact(kind, key))
        paths = (draft.path for draft in drafts)
        return dict(zip(paths, proposals, strict=True))

    async def _ask_each(
        self, corrector: Corrector, drafts: Sequence[Draft], error: Exception
    ) -> dict[str, Sequence[Proposal]]:
        """After a corrector failed on a batch: file by file, so that one file costs no other."""
        if len(drafts) > 1:
            answers = [await self._ask(corrector, [draft]) for draft in drafts]
            return {path: proposals for answer in answers for path, proposals in answer.items()}
        path = drafts[0].path
        self._log.error("%s failed on %s", corrector.name, path, exc_info=error)
        self._lost(corrector.name, ToolError(f"it failed on {path}: {error!r}"), drafts)
        return {}

    def _lost(self, name: str, error: ToolError, drafts: Iterable[Draft]) -> None:
        """Go on without a corrector or verifier, and keep what comes out of the cache."""
        if name not in self.unavailable:
            self._log.info("%s is unavailable: %s %s", name, error.message, error.hint)
        hint = f". {error.hint}" if error.hint else ""
        self.unavailable[name] = f"{error.message.rstrip('.')}{hint}"
        for draft in drafts:
            draft.facts[INCOMPLETE, name] = (INCOMPLETE, name, "")

    async def _decide(
        self, drafts: Sequence[Draft], proposals: dict[str, list[Proposal]]
    ) -> dict[str, list[Decision]]:
        candidates = [
            candidate
            for draft in drafts
            for candidate in self._candidates(draft, proposals[draft.path])
        ]
        decisions: dict[str, list[Decision]] = {draft.path: [] for draft in drafts}
        if not candidates:
            return decisions
        # the first decision imports torch, which takes a second: other batches go on meanwhile
        for decision in await asyncio.to_thread(self._gate.decide, candidates):
            decisions[decision.candidate.path].append(decision)
        for found in decisions.values():
            found.sort(key=lambda decision: -decision.score)
        return decisions

    def _candidates(self, draft: Draft, proposals: Sequence[Proposal]) -> list[Candidate]:
        if not proposals and not Suppressions.mentioned(draft.source.text):
            return []
        language = self._languages.for_path(draft.path)
        suppressions = Suppressions.of(draft.source.text, language)
        if not proposals and not suppressions.spans:
            return []
        lines = LineMap.of(draft.source.text)
        if not any(proposal.broken for proposal in proposals):
            proposals = [*proposals, *self._unused(suppressions, proposals, lines)]
        return [
            self._candidate(draft, proposal, suppressions, lines)
            for proposal in proposals
            if proposal.edits
        ]

    def _unused(
        self, suppressions: Suppressions, proposals: Sequence[Proposal], lines: LineMap
    ) -> list[Proposal]:
        """Comments that suppress nothing which any corrector of this run would have done."""
        families = frozenset(corrector.name for corrector in self._registry.active())
        found = [
            (lines.position(edit.start).line, rule)
            for proposal in proposals
            for edit in proposal.edits
            for rule in proposal.rules
        ]
        return [
            Proposal(
                (UNUSED,),
                "this comment suppresses nothing",
                (Edit(span.start, span.end, ""),),
                Safety.DISPLAY_ONLY,
                1.0,
            )
            for span in suppressions.unused(found)
            if families.issuperset(code.partition("/")[0] for code in span.codes)
        ]

    def _candidate(
        self, draft: Draft, proposal: Proposal, suppressions: Suppressions, lines: LineMap
    ) -> Candidate:
        fingerprint = draft.fingerprint(proposal)
        covered = any(
            suppressions.covers(lines.position(edit.start).line, rule)
            for edit in proposal.edits
            for rule in proposal.rules
        )
        suppressed = "a comment in the file" if covered else ""
        if fingerprint in self._context.refused:
            suppressed = "you turned it down before"
        deletes = draft.repaired and all(not edit.replacement.strip() for edit in proposal.edits)
        held = "deletes from a file that was only just repaired" if deletes else ""
        outside, beyond = self._scope.objections(draft, proposal)
        suppressed, held = suppressed or outside, held or beyond
        return Candidate(
            draft.path, proposal, fingerprint, suppressed, held, draft.repair_confidence
        )

    def _skips(self, draft: Draft) -> bool:
        """Settle a file that asks to be left alone."""
        text, language = draft.source.text, self._languages.for_path(draft.path)
        if Suppressions.mentioned(text) and Suppressions.of(text, language).skip_file:
            draft.skip(SkipReason.SKIP_FILE)
        return draft.finished
