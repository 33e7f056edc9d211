"""``python -m organizer`` is the same as ``organizer``."""

from organizer.cli import main

if __name__ == "__main__":
    main()
