"""Try out on a test system what this package takes for granted about VergeOS, and leave nothing there.

assumptions/    what is taken for granted, by area: a sentence, its source, what leans on it, and the check
assumption.py   what an assumption says of itself
lab.py          what a check has at hand
requests.py     requests that only touch what the lab itself made
reply.py        an answer, and what was expected of it
subjects.py     one row of each table
lives.py        what becomes of it
inventory.py    what a system holds, before and after
cleaning.py     everything that was made goes again
run.py          all of it, in order
"""
