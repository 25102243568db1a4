"""`simulated_cuda()`: inside, this machine has a GPU called cuda:0."""

from __future__ import annotations

import contextlib
from types import TracebackType

from autograder.simulated_cuda import dispatch, hints, patches, selftest
from autograder.simulated_cuda.devices import named
from autograder.simulated_cuda.dispatch import Mode, Statistics
from autograder.simulated_cuda.errors import DeviceMismatch, OnDevice, SimulationUnavailable
from autograder.simulated_cuda.tracebacks import without_ours

IN_USE = "The simulated GPU is in use already: leave the first `with simulated_cuda():` before the next one begins."


class simulated_cuda:  # noqa: N801 - a context manager, named like a function as contextlib's are
    """A context manager; gives the `Statistics` of what ran inside.

    Values are computed on the CPU, device rules are CUDA's. On the way out everything is as it was, also after an error;
    an error about devices has then learned which variable lay wrong, and its traceback shows the program's lines alone.
    Tensors of the device that outlive the context keep their values and their device.

    Raises SimulationUnavailable where it does not work with this torch, or inside another such context.
    """

    def __enter__(self) -> Statistics:
        if dispatch.statistics.live:
            raise SimulationUnavailable(IN_USE)
        selftest.once(self._inside)
        self._begin()
        return dispatch.statistics

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(kind, error, trace)
        if error is not None:
            self.tell(error)

    @staticmethod
    def tell(error: BaseException) -> None:
        """Mend an error as leaving the context does, for those who catch it inside.

        Its message gets the hint and says the outer device's name; its traceback loses our frames.
        """
        if getattr(error, "_told", False):
            return
        _tell(error)
        with contextlib.suppress(AttributeError):
            error._told = True  # type: ignore[attr-defined]

    def _begin(self) -> None:
        dispatch.begin()
        try:
            self._saved = patches.put_in()
        except BaseException:
            dispatch.statistics.live = False
            raise
        self._mode = Mode()
        self._mode.__enter__()

    def _end(self, *error: object) -> None:
        try:
            self._mode.__exit__(*error)
        finally:
            patches.take_out(self._saved)
            dispatch.statistics.live = False

    class _inside:  # noqa: N801
        """The bare context, for the self-test."""

        def __enter__(self) -> None:
            self._outer = simulated_cuda()
            self._outer._begin()

        def __exit__(self, *error: object) -> None:
            self._outer._end(*error)


def unsupported() -> str | None:
    """Say why the device cannot be simulated here, and what to do; None where it can. Rules are made where there are none."""
    try:
        with simulated_cuda():
            return None
    except SimulationUnavailable as error:
        return str(error)


def _tell(error: BaseException) -> None:
    """Replace names of the inner device, add the hint, and take our frames out of the traceback."""
    if error.args and isinstance(error.args[0], str):
        text = named(error.args[0])
        if isinstance(error, DeviceMismatch | OnDevice):
            hint = hints.hint(error)
            text += f"\n{hint}" if hint else ""
        if text != error.args[0]:
            error.args = (text, *error.args[1:])
    error.__traceback__ = without_ours(error.__traceback__)
