"""Shows HTML, JavaScript and pictures that carry scripts, in outputs and in names.
Must: score -> same
"""

# %% before
from IPython.display import HTML, SVG, Javascript, Markdown, display

display(HTML("<script>window.hit = 1; fetch('http://evil.example')</script><img src=x onerror='alert(1)'>"))
display(Javascript("alert(1)"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"))
display(Markdown("[x](javascript:alert(1)) <iframe src='http://evil.example'></iframe>"))
display({"text/html": "<meta http-equiv=refresh content='0;url=http://evil.example'>", "text/plain": "x"}, raw=True)
