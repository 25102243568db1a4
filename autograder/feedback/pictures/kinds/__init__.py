"""The kinds of pictures, a file each: `draw(data) -> (svg, alternative text)`. The file name is the kind."""
