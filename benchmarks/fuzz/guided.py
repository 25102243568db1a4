"""A run guided by coverage, with atheris: `python -m benchmarks.fuzz.guided TARGET N SEED SECONDS MEBIBYTES FINDINGS TALLY`.

libFuzzer ends the process when it is done, so the tally is written as it grows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["autograder.sandbox", "autograder.submission.notebook", "nbformat", "json"]
):
    from benchmarks.fuzz.targets import TARGETS
    from benchmarks.fuzz.trial import LONGEST, Trial

EVERY = 1000


def main() -> None:
    name, count, seed, seconds, mebibytes, findings, said = sys.argv[1:]
    target = TARGETS[name]
    trial = Trial(target, float(seconds), int(mebibytes), Path(findings))
    trial.tally.guided = "coverage"
    corpus = Path(tempfile.mkdtemp(prefix="fewlabels-fuzzing-seeds-"))
    for number, data in enumerate(target.seeds):
        (corpus / str(number)).write_bytes(data)
    words = corpus.with_suffix(".words")
    words.write_text("".join(f'"{_escaped(token)}"\n' for token in target.tokens))

    def one(data: bytes) -> None:
        trial(data)
        if trial.tally.inputs % EVERY == 0 or trial.tally.inputs >= int(count):
            trial.tally.write(Path(said))

    options = [f"-runs={count}", f"-seed={int(seed) + 1}", f"-max_len={LONGEST}", f"-dict={words}"]
    atheris.Setup([sys.argv[0], *options, f"-rss_limit_mb={4096}", str(corpus)], one)
    atheris.Fuzz()


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in token)


if __name__ == "__main__":
    main()
