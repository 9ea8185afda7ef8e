"""The floor below the apps: encryption, Arabic folding, dates, form fields, components; knows nothing of complaints."""
