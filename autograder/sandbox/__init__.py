"""The boundary: student code runs on the far side of it. README.md in this folder is the threat model."""
