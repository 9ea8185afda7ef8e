"""What an answer is worth and whom it answers: substance, copies, standard texts, cases of the same problem."""
