"""The pages of the Government Complaints Management Unit."""
