"""How the sheets that go with a master look, on paper and on a screen."""

STYLE = """
@page { size: A4 landscape; margin: 14mm }
body { font: 10pt/1.4 "Helvetica Neue", Arial, "Liberation Sans", sans-serif; color: #111; margin: 2em auto;
  max-width: 70em; padding: 0 1em }
h1 { font-size: 17pt; margin: 0 }
h1 + p { font-size: 12pt; margin: 0 0 1.2em }
h1 + dl { margin-top: 1.2em }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(13em, 1fr)); gap: .6em 2em; margin: 0 0 1.4em }
dt { font-size: 8pt; color: #555 }
dd { margin: 0 }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-size: 8pt; color: #555; border-bottom: 1.5pt solid #111; padding: .3em .8em .3em 0 }
td { border-bottom: .5pt solid #bbb; padding: .35em .8em .35em 0; vertical-align: top }
tr { break-inside: avoid }
thead { display: table-header-group }
.n { font-variant-numeric: tabular-nums; white-space: nowrap }
.r { text-align: right }
.pause td { color: #666; border-bottom-style: dotted }
.end td { border-bottom: 1.5pt solid #111 }
p, li { margin: .5em 0 }
.note { font-size: 8.5pt; color: #444; max-width: 80em; overflow-wrap: anywhere }
.hand { display: flex; gap: 3em; margin-top: 3em }
.hand span { flex: 1; border-top: .5pt solid #111; font-size: 8pt; padding-top: .3em }
@media print { body { margin: 0; max-width: none; padding: 0 } }
"""
