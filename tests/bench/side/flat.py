"""Is a series of memory samples flat? A leak grows all the time; an allocator that has found its size does not."""
import statistics


def growth(samples):
    """The median of the last quarter less that of the second one: the first quarter is for filling caches and pools, and
    medians do not see the single high sample of a burst."""
    if len(samples) < 8:
        raise ValueError("too few samples to say anything")
    quarter = len(samples) // 4
    return statistics.median(samples[-quarter:]) - statistics.median(samples[quarter:2 * quarter])
