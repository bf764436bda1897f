"""Import statements: modules of the project by their frames, everything else by canonical name."""

from __future__ import annotations

import libcst as cst

from jaxlint.facts.model.frames import Frame
from jaxlint.facts.model.values import Library, ProjectModule, Unknown, Value
from jaxlint.jaxapi import canonical


def import_modules(frame: Frame, node: cst.Import) -> None:
    """``import a.b.c as d``, ``import a.b``."""
    for alias in node.names:
        dotted = dotted_name(alias.name)
        if alias.asname is not None:
            value = module_value(frame, dotted)  # first: it may run the module, and go on in another state
            frame.state.store(frame, dotted_name(alias.asname.name), value)
        else:
            root = dotted.partition(".")[0]
            frame.state.store(frame, root, module_value(frame, root))


def import_names(frame: Frame, node: cst.ImportFrom) -> None:
    """``from a.b import c as d``, also relative and starred."""
    origin = resolve(frame.module.name, node, is_package=frame.module.path.endswith("__init__.py"))
    if isinstance(node.names, cst.ImportStar):
        for name, value in frame.tracer.public_names(origin):
            frame.state.store(frame, name, value)
        return
    for alias in node.names:
        name = dotted_name(alias.name)
        local = dotted_name(alias.asname.name) if alias.asname is not None else name
        value = imported(frame, origin, name)
        frame.state.store(frame, local, value)


def imported(frame: Frame, origin: str, name: str) -> Value:
    """The value of ``from origin import name``."""
    module = frame.tracer.project.get(origin)
    if module is None:
        if frame.tracer.project.is_package(origin) and (child := frame.tracer.project.get(f"{origin}.{name}")):
            return ProjectModule(child)
        return Library(canonical(f"{origin}.{name}"))
    found = frame.tracer.global_(module, name)
    if found is not None:
        return found
    return frame.tracer.submodule(module, name) or Unknown(name)


def module_value(frame: Frame, dotted: str) -> Value:
    """The value of a module by its dotted name."""
    module = frame.tracer.project.get(dotted)
    return ProjectModule(module) if module is not None else Library(canonical(dotted))


def resolve(importer: str, node: cst.ImportFrom, *, is_package: bool) -> str:
    """The absolute dotted name of the module that an import statement names."""
    level = len(node.relative)
    name = dotted_name(node.module) if node.module is not None else ""
    if not level:
        return name
    parts = importer.split(".")
    keep = len(parts) - level + (1 if is_package else 0)
    return ".".join([*parts[: max(keep, 0)], *([name] if name else [])])


def dotted_name(node: cst.CSTNode) -> str:
    """``a.b.c`` as written; empty for what is no chain of names."""
    if isinstance(node, cst.Attribute):
        return f"{dotted_name(node.value)}.{node.attr.value}"
    return node.value if isinstance(node, cst.Name) else ""
