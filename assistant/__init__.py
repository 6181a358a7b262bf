"""What to do and how to ask for it: the planner, the plan file, the engine behind every face, and the command line.

`session` is the engine that the command line (and any other face) calls; `planner` turns measurements into an
`AlbumPlan`, in which every decision carries its reason; `plan_file` reads and writes that as TOML.
"""
