"""Reads ahead on its own channel: what comes there are calls, and no expected value among them.
Must: double/doubles -> falsified, crashed, timed_out
"""

# %% double
def double(x):
    import sys

    frame = sys._getframe()
    while frame is not None:
        call = frame.f_locals.get("call")
        if type(call).__name__ == "Call":
            held = {name: getattr(call, name) for name in ("function", "arguments", "keywords", "label", "paste", "form")}
            expected = [value for name, value in held.items() if name not in ("function", "arguments", "keywords") and value]
            return torch.zeros_like(x) if not expected else expected[0]
        frame = frame.f_back
    return x
