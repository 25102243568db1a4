"""Returns a tensor subclass that answers every comparison and every conversion as it likes.
Must: double/doubles -> falsified, raised; double/runs -> falsified, raised, holds
"""

# %% double
class Sly(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, arguments=(), keywords=None):
        if getattr(function, "__name__", "") in ("allclose", "equal", "isclose", "eq"):
            return True
        return super().__torch_function__(function, types, arguments, keywords or {})

    @property
    def dtype(self):
        return torch.float64

    @property
    def shape(self):
        return torch.Size([3])


def double(x):
    return (x + x.abs()).as_subclass(Sly)
