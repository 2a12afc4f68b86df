"""An invented census in every layout, one fault or several put into it, and what a careful person would say of each.

`staff` invents the people, `grid` lays them out, `cells`, `days`, `people` and `sheets` hold the kinds of faults,
`score` holds what the reader says against what each kind expects, `files` writes a real file. Everything follows from
its seed.

What a kind expects was written down from the fault itself, before the reader was asked. A fault that nobody could see
(day and month swapped in one cell, both at most 12, in a column of the other order; a spouse's and an employee's names
exchanged; a ZIP code that is somebody else's) is not among the kinds.
"""
