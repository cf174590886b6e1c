"""Surveys as their author writes them, and the ones that ship."""
