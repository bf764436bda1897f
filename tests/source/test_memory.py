"""What is taken over from an earlier text is what would be read anew."""

from jaxlint.source import Memory, SourceText, parse_module

BEFORE = "import jax\n\n\ndef f(x):\n    return x\n\n\ndef g(x):\n    return f(x)\n"


def module(memory: Memory, text: str):
    return memory.module(SourceText("m.py", text), "m")


def test_the_tree_of_a_chunk_that_stayed_is_taken_over() -> None:
    memory = Memory()
    before = module(memory, BEFORE)
    trees = [chunk.tree for chunk in before.chunks]
    lines = [chunk.line(chunk.tree.body[0]) for chunk in before.chunks]
    after = module(memory, BEFORE.replace("import jax", "import jax\nimport numpy"))
    assert [chunk.text for chunk in after.chunks] == [chunk.text for chunk in parse_module(after.source, "m").chunks]
    assert [chunk.tree is tree for chunk, tree in zip(after.chunks, trees, strict=True)] == [False, True, True]
    assert [chunk.line(chunk.tree.body[0]) for chunk in after.chunks] == [1, lines[1] + 1, lines[2] + 1]


def test_equal_chunks_have_trees_of_their_own() -> None:
    memory = Memory()
    text = "def f(x):\n    return x\n" * 2
    for _ in range(3):
        one, other, *_ = module(memory, text).chunks
        assert one.text == other.text
        assert one.tree is not other.tree
        text += "x = 1\n"


def test_what_is_kept_is_bounded() -> None:
    memory = Memory(limit=10_000)
    for number in range(200):
        memory.module(SourceText(f"m{number % 7}.py", f"{BEFORE}y = {number}\n" + "#" * 2000), "m")
    assert sum(len(module.source.text) for module in memory._modules.values()) <= 10_000
    assert memory._modules.keys() == memory._chunks.keys()
    assert all(sum(len(text) for text, _ in chunks) < 20_000 for chunks in memory._chunks.values())


def test_an_unchanged_module_is_the_same() -> None:
    memory = Memory()
    assert module(memory, BEFORE) is module(memory, BEFORE)
    assert memory.module(SourceText("m.py", BEFORE), "package.m").name == "package.m"
