"""The addresses of this app: the callbacks of carriers, and the page of the embedded carrier."""
