"""Makes a module one that JAX runs eagerly: no `jit` around functions, and `x[i] = v` as `x = x.at[i].set(v)`.

A tree of its own, made with `ast`: what the rewriter writes is compared with it.
"""

import ast

_METHODS = {ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide"}


def functional(text: str) -> str:
    """The module without decorators, with functional stores. Stores by a string (a dict's) stay."""
    return ast.unparse(ast.fix_missing_locations(_Stores().visit(ast.parse(text))))


class _Stores(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.decorator_list = []
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        match node.targets:
            case [ast.Subscript() as place] if _is_array(place):
                return _put(place, "set", node.value)
            case [ast.Tuple(elts=places)] if any(_is_array(place) for place in places):
                names = [ast.Name(f"new{i}", ast.Store()) for i in range(len(places))]
                first = ast.Assign([ast.Tuple(list(names), ast.Store())], node.value)
                rest = [
                    ast.Assign([place], ast.Name(name.id, ast.Load()))
                    for place, name in zip(places, names, strict=True)
                ]
                return [first, *(self.visit_Assign(one) for one in rest)]  # type: ignore[list-item]
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        if isinstance(node.target, ast.Subscript) and _is_array(node.target):
            return _put(node.target, _METHODS[type(node.op)], node.value)
        return node


def _is_array(place: ast.expr) -> bool:
    match place:
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str())):
            return False
        case ast.Subscript(value=ast.Name()):
            return True
    return False


def _put(place: ast.Subscript, method: str, value: ast.expr) -> ast.stmt:
    name = ast.unparse(place.value)
    return ast.parse(f"{name} = {name}.at[{ast.unparse(place.slice)}].{method}({ast.unparse(value)})").body[0]
