"""One step a module: pure functions first, the PTransform that applies them last."""
