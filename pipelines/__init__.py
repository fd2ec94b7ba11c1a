"""The command: its options, the graph on one screen, the run and what is shown of it."""
