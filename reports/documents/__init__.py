"""The document of a report: its tree, and the page, paper, workbook and data files made from it."""
