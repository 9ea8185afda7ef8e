"""Files of a case: taking them in, small pictures, form fields, answers that carry one."""
