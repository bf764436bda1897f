"""What one keystroke costs the language server: ``python benchmarks/keystroke.py [--edits N]``.

Takes modules of about 1,000 lines from real packages (pinned wheels, kept in benchmarks/.corpus), types into them one
character at a time where code is, and measures the CPU time of what the server does about each: of the first answer,
and of the whole look that follows a pause. The whole look is of the module by itself, then with the package around it.
Not measured: the protocol's JSON, and what the editor does.
"""

import argparse
import gc
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from real_code import fetch

from jaxlint.front.lsp.analysis import Analyst
from jaxlint.front.lsp.settings import EditorSettings
from jaxlint.front.lsp.surroundings import Surroundings
from jaxlint.source import SourceText, read

MODULES = {
    ("blackjax", "1.7.1"): "blackjax/diagnostics.py",
    ("diffrax", "0.7.2"): "diffrax/_term.py",
    ("numpyro", "0.22.0"): "numpyro/handlers.py",
    ("flax", "0.12.8"): "flax/linen/attention.py",
    ("optax", "0.2.8"): "optax/_src/alias.py",
}
TYPED = "ax1 .,(=#)\n"
"""What is typed: names, numbers, and what breaks the code until the next character comes."""
MEDIAN, P99 = 25.0, 50.0
"""The budget of a first answer in milliseconds."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=200, help="keystrokes in each module")
    parser.add_argument("--packages", type=int, default=3, help="whole looks with the package around")
    options = parser.parse_args()
    gc.disable()  # as the server does
    print(f"{'module':34} lines   first answer: median  p99   whole look: median  p99   with its package")
    answers = []
    for package, name in MODULES.items():
        folder = fetch(*package)
        measured = measure(folder, folder / name, options.edits)
        around = surrounded(folder, folder / name, options.packages)
        answers += measured[0]
        lines = (folder / name).read_text().count("\n")
        (median, p99), (look, look99) = map(summary, measured)
        print(f"{name:34} {lines:5}   {median:20.1f} {p99:5.1f}   {look:18.1f} {look99:5.1f}   {around}", flush=True)
    median, p99 = summary(answers)
    print(f"all: median {median:.1f} ms (budget {MEDIAN:.0f}), p99 {p99:.1f} ms (budget {P99:.0f})")
    return 0 if median <= MEDIAN and p99 <= P99 else 1


def measure(folder: Path, file: Path, edits: int) -> tuple[list[float], list[float]]:
    """Milliseconds of the first answer and of the whole look, for each of many edits."""
    analyst, source = Analyst(settings=EditorSettings(project=False)), read(file)
    before = analyst.look(source, [source], go_on)
    analyst.tidy()
    gc.freeze()
    chance = random.Random(1)
    answers, looks = [], []
    for number in range(edits):
        after = SourceText(source.path, typed(source.text, chance))
        took, answer = timed(lambda look=before, text=after: analyst.glance(look, text))
        if answer is not None:
            answers.append(took)
        if number % 4 == 0:
            took, _ = timed(lambda text=after: analyst.look(text, [text], go_on))
            looks.append(took)
        analyst.tidy()
    return answers, looks


def surrounded(folder: Path, file: Path, edits: int) -> str:
    """The time of whole looks at a module with all that it is linked to."""
    # The corpus lies in a folder that git ignores.
    settings = EditorSettings(configuration=str(Path(__file__).parent / "real_code.toml"))
    analyst, source = Analyst(Surroundings((folder,)), settings), read(file)
    look = analyst.look(source, [source], go_on)
    analyst.tidy()
    chance, times = random.Random(2), []
    for _ in range(edits):
        after = SourceText(source.path, typed(source.text, chance))
        times.append(timed(lambda text=after: analyst.look(text, [text], go_on))[0])
        analyst.tidy()
    lines = sum(text.text.count("\n") for text in look.project.sources)
    return f"{statistics.median(times):.0f} ms ({lines / 1000:.0f} kLOC)" if times else ""


def typed(text: str, chance: random.Random) -> str:
    """The text with one more character in a line that is not empty."""
    lines = text.split("\n")
    number = chance.choice([number for number, line in enumerate(lines) if line.strip()])
    at = chance.randint(0, len(lines[number]))
    lines[number] = lines[number][:at] + chance.choice(TYPED) + lines[number][at:]
    return "\n".join(lines)


def timed(task: Callable[[], object]) -> tuple[float, object]:
    """Milliseconds of CPU, and the result."""
    began = time.process_time()
    result = task()
    return 1000 * (time.process_time() - began), result


def summary(times: list[float]) -> tuple[float, float]:
    """The median and the 99th percentile."""
    return statistics.median(times), statistics.quantiles(times, n=100)[98] if len(times) > 1 else times[0]


def go_on() -> None:
    """Nothing changes meanwhile."""


if __name__ == "__main__":
    sys.exit(main())
