"""What may be asked when the tracing is done; `view.View` is what rules see."""
