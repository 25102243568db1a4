"""The only importer of nbgrader: results of the engine in, nbgrader's notebooks and grade book out.

Two doors, one way. `record` is what `autograder grade` calls, with the results it has computed; under plain
`nbgrader autograde`, or formgrader's button, the same parts grade the submission themselves:

    reading      the submitted file -> a notebook, whatever state the file is in          (ForgivingExporter)
    repair_cells grade ids, points and check cells as the grade book knows them           (MendCells)
    untrusted    a student's text and outputs, harmless in the browser of a grader
    grade_cells  the engine's results -> cell outputs that nbgrader reads as points       (GradeByLaws)
    save_grades  points -> grade book; what was not judged waits for a person             (SaveGrades)
    late         what being late costs                                                    (LatePenalty)
    times        when a submission was handed in, and what else decides its points in the grade book
    foretelling  what being late would cost after a regrade
    history      what the grade book said before, so that marks given by hand are kept

    generating   the release anew, without harm to the submissions that are there         (KeepSubmissions)
    results, engine       where a result comes from: handed over, or computed in this process
    publishing            a result computed here goes to .autograder/ as well
    opening, losing       the grade book opened; the grade book that is none, or is lost
    busy_timeout          several graders at one grade book
    configuration         `configure(c)`, the one line in a course's nbgrader_config.py
    registering           the source notebook -> grade book, when nobody has done it yet
    exporting             points out of the grade book, and nbgrader's export plugins
    recording             `record`: one submission after another through nbgrader's own converter
    releasing             the student version of a source notebook
"""

from autograder.nbgrader_bridge import busy_timeout
from autograder.nbgrader_bridge.configuration import configure
from autograder.nbgrader_bridge.grade_cells import GradeByLaws
from autograder.nbgrader_bridge.reading import ForgivingExporter
from autograder.nbgrader_bridge.recording import Recorded, Recorder, record, recorder
from autograder.nbgrader_bridge.releasing import enter, release_directory, student_version
from autograder.nbgrader_bridge.repair_cells import MendCells
from autograder.nbgrader_bridge.results import Place, prepared
from autograder.nbgrader_bridge.save_grades import SaveGrades

__all__ = [
    "ForgivingExporter",
    "GradeByLaws",
    "MendCells",
    "Place",
    "Recorded",
    "Recorder",
    "SaveGrades",
    "busy_timeout",
    "configure",
    "enter",
    "prepared",
    "record",
    "recorder",
    "release_directory",
    "student_version",
]
