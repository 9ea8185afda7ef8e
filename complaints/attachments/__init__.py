"""Files of a case: uploads, thumbnails, form fields, and HTTP responses with a file."""
