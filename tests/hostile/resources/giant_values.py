"""Returns what is too large to be sent: gigantic and endless lists, dicts, texts, nested and self-containing ones.
Must: double/runs -> falsified, raised, crashed, timed_out
"""

# %% double
def double(x):
    loop = []
    loop.append(loop)
    return [torch.zeros(1 << 22), "x" * 50_000_000, list(range(3_000_000)), {i: i for i in range(300_000)}, loop]
