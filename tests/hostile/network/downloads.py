"""Downloads a better solution with the libraries that students know.
Must: try -> URLError, PermissionError, OSError, DataError
"""

# %% try
import urllib.request

urllib.request.urlopen("http://example.org", timeout=1)

# %% try
import torch

torch.hub.load_state_dict_from_url("https://example.org/weights.pt", progress=False)

# %% try
from autograder import datasets

datasets.load("omniglot")
