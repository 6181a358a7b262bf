"""The report of an album: figures collected once, written as JSON, drawn as a page to send, with excerpts to compare.

What a render and `mastertape report` call is `making.write_report`; the figures, of which the page and its JSON are two
views, are `figures.ReportFigures`.
"""
