"""`python -m app PORT`: Streamlit over `main.py`, with the settings of .streamlit/config.toml beside it."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from streamlit.web import cli

LIBRARIES = ("duckdb", "pandas", "plotly.graph_objects", "pyarrow")


def main(port: str = "8501") -> None:
    for library in LIBRARIES:  # loaded before the first visitor waits for them
        importlib.import_module(library)
    os.chdir(Path(__file__).parent)  # Streamlit reads its settings from the folder it is started in
    cli.main(["run", "main.py", f"--server.port={port}"])


if __name__ == "__main__":
    main(*sys.argv[1:2])
