"""Returns tensors that are no plain numbers: sparse, quantised, complex, on the meta device, without storage, of another dtype.
Must: double/runs -> falsified, raised
"""

# %% double
def double(x):
    return torch.empty(x.shape, device="meta", dtype=x.dtype)


# %% centre
turn = []


def centre(x):
    x -= 1
    torch.rand(1)
    turn.append(1)
    odd = [
        x.to_sparse(),
        torch.complex(x, x),
        torch.quantize_per_tensor(x.float(), 0.1, 0, torch.qint8),
        torch.nested.nested_tensor([x, x[:1]]),
        x.to(torch.float8_e4m3fn),
        torch.nn.UninitializedParameter(),
    ]
    return odd[len(turn) % len(odd)]
