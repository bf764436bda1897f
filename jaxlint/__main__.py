"""The ``jaxlint`` command. What can be answered without importing anything heavy is answered first."""

import sys


def main() -> None:
    if sys.argv[1:] in (["--version"], ["-V"], ["version"]):
        from jaxlint import __version__

        print(f"jaxlint {__version__}")
        return
    from jaxlint.front.glance import nothing_to_say

    if nothing_to_say(sys.argv[1:]):
        print("All checks passed!", file=sys.stderr)
        return
    from jaxlint.front.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
