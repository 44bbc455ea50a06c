"""Torch's door: settings as a layer, files as a Dataset, and tensors augmented as arrays are."""
