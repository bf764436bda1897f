"""What comments, annotations and the body of a function say about its arguments."""

import itertools

import pytest

from jaxlint.verify.inputs.module import ModuleText
from jaxlint.verify.inputs.spec import SpecError, base_sizes, names, parse_arguments, size


@pytest.mark.parametrize(
    "text",
    [
        "f32[128,3], i32[], n=10",
        "bf16[n], u8[n,n], bool[2], c64[n + 1], key[], key[4]",
        "int, float, bool, complex",
        "(f32[3],), [f32[3], i32[]], {'w': f32[3,4], 'b': f32[4]}",
        "Model(f32[3], n=2), mode='same'",
        "jnp.sin, lambda x: x ** 2",
    ],
)
def test_a_description_reads_as_it_is_written(text: str) -> None:
    assert str(parse_arguments(text)) == text


def test_dimensions_have_sizes() -> None:
    arguments = parse_arguments("f32[n,n + 1,3], {'w': f32[k]}")
    assert names(arguments) == ("n", "k") and base_sizes(arguments) == {"n": 3, "k": 4}
    assert size("n + 1", {"n": 3}) == 4 and size(7, {}) == 7
    for wrong in ("m + 1", "f32[", "__import__('os').getpid()"):
        with pytest.raises(SpecError):
            size(wrong, {"n": 3})
    with pytest.raises(SpecError, match="does not match"):
        parse_arguments("f32[3")


MODULE = """
from dataclasses import dataclass

# jaxlint: inputs(f32[3])
# jaxlint: inputs(f32[0])
@decorated
def above(x): ...

def inside(x):
    # jaxlint: inputs(i32[n], n=2)
    return x

@dataclass
class Layer:
    w: Float[Array, "d k"]
    b: Float[Array, "k"]
    scale: float = 1.0

    def apply(self, x: Float[Array, "batch d"], *, flip: bool): ...

    @staticmethod
    def loose(n: int): ...

def annotated(x: Float[Array, "#b *rest 3"], k: PRNGKeyArray, m: "Int32[Array, 'n n+1']", t: tuple[int, float]): ...
def optional(x: "Layer | None", mode: Literal["up", "down"]): ...
def vague(x: jax.Array): ...
def defaults(x=1): ...
def used(p, idx, f, key, n, m, mode, q):
    if mode == "same":
        return f(p["w"], p["b"])
    rows, cols = m.shape
    return m[idx] + jax.random.normal(key, (n,)) + q[0, 1]
"""


@pytest.fixture(scope="module")
def text() -> ModuleText:
    return ModuleText(MODULE)


def test_comments_belong_to_the_function_below_or_around(text: ModuleText) -> None:
    assert {name: [str(call) for call in calls] for name, calls in text.commented.items()} == {
        "above": ["f32[3]", "f32[0]"],
        "inside": ["i32[n], n=2"],
    }


@pytest.mark.parametrize(
    "name, description",
    [
        ("annotated", "f32[b,rest,3], key[], i32[n,n + 1], (int, float)"),
        ("Layer.apply", "Layer(w=f32[d,k], b=f32[k]), f32[batch,d], flip=bool"),
        ("Layer.loose", "int"),
        ("optional", "Layer(w=f32[d,k], b=f32[k]), 'up'"),
        ("vague", None),
        ("defaults", None),
    ],
)
def test_annotations_describe_a_call_or_leave_it_open(text: ModuleText, name: str, description: str | None) -> None:
    described = text.described(name)
    assert (described and str(described).replace("n+1", "n + 1")) == description


def test_the_first_guess_follows_the_uses(text: ModuleText) -> None:
    first = next(text.calls("used"))
    assert str(first) == (
        "{'b': f32[d], 'w': f32[d,d]}, int, lambda a, b: a * b + 1.0, key[], int, f32[d,d], 'same', f32[d,d]"
    )
    some = [str(call) for call in itertools.islice(text.calls("vague"), 4)]
    assert some == ["f32[d]", "f32[d,d]", "f32[]", "int"]
