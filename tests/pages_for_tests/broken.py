"""A page that a mistake of ours breaks."""

import streamlit as st

st.title("Broken", anchor=False)
st.write("before it")
raise ZeroDivisionError("a secret of the server")
