"""The command line. The only place that prints; everything it says comes from `handraise.workspace`."""
