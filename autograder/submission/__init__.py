"""What was handed in, read and never run.

notebook         .ipynb -> Notebook
receipts         what was read: names, sizes, checksums
trained_weights  .safetensors -> plain arrays
"""
