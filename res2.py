import re
def both(p, pick):
    s=open(p).read(); n=[0]
    def f(m):
        n[0]+=1; return pick(n[0], m[1], m[2])
    s=re.sub(r"<<<<<<< HEAD\n(.*?)=======\n(.*?)>>>>>>> faxm\n", f, s, flags=re.S); open(p,"w").write(s)
p="src/smallgroup/intake/preload.py"; s=open(p).read()
s=s.replace(s[s.index("A<<"):s.index("==\n",s.index("A<<"))+3],"").replace(">>\n","\n",1)
s=s.replace("    csv_text,\n    pdf_table","    csv_text,\n    message,\n    pdf_table").replace('"csv_text", "openpyxl"','"csv_text", "message", "openpyxl"')
s=s.replace('''"recognition", "workbook", "zipfile",
]''','''"recognition", "workbook",
    "zipfile",
]''')
open(p,"w").write(s)
both("src/smallgroup/intake/spreadsheet.py", lambda n,a,b: b)
def cen(n,a,b):
    if n==1: return '''        ...,
        help="The census, .xlsx, .xls, .xlsb, .ods, .csv, .pdf or .eml, or a fax (.tif, .png, .jpg): a row a person or a "
        "row a family, usual headers.",
'''
    return b.replace("known, for_review=True","known, part, for_review=True")
both("src/smallgroup/cli/census.py", cen)
both("src/smallgroup/cli/inputs.py", lambda n,a,b: '''    part: str | None = None, *, for_review: bool = False,
'''+b.split("\n",1)[1].replace("remembered=remembered, as_of","remembered=remembered, part=part, as_of"))
def ini(n,a,b):
    if n==1: return b.replace("a PDF or a picture of a page:","a PDF, a picture of a page or a message (.eml):").replace("sender before; `as_of`","sender before, `part` which part of a message is meant; `as_of`")
    if n==2: return "    sheets, notices = _sheets_of(path, part)\n"
    return '''    return _sheets_of(path, part)


def _sheets_of(path: str | PathLike[str], part: str | None = None) -> tuple[tuple[Sheet, ...], tuple[str, ...]]:
    from pathlib import Path

    from smallgroup.intake import mail, paper, spreadsheet

    suffix = Path(path).suffix.lower()
    if suffix == ".eml" or part is not None:
        found = mail.part_of(path, part)
        return found.sheets, found.notices
    return (paper if suffix in paper.SUFFIXES else spreadsheet).sheets_of(path)
'''
both("src/smallgroup/intake/__init__.py", ini)
