"""Where it runs: engines bring whole accounts to the evaluator as chunks and carry decisions away."""
