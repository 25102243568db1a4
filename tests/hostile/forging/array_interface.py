"""Returns an object that makes itself an array when numpy or torch look, another one each time.
Must: double/runs -> falsified, raised
"""

# %% double
class Chameleon:
    looks = 0

    def __array__(self, *arguments, **keywords):
        Chameleon.looks += 1
        import numpy as np

        return np.full(3, float(Chameleon.looks))

    __array_interface__ = {"shape": (3,), "typestr": "<f8", "version": 3, "data": (4711, False)}

    def __torch_function__(self, *arguments, **keywords):
        return True

    @property
    def __class__(self):
        return torch.Tensor


def double(x):
    return Chameleon()
