"""Text columns that grow batch by batch in place, so that a table is never in memory twice while it is read."""

import mmap

import numpy as np
import pyarrow as pa

_FIRST = 1 << 20
_PRIVATE = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}


class Store:
    """Bytes in pages of their own: the system moves the pages when they grow, and gets them back when they go."""

    def __init__(self) -> None:
        self.pages = mmap.mmap(-1, _FIRST, **_PRIVATE)
        self.size = 0

    def append(self, content: bytes | memoryview) -> None:
        needed = self.size + len(content)
        if needed > len(self.pages):
            self._resize(max(needed, 2 * len(self.pages)))
        self.pages[self.size : needed] = content
        self.size = needed

    def buffer(self) -> pa.Buffer:
        self._resize(max(self.size, 1))
        return pa.py_buffer(self.pages).slice(0, self.size)

    def _resize(self, capacity: int) -> None:
        try:
            self.pages.resize(capacity)
        except (SystemError, OSError):  # where the system cannot move pages
            other = mmap.mmap(-1, capacity, **_PRIVATE)
            other[: self.size] = self.pages[: self.size]
            self.pages = other


class GrowingColumn:
    """A column of large_string under construction."""

    def __init__(self) -> None:
        self.content, self.ends = Store(), Store()
        self.valid: list[pa.Array] = []
        self.count = 0
        self.ends.append(memoryview(bytes(8)))

    def append(self, array: pa.Array) -> None:
        _, offsets, content = array.buffers()
        ends = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
        self.valid.append(array.is_valid())
        self.count += len(array)
        moved = ends[1:] + (self.content.size - ends[0])
        if content is not None and ends[-1] > ends[0]:
            self.content.append(memoryview(content)[ends[0] : ends[-1]])
        self.ends.append(memoryview(moved.tobytes()))

    def finish(self, kept: list[pa.Buffer]) -> pa.Array:
        """The column. What is byte for byte the same in two columns is held once: the ends of cells that are all of one
        length (ids, dates, blank cells), whole columns that say the same. `kept` is what the columns before hold."""
        ends, content = (_shared(store.buffer(), kept) for store in (self.ends, self.content))
        valid = pa.concat_arrays([pa.array([], pa.bool_()), *self.valid])
        mask = None if valid.false_count == 0 else valid.buffers()[1]
        return pa.Array.from_buffers(pa.large_string(), self.count, [mask, ends, content], valid.false_count)


def _shared(buffer: pa.Buffer, kept: list[pa.Buffer]) -> pa.Buffer:
    for other in kept:
        if other.size == buffer.size and other.equals(buffer):
            return other
    kept.append(buffer)
    return buffer
