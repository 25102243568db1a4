"""The mistake, named: which known mistake of the corpus a wrong program's answers are those of.

A law says that something is wrong; a student wants to know what. Every mistake in corpus/NAME/mistakes is a program, so the
trusted side can know what it returns. Where an exercise lost points, its functions are asked the same questions as all known
mistakes, and where the answers are the same the feedback says so: "This is what a program returns that applies softmax twice."

**What is asked** (`probes`). The calls that the exercise's checks make of their first drawn inputs and of their fixed large ones,
in their order, in one batch: so the inputs are those that laws need, gradients and watched fixtures are asked for where laws ask
for them, and an exercise of a course's own needs no file more. They depend on the checks and on the seed alone. Every program
answers them in a fresh child behind the same boundary as the submission (`answering`), once per course: the answers are kept by content.
Where `reveal` is "law", hidden checks ask nothing here.

**What is compared** (`aspects`). An answer is taken apart: how the call ended; of each returned item its type, shape, dtype, device and
numbers; each gradient; what was modified; which generators were touched; the state of each watched fixture. An aspect is one of these
over all calls. Numbers are alike within some hundred roundings of their dtype, far below what tells mistakes apart; all else
has to be equal. So loss and accuracy are apart, and a wrong dtype does not hide a wrong value.

**Why a name cannot mislead** (`deciding`). A program is named only where

1. it differs from the right programs in some aspect, and in every aspect in which it differs it equals the named mistake in
   *every* call, and it is not right where the mistake is wrong. Two mistakes may share the aspects, one the loss and one the
   accuracy; then both are said. An aspect that nothing explains: no name.
2. the answers tell the mistake from a right program clearly and often: three calls at least, with three different answers.
3. they tell it from all other mistakes. Where two have the same answers, both are said; where more do, none is.
4. what equals is numbers. Few programs return the same wrong numbers; many change an argument, answer in another dtype, or raise
   a TypeError. A mistake that shows in nothing else is named only by a sentence of its own (`named:` in its docstring), which
   has to be true of every program with these answers.
5. the exercise uses no other exercise that is broken: what it returns is then not its own.
6. the mistake gives the same answers on the smallest input that is shown beside its name, too.

Where right programs differ from each other (they draw at random), an aspect proves nothing by being different; only a program
whose answers there are the mistake's very own is told by it.

A name costs and earns nothing: it is no verdict. What leaves the child through it is which of the course's own sentences is
shown, and a program can choose that only by returning what a known mistake returns.

**In a student's own notebook** `check` says the same, as far as it can without programs. A release asks all programs the small ones among the
public checks' inputs (`making`), and gives students digests of what mistakes answer, rounded so that other machines come to the same
(`sketches`), with sentences that open to whoever has these answers (`fingerprints`). Of right programs it says nothing; so `check`
cannot know that all the rest is right, and says "part of what comes back" where the mistake does not explain all numbers.
"""

from autograder.runner.naming.namer import Namer, Naming
from autograder.runner.naming.programs import KnownPrograms, if_readable, of_course

__all__ = ["KnownPrograms", "Namer", "Naming", "if_readable", "of_course"]
