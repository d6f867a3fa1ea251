"""A running site becomes a program and the state of its stack; nothing is written to VergeOS but marks, if asked for.

The stages are `site` (read), `plan` (what becomes of each row), `program` (the files), `recording` (the program is run
and tells what it registers) and `state` (what it registers is recorded together with what VergeOS has); `finishing`
writes the state, and the marks that `marking` finds due. `chain` puts them together. Each stage works on the results of
the one before and on nothing else, so that code and state cannot disagree: the state is made of what the generated
program registers.
"""
