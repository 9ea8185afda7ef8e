"""Who may learn which citizen filed a case, and how texts are redacted for everybody else."""
