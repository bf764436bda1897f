"""Writes the stories' after.py and pending.toml anew: ``python -m tests.rewrites.accept [STORY …]``.

What the fixes write for a function is accepted if it leaves no finding and gives the same on every case; read the
difference before you commit it. Of other functions the text in after.py stays, and pending.toml says why.
"""

import argparse
import tomllib

from .story import FOLDER, Story, functions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stories", nargs="*")
    chosen = parser.parse_args().stories
    listed: dict[str, dict[str, str]] = tomllib.loads((FOLDER / "pending.toml").read_text("utf-8"))
    for folder in sorted(FOLDER.glob("*/")):
        if not chosen or folder.name in chosen:
            listed[folder.name] = accept(Story(folder))
            (FOLDER / "pending.toml").write_text(_toml(listed), "utf-8")


def accept(story: Story) -> dict[str, str]:
    """Write a story's after.py; the functions that are not accepted, and why."""
    wrong = {name: why for name in functions(story.before) if (why := _refused(story, name))}
    path = story.folder / "after.py"
    old = functions(path.read_text("utf-8") if path.exists() else story.before)
    text = story.fixed
    for name in wrong:
        text = text.replace(functions(text)[name], old.get(name, functions(story.before)[name]))
    path.write_text(text, "utf-8")
    written = functions(story.fixed)
    pending = {name: why for name, why in wrong.items() if written[name] != functions(text)[name]}
    print(f"{story.folder.name}: {len(written)} functions, {len(wrong)} not accepted", flush=True)
    return pending


def _refused(story: Story, name: str) -> str | None:
    """Why the text that the fixes write for a function is not accepted."""
    if name not in story.cases["cases"]:
        return None
    if left := story.left[name]:
        return f"{left[0].code} {left[0].declined}"
    if name not in story.pending and functions(story.fixed)[name] == functions(story.after).get(name):
        return None  # the tests run it
    verdicts = story.verdicts(story.fixed, frozenset((name,)), x64=False)
    return next((f"wrong: {verdict.reasons[0]}" for verdict in verdicts if not verdict.kind.passes), None)


def _toml(listed: dict[str, dict[str, str]]) -> str:
    """The list as TOML; literal strings, since the reasons hold quotes of other kinds."""
    parts = ["# Functions for which the fixes do not write after.py's text, and why. This list must shrink.\n"]
    for story in sorted(listed):
        if listed[story]:
            lines = (f"{name} = '{why.replace(chr(39), chr(96))}'\n" for name, why in sorted(listed[story].items()))
            parts.append(f"\n[{story}]\n{''.join(lines)}")
    return "".join(parts)


if __name__ == "__main__":
    main()
