"""An invented company whose history could have happened: a model of causes, not noise.

Everything but `loading`, `history`, `outcomes` and the command is pure: numpy in, rows out.
"""
