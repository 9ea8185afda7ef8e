"""Write a voice note down."""
