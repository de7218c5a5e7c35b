"""One file per page of the app. Not named `pages`: Streamlit would find them by itself and pass `main.py` by."""
