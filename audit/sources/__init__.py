"""Loading: from files of any kind to one `Dataset`, with an account of everything that was read and left."""

from audit.sources.load import SourceOverride, describe, load

__all__ = ["SourceOverride", "describe", "load"]
