"""What the gallery shows, as values: no Streamlit, no SQL."""
