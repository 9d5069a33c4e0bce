"""The `diffusionwatch` command line: one module a subcommand."""
