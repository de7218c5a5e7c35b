"""The app people look at: Streamlit pages over the published file. It selects, filters and shows; figures are made in dbt_project."""
