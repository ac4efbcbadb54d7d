"""What a person should judge: the queue of uncertain duplicates and fixes, and what was decided about them."""

from audit.review.fixes import decide_fixes
from audit.review.queue import Queue, build_queue
from audit.review.survivors import with_kept_values

__all__ = ["Queue", "build_queue", "decide_fixes", "with_kept_values"]
