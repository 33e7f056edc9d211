"""Pictures to feature vectors: backbones, PCA, 8-bit quantiser."""
