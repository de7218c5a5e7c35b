"""Rubbish in every parser: only a CxError may end a reading, and every record landed, was set aside, or was told of."""
