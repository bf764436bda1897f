"""A Python `if`, `while` or conditional expression whose test is traced.  Page: rules/traced_branch.md"""

import libcst as cst

from jaxlint.edits import Finding
from jaxlint.facts.view import View
from jaxlint.rules import rule


@rule("JAX401", since="0.1")
def traced_branch(ctx: View, node: cst.If | cst.While | cst.IfExp):
    if why := ctx.traced(node.test):
        word = {"If": "if", "While": "while", "IfExp": "if … else"}[type(node).__name__]
        yield Finding(node.test, f"`{word}` needs a concrete bool, but {why}", why=why)
