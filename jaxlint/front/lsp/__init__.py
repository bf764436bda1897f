"""The language server. Needs the extra ``lsp``; nothing else imports this."""

from jaxlint.front.lsp.server import serve

__all__ = ["serve"]
