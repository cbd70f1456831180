"""`python -m kiriwake` is the `kiriwake` command."""

from kiriwake.cli.main import main

if __name__ == "__main__":
    main()
