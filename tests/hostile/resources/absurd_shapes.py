"""Returns tensors whose shapes promise more than memory holds: expanded, strided over nothing, empty with giant sides.
Must: double/runs -> falsified, raised, crashed, timed_out
"""

# %% double
calls = []


def double(x):
    calls.append(1)
    return [
        torch.ones(1).expand(1 << 40),
        torch.ones(1, dtype=x.dtype).expand(x.shape[0], 1 << 33),
        torch.empty(0, 1 << 40),
        torch.as_strided(torch.ones(4), (1 << 20, 1 << 10), (0, 0)),
        torch.ones([1] * 60),
    ]
