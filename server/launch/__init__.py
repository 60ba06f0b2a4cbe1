"""`make run`: set everything up, check what could be wrong, start the parts of the Procfile, watch them, stop them.

setup       what must be there before the venv is: tools, packages, the built PWA (standard library only)
settings    what a start is told by its environment, and the embedded CouchDB's address
checks      what would keep it from working, each in one clear line
lock        one start at a time for a data folder
holders     who holds a port or a file
parts       the Procfile's processes, one by one
prepare     migrates and seeds
leash       ties a process to the one that started it
asked       how it is asked to stop
launch      the order in which they come and go; the tests' `Stack` uses it too
__main__    the command
"""
