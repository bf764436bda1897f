"""A bug of a rule or of the static tracer fails the test that meets it, instead of becoming a diagnostic."""

import os

os.environ["JAXLINT_RAISE"] = "1"
