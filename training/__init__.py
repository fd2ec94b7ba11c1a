"""Scripts that train the models in `transforms/models`, run by hand; the pipeline needs nothing of them."""
