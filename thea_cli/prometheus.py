"""Statistics in the text format that Prometheus scrapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

if TYPE_CHECKING:
    from thea_cli.ledger_statistics import LedgerStatistics


def exposition(statistics: LedgerStatistics) -> str:
    """Every number of `thea stats`, in a registry of its own."""
    registry = CollectorRegistry()
    runs = Counter("thea_runs", "Runs in the ledger", registry=registry)
    runs.inc(len(statistics.runs))
    files = Counter("thea_files", "Files looked at, by status", ["status"], registry=registry)
    for status, count in statistics.files().items():
        files.labels(status).inc(count)
    corrections = Gauge(
        "thea_corrections", "Corrections by rule and state", ["rule", "state"], registry=registry
    )
    for rule, states in statistics.rules().items():
        for state, count in states.items():
            corrections.labels(rule, state).set(count)
    measures = Gauge(
        "thea_measure", "Accumulators of all runs", ["name", "statistic"], registry=registry
    )
    for name, summary in statistics.accumulators.items():
        for statistic, value in summary.items():
            measures.labels(name, statistic).set(value)
    accepted = Gauge(
        "thea_acceptance_ratio", "Share of a rule's corrections kept", ["rule"], registry=registry
    )
    for row in statistics.acceptance():
        accepted.labels(row.code).set(row.share)
    _actors(statistics, registry)
    if statistics.runs:
        latest = statistics.runs[0]
        seconds = Gauge("thea_last_run_seconds", "Duration of the last run", registry=registry)
        seconds.set(latest.report.get("seconds", 0.0))
        started = Gauge(
            "thea_last_run_timestamp_seconds", "Start of the last run", registry=registry
        )
        started.set(latest.started)
    return generate_latest(registry).decode()


def _actors(statistics: LedgerStatistics, registry: CollectorRegistry) -> None:
    """Metrics and health of each actor of the latest run that had any."""
    label = ["actor"]
    healthy = Gauge("thea_actor_healthy", "1 if the actor answered", label, registry=registry)
    done = Gauge("thea_actor_files", "Files an actor has corrected", label, registry=registry)
    uptime = Gauge("thea_actor_uptime_seconds", "Its life so far", label, registry=registry)
    memory = Gauge("thea_actor_resident_bytes", "Its memory", label, registry=registry)
    tokens = Gauge("thea_actor_model_tokens", "Tokens its model has read", label, registry=registry)
    rate = Gauge(
        "thea_actor_model_tokens_per_second", "How fast it reads", label, registry=registry
    )
    windows = Gauge(
        "thea_actor_model_batch_windows", "Windows it reads at once", label, registry=registry
    )
    queue = Gauge(
        "thea_actor_model_queue_seconds", "Time its passes waited", label, registry=registry
    )
    for actor in statistics.actors():
        healthy.labels(actor.name).set(int(actor.healthy))
        done.labels(actor.name).set(actor.files)
        uptime.labels(actor.name).set(actor.seconds)
        memory.labels(actor.name).set(actor.resident_bytes)
        if actor.tokens:
            tokens.labels(actor.name).set(actor.tokens)
            rate.labels(actor.name).set(actor.token_rate)
            windows.labels(actor.name).set(actor.windows)
            queue.labels(actor.name).set(actor.queue)
