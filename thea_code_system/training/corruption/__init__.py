"""Breaking good code as people, editors, merges and language models break it."""

from __future__ import annotations

from thea_code_system.training.corruption.corruptor import Corruption, Corruptor

__all__ = ["Corruption", "Corruptor"]
