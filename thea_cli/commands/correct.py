"""`thea correct`: correct files in place, or show what would be corrected."""

from __future__ import annotations

import os
import shlex
import sys
from typing import Annotated

import typer

from thea_cli.options import choice
from thea_cli.request import STDIN, CorrectRequest
from thea_code_system.errors import UsageError
from thea_code_system.values.commits import CommitPer
from thea_code_system.values.report import Mode
from thea_code_system.values.shard import Shard

EXAMPLES = (
    "thea correct .                            correct this tree",
    "thea correct --check --diff src           show what would change; exit 1 if anything",
    "thea correct --show-fixes --show-suggestions src",
    "thea correct --select syntax,ruff/F401 .  these families and codes only",
    "thea correct --staged                     what is about to be committed, bugs included",
    "thea correct --since main --changed-lines only the lines of this branch",
    "thea correct --max-files 20 --time-budget 5m .  a change that somebody can read",
    "thea correct --commit-per rule --blame-ignore-revs .    one commit for each rule",
    "thea correct --select learned --show-suggestions src    look for bugs only",
    "thea correct --unsafe-fixes --test-command 'pytest -q' .    keep what breaks no test",
    "thea correct --output-format sarif -o thea.sarif --check .",
    "thea correct --shard 2/4 .                this machine's part of four",
    "thea correct --watch src                  again whenever a file is saved",
    "cat a.py | thea correct - --stdin-filename a.py",
)


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Files and folders; `-` reads standard input."),
    ] = None,
    *,
    check: Annotated[
        bool,
        typer.Option("--check", help="Write nothing; exit 1 if there is something to correct."),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Like --check, and show a unified diff.")
    ] = False,
    show_fixes: Annotated[
        bool | None, typer.Option("--show-fixes", help="List every correction in its lines.")
    ] = None,
    show_suggestions: Annotated[
        bool | None,
        typer.Option("--show-suggestions", help="List what was not certain enough, too."),
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(
            metavar="F",
            help="Apply corrections that their owner would keep with at least this probability "
            "(default 0.8; env THEA_CONFIDENCE_THRESHOLD).",
        ),
    ] = None,
    unsafe_fixes: Annotated[
        bool | None,
        typer.Option(
            "--unsafe-fixes/--no-unsafe-fixes", help="Also apply what may change behaviour."
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODES",
            help="Families, codes or prefixes, with commas between them: only these.",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="CODES", help="Families, codes or prefixes to leave out."),
    ] = None,
    extend_select: Annotated[
        list[str] | None, typer.Option(metavar="CODES", help="Families, codes or prefixes to add.")
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOBS", help="Globs to leave out, instead of the usual ones."),
    ] = None,
    extend_exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOBS", help="Globs to leave out, besides the usual ones."),
    ] = None,
    force_exclude: Annotated[
        bool | None,
        typer.Option(
            "--force-exclude/--no-force-exclude",
            help="Leave excluded files out even where they are named on the command line.",
        ),
    ] = None,
    respect_gitignore: Annotated[
        bool | None,
        typer.Option(
            "--respect-gitignore/--no-respect-gitignore", help="Leave out what git ignores."
        ),
    ] = None,
    files_from: Annotated[
        str | None,
        typer.Option(metavar="FILE|-", help="Correct the files listed there, one a line."),
    ] = None,
    staged: Annotated[
        bool,
        typer.Option("--staged", help="Correct what is staged in git; the index stays as it is."),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(metavar="REV", help="Correct the files changed since a git revision."),
    ] = None,
    changed_lines: Annotated[
        bool,
        typer.Option(
            "--changed-lines",
            help="With --staged or --since: correct only lines that were added or modified.",
        ),
    ] = False,
    stdin_filename: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="What standard input is called, for `-`."),
    ] = None,
    verify: Annotated[
        str | None,
        typer.Option(
            metavar="parse|lint|types|tests",
            help="How far to prove corrections; each level includes those before it "
            "(default lint).",
        ),
    ] = None,
    test_command: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="Run this on copies of the tree; corrections that break a test are found and left "
            "out. Means --verify tests.",
        ),
    ] = None,
    verify_budget: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How long types and tests may take, such as 90s or 10m (default 10m); what is not "
            "proven by then stays a suggestion.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="The folder of the edit model to use (env THEA_MODEL)."),
    ] = None,
    workers: Annotated[
        str | None,
        typer.Option(
            metavar="N|auto",
            help="Worker processes; more than 1 means Ray (env THEA_MAX_WORKERS caps auto).",
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(metavar="auto|cpu|cuda|mps", help="Where torch computes (env THEA_DEVICE)."),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(metavar="auto|local|HOST:PORT", help="The Ray cluster to use."),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(metavar="development|production|edge", help="A bundle of defaults."),
    ] = None,
    output_format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            help="full, concise, json, json-lines, diff, sarif, github or gitlab.",
        ),
    ] = None,
    output_file: Annotated[
        str | None,
        typer.Option("--output-file", "-o", metavar="FILE", help="Write the report there."),
    ] = None,
    log_file: Annotated[
        str | None, typer.Option(metavar="FILE", help="Append log records there, as JSON lines.")
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(metavar="PATH", help="This configuration file, which is then trusted."),
    ] = None,
    isolated: Annotated[
        bool | None,
        typer.Option("--isolated", help="Ignore the target's configuration, of its tools too."),
    ] = None,
    trust: Annotated[
        bool | None,
        typer.Option("--trust", help="Let the target's configuration decide about everything."),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither read nor write remembered outcomes.")
    ] = False,
    cache_dir: Annotated[
        str | None, typer.Option(metavar="DIR", help="Keep remembered outcomes there.")
    ] = None,
    max_file_size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Skip larger files (default 1 MB).")
    ] = None,
    commit_per: Annotated[
        str | None,
        typer.Option(
            metavar="run|rule|file",
            help="Commit what was corrected, and nothing else: in one commit, by rule or by file.",
        ),
    ] = None,
    blame_ignore_revs: Annotated[
        bool,
        typer.Option(
            "--blame-ignore-revs",
            help="With --commit-per: list the commits in .git-blame-ignore-revs, for git blame.",
        ),
    ] = False,
    max_files: Annotated[
        int | None,
        typer.Option(metavar="N", help="Change at most N files; the next run takes up the rest."),
    ] = None,
    max_changed_lines: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Take on no more files once N lines are changed; finish whole files."
        ),
    ] = None,
    time_budget: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Take on no more files after this time: 90s, 5m, 1h."),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Only the Ith of N parts of the tree: for several machines, each with its own.",
        ),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and correct files whenever they are saved.")
    ] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 whatever is found; errors still exit 2.")
    ] = False,
    exit_non_zero_on_fix: Annotated[
        bool, typer.Option("--exit-non-zero-on-fix", help="Exit 1 if files were changed.")
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(
            metavar="suggestions[=F]", help="Exit 1 on suggestions, of at least confidence F."
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No summary, no progress, no warnings.")
    ] = False,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, help="Say what happens; -vv says more.")
    ] = 0,
) -> CorrectRequest:
    """Find what is wrong in source files and correct what is probable enough.

    A healthy tree is left as it is, a broken file is repaired or left as it is, and every run can
    be taken back with `thea undo`. Exit code: 0 fine; 1 a file still does not parse, or --check
    found corrections; 2 an error; 130 or 143 interrupted.
    """
    flags = {
        "select": _listed(select), "ignore": _listed(ignore),
        "extend_select": _listed(extend_select), "exclude": _listed(exclude),
        "extend_exclude": _listed(extend_exclude), "show_fixes": show_fixes,
        "show_suggestions": show_suggestions, "min_confidence": min_confidence,
        "unsafe_fixes": unsafe_fixes, "force_exclude": force_exclude,
        "respect_gitignore": respect_gitignore, "test_command": test_command,
        "verify": verify or ("tests" if test_command else None), "verify_budget": verify_budget,
        "model": model, "workers": workers,
        "device": device, "address": address, "preset": preset, "output_format": output_format,
        "isolated": isolated, "trust": trust, "cache": False if no_cache else None,
        "cache_dir": cache_dir, "max_file_size": max_file_size,
        "max_files": max_files, "max_changed_lines": max_changed_lines, "time_budget": time_budget,
    }  # fmt: skip
    request = CorrectRequest(
        paths=tuple(paths or ["."]),
        cwd=os.getcwd(),  # noqa: PTH109 - a text is what is wanted
        flags={key: value for key, value in flags.items() if value is not None},
        config=config,
        check=check,
        diff=diff,
        staged=staged,
        since=since,
        changed_lines=changed_lines,
        commit_per=commit_per,
        list_commits=blame_ignore_revs,
        files_from=files_from,
        stdin_filename=stdin_filename,
        output_file=output_file,
        log_file=log_file,
        exit_zero=exit_zero,
        exit_non_zero_on_fix=exit_non_zero_on_fix,
        fail_on=_least_confidence(fail_on),
        quiet=quiet,
        verbose=verbose,
        command=shlex.join(sys.argv[1:]),
        watch=watch,
        shard=_part(shard),
    )
    _refuse_contradictions(request)
    return request


def _listed(given: list[str] | None) -> list[str] | None:
    """Options may be repeated, and may hold several parts with commas between them."""
    if not given:
        return None
    return [part.strip() for text in given for part in text.split(",") if part.strip()]


def _part(text: str | None) -> str | None:
    try:
        return text if text is not None and Shard.parse(text) else None
    except ValueError as error:
        raise UsageError(f"--shard cannot be {text}", f"{error}.") from error


def _least_confidence(text: str | None) -> float | None:
    if text is None:
        return None
    what, _, least = text.partition("=")
    try:
        confidence = float(least or 0)
    except ValueError:
        confidence = -1.0
    if what != "suggestions" or not 0 <= confidence <= 1:
        raise UsageError(
            f"--fail-on cannot be {text}",
            "Write --fail-on suggestions, or --fail-on suggestions=0.5.",
        )
    return confidence


def _refuse_contradictions(request: CorrectRequest) -> None:
    chosen = {
        "`-`": STDIN in request.paths,
        "--files-from": request.files_from is not None,
        "--staged": request.staged,
        "--since": request.since is not None,
    }
    sources = [name for name, given in chosen.items() if given]
    if len(sources) > 1:
        raise UsageError(f"{sources[0]} and {sources[1]} both say which files to correct")
    if request.changed_lines and not request.staged and request.since is None:
        raise UsageError(
            "--changed-lines needs to know what the lines were before",
            "Add --staged, or --since REV.",
        )
    _refuse_commits(request)
    if request.watch and (sources or request.commit_per or request.output_file):
        raise UsageError(
            "--watch looks at files and folders as they are saved",
            "Leave out `-`, --files-from, --staged, --since, --commit-per and -o.",
        )
    if STDIN in request.paths and len(request.paths) > 1:
        raise UsageError("`-` cannot be combined with other paths")
    if STDIN in request.paths and request.flags.get("verify") in {"types", "tests"}:
        raise UsageError("standard input cannot be proved by types or tests: they need files")
    if request.stdin_filename is not None and STDIN not in request.paths:
        raise UsageError("--stdin-filename is for `-`", "Add `-` to read standard input.")
    if request.staged and (request.check or request.diff):
        raise UsageError(
            "--staged cannot be combined with --check or --diff",
            "Without --staged, --check and --diff look at the working tree.",
        )


def _refuse_commits(request: CorrectRequest) -> None:
    if request.list_commits and request.commit_per is None:
        raise UsageError("--blame-ignore-revs needs commits to list", "Add --commit-per run.")
    if request.commit_per is None:
        return
    choice("--commit-per", request.commit_per, tuple(each.value for each in CommitPer))
    if request.mode is not Mode.WRITE:
        raise UsageError(
            "--commit-per commits what a run has written",
            "Leave out --check, --diff, --staged and `-`.",
        )
