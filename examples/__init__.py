"""The sample class: submissions as they come in, and a demonstration that grades them."""
