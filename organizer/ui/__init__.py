"""The gallery in the browser. Only this package, and ``app.py``, know Streamlit."""
