"""Close a case with an answer; sign one."""
