"""``python -m verge_pulumi`` is ``verge-pulumi``."""

from verge_pulumi.cli import main

if __name__ == "__main__":
    main()
