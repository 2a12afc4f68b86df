import re,sys
def both(p, pick):
    s=open(p).read(); n=[0]
    def f(m):
        n[0]+=1; return pick(n[0], m[1], m[2])
    s=re.sub(r"<<<<<<< HEAD\n(.*?)=======\n(.*?)>>>>>>> faxm\n", f, s, flags=re.S); open(p,"w").write(s); print(p,n[0])
both("src/smallgroup/census/sheet.py", lambda n,a,b: a+b)
both("src/smallgroup/intake/preload.py", lambda n,a,b: f"A<<{a}==\n{b}>>\n")
