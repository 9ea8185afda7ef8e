"""The figures of any days on one page, and as a workbook and CSV."""
