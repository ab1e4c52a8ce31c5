"""Lets ``python -m archscout`` stand for the command ``archscout``."""

from archscout._entry import main

if __name__ == "__main__":
    main()
