"""What the CMU and the Prime Minister's office read: figures over cases; reads everything, changes nothing."""
