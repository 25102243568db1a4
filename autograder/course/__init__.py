"""What a course decides and where its parts lie: folders, settings, variants, source notebooks, programs.

folders     where the parts of an assignment lie, in a checkout and in a course directory
settings    autograder.toml: seed, variant, limits, thresholds, what being late costs
variants    release.toml: a term's own data, seeds and numbers
assignment  source notebook -> exercises and points
corpus      right and wrong programs as files
"""
