"""What needs TensorFlow: TF Hub backbones, frozen graphs, and the checks that they pass before they run."""
