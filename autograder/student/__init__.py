"""What runs in a student's hands: a kernel, a terminal, no sandbox and no answer.

check         check("..."), in the notebook; in_kernel: what it does there
graded_with   what the notebook will be graded with, and whether this machine has it
fitness       is a notebook fit to be submitted?
neighbours    files beside the notebook that its cells use
local_run     a notebook run in this very process
slow_calls    tells a student whose own code does not come back
gpu_check     a program of one's own, on the CPU and on the simulated GPU
"""
