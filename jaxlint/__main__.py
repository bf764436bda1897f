"""The ``jaxlint`` command. A question for the version is answered before anything heavy is imported."""

import sys


def main() -> None:
    if sys.argv[1:] in (["--version"], ["-V"], ["version"]):
        from jaxlint import __version__

        print(f"jaxlint {__version__}")
        return
    from jaxlint.front.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
