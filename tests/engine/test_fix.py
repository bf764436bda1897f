"""The fix loop: it converges, applies all or none of a fix, and takes back what does harm."""

from collections.abc import Callable, Sequence

import pytest

from jaxlint.edits import Edit
from jaxlint.engine.apply import apply, clash, sound
from jaxlint.engine.diagnostic import Diagnostic
from jaxlint.engine.fix import PASSES, FixOutcome, fix
from jaxlint.engine.own import Select
from jaxlint.source import SourceText, decode
from tests.engine.small_check import replacing, rules

Check = Callable[[Sequence[SourceText], Select], dict[str, list[Diagnostic]]]


def fixed(check: Check, *texts: str, unsafe: bool = False) -> FixOutcome:
    sources = [SourceText(f"{name}.py", text) for name, text in zip("abc", texts, strict=False)]
    return fix(sources, lambda rule: True, "unsafe" if unsafe else "safe", check=check, rules=rules)


def both(*checks: Check) -> Check:
    def check(sources: Sequence[SourceText], select: Select) -> dict[str, list[Diagnostic]]:
        found = [one(sources, select) for one in checks]
        return {source.path: [d for listed in found for d in listed[source.path]] for source in sources}

    return check


def test_edits() -> None:
    assert apply("abcdef", [Edit(4, 5, "E"), Edit(0, 0, ">"), Edit(1, 3, "")]) == ">adEf"
    assert apply("ab", [Edit(1, 1, "1"), Edit(1, 1, "2")]) == "a12b"
    assert sound("abc", [Edit(0, 1, ""), Edit(1, 3, "")])
    assert not sound("abc", [Edit(0, 2, ""), Edit(1, 3, "")])
    assert not sound("abc", [Edit(2, 4, "")])
    assert clash(Edit(0, 2, ""), Edit(1, 3, ""))
    assert not clash(Edit(0, 2, ""), Edit(2, 3, ""))
    assert clash(Edit(0, 2, ""), Edit(2, 2, "x"))


def test_untouched_bytes_stay() -> None:
    source = decode(b"# -*- coding: latin-1 -*-\r\nx\t= old # \xe9\x0c\r\n\r\n", "a.py")
    outcome = fix([source], lambda rule: True, check=replacing("old", "new"), rules=rules)
    assert source.encode(outcome.texts["a.py"]) == b"# -*- coding: latin-1 -*-\r\nx\t= new # \xe9\x0c\r\n\r\n"


def test_all_fixes_of_a_file_and_nothing_left() -> None:
    outcome = fixed(replacing("old", "new"), "old = 1\nold = 2\n", "x = 3\n")
    assert outcome.texts == {"a.py": "new = 1\nnew = 2\n", "b.py": "x = 3\n"}
    assert [path for path, _ in outcome.applied] == ["a.py", "a.py"]
    assert outcome.remaining == {"a.py": [], "b.py": []}
    assert outcome.settled
    assert not outcome.undone


def test_overlapping_fixes_wait_for_the_next_pass() -> None:
    outcome = fixed(both(replacing(r"f\((x)\)", r"g(\1)"), replacing(r"(?<=\()x(?=\))", "y")), "f(x)\n")
    assert outcome.texts["a.py"] == "g(y)\n"
    assert len(outcome.applied) == 2


def test_unsafe_fixes_only_when_asked_and_suggestions_never() -> None:
    unsafe = replacing("old", "new", applicability="unsafe")
    assert fixed(unsafe, "old\n").texts["a.py"] == "old\n"
    assert fixed(unsafe, "old\n", unsafe=True).texts["a.py"] == "new\n"
    assert fixed(replacing("old", "new", applicability="suggestion"), "old\n", unsafe=True).texts["a.py"] == "old\n"


def test_a_result_that_does_not_parse_is_undone_and_the_good_fixes_stay() -> None:
    outcome = fixed(both(replacing("bad", "("), replacing("old", "new")), "bad\nold\n")
    assert outcome.texts["a.py"] == "bad\nnew\n"
    assert [(undone.diagnostic.message, undone.reason) for undone in outcome.undone] == [
        ("`bad` found", "the result does not parse")
    ]
    assert [found.message for found in outcome.remaining["a.py"]] == ["`bad` found"]


def test_fixes_that_only_together_do_not_parse() -> None:
    outcome = fixed(both(replacing("A", "x if"), replacing("B", "x else")), "y = A B 1 if 1 else 2\n")
    assert outcome.texts["a.py"] == "y = A B 1 if 1 else 2\n"
    assert len(outcome.undone) == 2


def test_fixes_that_undo_each_other_stop() -> None:
    outcome = fixed(both(replacing("left", "right"), replacing("right", "left")), "left\n")
    assert outcome.texts["a.py"] == "right\n"
    assert [undone.reason for undone in outcome.undone] == ["it brings back an earlier text of the file"]


def test_a_fix_that_changes_nothing_is_undone() -> None:
    outcome = fixed(replacing("same", "same"), "same\n")
    assert outcome.undone
    assert not outcome.applied


def test_fixes_without_end_are_cut_off() -> None:
    outcome = fixed(replacing(r"x\Z", "x + x"), "x")
    assert not outcome.settled
    assert outcome.texts["a.py"].count("x") == PASSES + 1


def test_comments_are_never_lost() -> None:
    text = "y = f(  # why\n    x,\n)\n"
    outcome = fixed(replacing(r"f\((?s:.*)\)", "g(x)"), text)
    assert outcome.texts["a.py"] == text
    assert outcome.undone[0].reason == "it would lose the comment `# why`"
    kept = fixed(replacing(r"f\(  (# why)\n(?s:.*)\)", r"g(  \1\n    x\n)"), text)
    assert kept.texts["a.py"] == "y = g(  # why\n    x\n)\n"


def test_a_hash_in_a_string_is_no_comment() -> None:
    assert fixed(replacing(r"'#1'", "'2'"), "y = '#1'\n").texts["a.py"] == "y = '2'\n"


def test_files_with_syntax_errors_are_left_alone() -> None:
    assert fixed(replacing("old", "new"), "old = (\n").texts["a.py"] == "old = (\n"


def test_what_the_encoding_cannot_write_is_undone() -> None:
    source = decode(b"# -*- coding: latin-1 -*-\nold = 1\n", "a.py")
    outcome = fix([source], lambda rule: True, check=replacing("old", "\u03c0"), rules=rules)
    assert "file's encoding, iso8859-1" in outcome.undone[0].reason
    assert outcome.texts["a.py"] == source.text


def rename_elsewhere(path: str) -> tuple[tuple[str, tuple[Edit, ...]], ...]:
    return (("b.py", (Edit(0, 3, "new"),)),) if path == "a.py" else ()


def test_a_fix_in_two_files_is_applied_in_both() -> None:
    check = replacing(r"def old", "def new", elsewhere=rename_elsewhere)
    assert fixed(check, "def old(): ...\n", "old()\n").texts == {"a.py": "def new(): ...\n", "b.py": "new()\n"}


def test_a_fix_in_two_files_is_applied_in_neither_if_one_breaks() -> None:
    check = both(replacing(r"def old", "def new", elsewhere=lambda path: (("b.py", (Edit(0, 3, "("),)),)))
    texts = {"a.py": "def old(): ...\n", "b.py": "old()\n"}
    assert fixed(check, *texts.values()).texts == texts


def test_a_fix_that_reaches_out_of_the_run_is_not_applied() -> None:
    outcome = fixed(replacing(r"def old", "def new", elsewhere=rename_elsewhere), "def old(): ...\n")
    assert outcome.texts["a.py"] == "def old(): ...\n"
    assert outcome.undone[0].reason == "it also edits b.py, which is not part of this run"


@pytest.mark.parametrize("wanted", [True, False])
def test_rules_that_are_not_kept_in_a_file_do_not_fix_it(wanted: bool) -> None:
    source = SourceText("a.py", "old\n")
    outcome = fix(
        [source], lambda rule: True, keep=lambda path, code: wanted, check=replacing("old", "new"), rules=rules
    )
    assert outcome.texts["a.py"] == ("new\n" if wanted else "old\n")


def test_new_lines_end_as_the_files_lines_do() -> None:
    text = "a = 1\r\nb = 2\r\n"
    assert apply(text, [Edit(0, 0, "x = 0\ny = 0\n")]) == "x = 0\r\ny = 0\r\n" + text
