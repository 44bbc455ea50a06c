"""Sounds that stand for themselves, each with its label: their catalogue, features and tables."""
