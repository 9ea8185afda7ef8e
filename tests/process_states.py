"""Whether a process of this machine is still at work."""

from pathlib import Path


def is_running(process: int) -> bool:
    """Tell whether there is a process with this number that has not ended."""
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
