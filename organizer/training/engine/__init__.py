"""What trains any network: data, learner, checkpoints, trainer."""
