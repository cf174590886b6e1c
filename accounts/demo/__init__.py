"""An invented company whose history could have happened: a model of causes, not noise.

Numpy in, rows of facts out, and no database: `cs_platform.demo` loads them and lives their past.
"""
