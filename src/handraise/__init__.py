"""Handraise: explained lead decisions from one playbook that sales and marketing signed."""

__version__ = "0.1.0"
