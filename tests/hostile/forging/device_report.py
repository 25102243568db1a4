"""Lies about the device on which a result lies.
Must: centre/stays_on_its_device -> holds, falsified, crashed; gain -> centre/inputs_stay, centre/generators_stay
"""

# %% before
import autograder.sandbox.worker.main as main

honest = main.to_plain


def lying(outcome):
    plain = honest(outcome)
    if "returned" in plain and hasattr(plain["returned"], "device"):
        object.__setattr__(plain["returned"], "device", "cpu")
    return {name: value for name, value in plain.items() if name not in ("modified", "touched")}


main.to_plain = lying
