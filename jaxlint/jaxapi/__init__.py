"""What JAX, NumPy and their ecosystem are: tables, asked by canonical name (`jax.numpy.where`). Data in `data/`."""

from jaxlint.jaxapi.arrays import Attribute, array_attribute, pure_method, update_method
from jaxlint.jaxapi.consumers import Consumer, draws_when_called, key_consumer
from jaxlint.jaxapi.effects import Effect, host_effect
from jaxlint.jaxapi.functions import Function, Returns, Sized, function
from jaxlint.jaxapi.lists import refuses_lists
from jaxlint.jaxapi.names import canonical
from jaxlint.jaxapi.numpy import OnTracer, jax_equivalent, on_tracer
from jaxlint.jaxapi.removals import Form, Removal, RemovedParameter, added, available, removed, removed_parameter
from jaxlint.jaxapi.signatures import Signature, signature
from jaxlint.jaxapi.transforms import Feed, Traced, Transform, transform
from jaxlint.jaxapi.versions import Version, has, newest, spelled, version

__all__ = [
    "Attribute",
    "Consumer",
    "Effect",
    "Feed",
    "Form",
    "Function",
    "OnTracer",
    "Removal",
    "RemovedParameter",
    "Returns",
    "Signature",
    "Sized",
    "Traced",
    "Transform",
    "Version",
    "added",
    "array_attribute",
    "available",
    "canonical",
    "draws_when_called",
    "function",
    "has",
    "host_effect",
    "jax_equivalent",
    "key_consumer",
    "newest",
    "on_tracer",
    "pure_method",
    "refuses_lists",
    "removed",
    "removed_parameter",
    "signature",
    "spelled",
    "transform",
    "update_method",
    "version",
]
