"""Crashes: every phase of a run killed at random points, and what else befalls a machine; then the ordinary next run."""
