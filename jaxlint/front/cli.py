"""The command line. ``jaxlint PATHS`` means ``jaxlint check PATHS``; the bodies import what they need when they run."""

import importlib
import json
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
import typer.core

from jaxlint import __version__
from jaxlint.engine.options import ConfigError, Format, Options, check_target
from jaxlint.engine.select import suggestion
from jaxlint.engine.write import WriteError
from jaxlint.front.completion import rules, selectors
from jaxlint.front.terminal import Colour, complain, make_streams_safe, render

if TYPE_CHECKING:
    from jaxlint.engine.settings import Configuration


class DefaultGroup(typer.core.TyperGroup):
    """A group whose first command may be left out."""

    default_cmd = "check"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if ctx.resilient_parsing and not args:
            return super().parse_args(ctx, args)
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts + parameter.secondary_opts}
        if not args or (args[0] not in self.commands and args[0] not in own):
            args = [self.default_cmd, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Offer the options of ``check`` beside the subcommands."""
        command = self.commands[self.default_cmd]
        with command.make_context(self.default_cmd, [], parent=ctx, resilient_parsing=True) as sub:
            return super().shell_complete(ctx, incomplete) + command.shell_complete(sub, incomplete)


app = typer.Typer(
    cls=DefaultGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    help="Finds what will fail, be silently wrong or be slow in JAX code, and rewrites it.",
    epilog="`jaxlint PATHS` means `jaxlint check PATHS`.",
)

Several = list[str] | None


def run(argv: Sequence[str]) -> int:
    """Run the command line; the exit code: 0 clean, 1 findings remain, 2 usage, configuration or internal error."""
    make_streams_safe()
    try:
        app(args=list(argv), prog_name="jaxlint")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except (ConfigError, WriteError) as error:
        complain(f"error: {error}")
    except BrokenPipeError:
        sys.stdout = None  # nobody reads it: do not fail again when it is flushed
        return 1
    except Exception:
        traceback.print_exc()
        complain("error: this is a bug in jaxlint; please report it with the lines above")
    return 2


def _say_version(asked: bool) -> None:
    if asked:
        print(f"jaxlint {__version__}")
        raise typer.Exit(0)


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    pass


@app.command()
def check(
    paths: Annotated[Several, typer.Argument(help="Files and folders; `-` is stdin.", show_default=".")] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Apply safe fixes, report what remains.")] = False,
    unsafe_fixes: Annotated[
        bool | None,
        typer.Option("--unsafe-fixes/--no-unsafe-fixes", help="Also apply fixes that may change behaviour."),
    ] = None,
    fix_only: Annotated[bool, typer.Option("--fix-only", help="Apply fixes, report nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show what the fixes would change; write nothing.")] = False,
    show_fixes: Annotated[bool, typer.Option("--show-fixes", help="List what was fixed.")] = False,
    select: Annotated[
        Several,
        typer.Option(help="Rules to run: JAX3, JAX301, key-reuse, ALL; with commas.", autocompletion=selectors),
    ] = None,
    ignore: Annotated[Several, typer.Option(help="Rules to leave out.", autocompletion=selectors)] = None,
    extend_select: Annotated[
        Several, typer.Option(help="Rules to run besides the selected ones.", autocompletion=selectors)
    ] = None,
    target_jax: Annotated[
        str | None, typer.Option(metavar="X.Y.Z", help="The oldest JAX that the code has to run with.")
    ] = None,
    output_format: Annotated[Format | None, typer.Option(help="How to report; the default is full.")] = None,
    output_file: Annotated[Path | None, typer.Option(help="Where to report instead of stdout.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show the steps of each proof, in concise too.")] = False,
    statistics: Annotated[bool, typer.Option("--statistics", help="Count per rule.")] = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Check again whenever a file changes.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 even if there are findings.")] = False,
    add_ignore: Annotated[
        bool, typer.Option("--add-ignore", help="Add a `# jaxlint: ignore[...]` for every finding.")
    ] = False,
    baseline: Annotated[Path | None, typer.Option(help="Report only what is not in this file.")] = None,
    write_baseline: Annotated[
        Path | None, typer.Option(help="Write all findings to this file, for --baseline; report nothing.")
    ] = None,
    stdin_filename: Annotated[Path | None, typer.Option(help="The name of what is read from stdin.")] = None,
    config: Annotated[Several, typer.Option(help="A configuration file, or a setting `key = value`.")] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no configuration file.")] = False,
    force_exclude: Annotated[
        bool, typer.Option("--force-exclude", help="Leave out excluded files even if they are named.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Run the code: confirm findings; with --fix, apply what is proved only.")
    ] = False,
    inputs: Annotated[
        Path | None, typer.Option(help="With --verify: a file with the inputs: .py, .json or .npz.")
    ] = None,
    color: Annotated[Colour, typer.Option(help="Colours in reports.")] = "auto",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Neither read nor write the cache.")] = False,
    cache_dir: Annotated[
        Path | None, typer.Option(help="Where the cache is; the default is .jaxlint_cache beside the configuration.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=1, help="Processes at most; one a core if left out.")
    ] = None,
) -> None:
    """Lint files and folders (the default command)."""
    from jaxlint.front.check import Request
    from jaxlint.front.check import check as run_check

    _check_for_typo(paths or [])
    overrides = Options(
        select=None if select is None else _split(select),
        ignore=_split(ignore),
        extend_select=_split(extend_select),
        target_jax=target_jax,
    )
    check_target(target_jax, "--target-jax")
    if inputs and not verify:
        raise ConfigError("--inputs are for --verify, which runs the code")
    request = Request(
        tuple(map(Path, paths or ())),
        _configuration(config, isolated, overrides),
        fix=fix,
        fix_only=fix_only,
        diff=diff,
        unsafe_fixes=unsafe_fixes,
        show_fixes=show_fixes,
        add_ignore=add_ignore,
        baseline=baseline,
        write_baseline=write_baseline,
        output_format=output_format,
        output_file=output_file,
        statistics=statistics,
        explain=explain,
        exit_zero=exit_zero,
        force_exclude=force_exclude,
        verify=verify,
        inputs=inputs,
        stdin_filename=stdin_filename,
        color=color,
        no_cache=no_cache,
        cache_dir=cache_dir,
        jobs=jobs,
    )
    if watch:
        from jaxlint.front.watch import watch as run_watch

        raise typer.Exit(run_watch(request, lambda: _configuration(config, isolated, overrides)))
    raise typer.Exit(run_check(request))


@app.command()
def rule(
    name: Annotated[
        str | None, typer.Argument(metavar="CODE|NAME", help="JAX301, or key-reuse.", autocompletion=rules)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="The pages of all rules.")] = False,
) -> None:
    """Explain a rule."""
    from jaxlint.engine.settings import Configuration
    from jaxlint.front.pages import find, for_readers, page

    if (name is None) == (not every):
        raise ConfigError("name one rule, or give --all")
    known = Configuration(isolated=True).rules
    text = "\n\n".join(page(one).rstrip() for one in (known if name is None else (find(name, known),)))
    if sys.stdout.isatty():
        render(for_readers(text))
    else:
        print(text)


@app.command()
def config(
    path: Annotated[Path, typer.Argument(help="The file or folder whose settings to show.")] = Path("."),
    schema: Annotated[bool, typer.Option("--schema", help="The JSON schema of the configuration instead.")] = False,
    config: Annotated[Several, typer.Option(help="A configuration file, or a setting `key = value`.")] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no configuration file.")] = False,
) -> None:
    """Show the settings that hold for a file or folder, as JSON."""
    from jaxlint.engine.options import json_schema
    from jaxlint.engine.settings import described

    place = path.absolute()
    found = _configuration(config, isolated, Options())
    print(json.dumps(json_schema() if schema else described(found, place), indent=2))


@app.command()
def server() -> None:
    """Speak the Language Server Protocol on stdin and stdout."""
    try:
        lsp = importlib.import_module("jaxlint.front.lsp")
    except ModuleNotFoundError as error:
        raise ConfigError(f"{error.name} is not installed; run: pip install 'jaxlint[lsp]'") from None
    lsp.serve()


@app.command()
def verify(
    before: Annotated[Path, typer.Argument(help="The original.")],
    after: Annotated[
        Path | None, typer.Argument(help="The rewritten file; else what --fix or port would write.")
    ] = None,
    function: Annotated[str | None, typer.Option(help="Compare one function only.")] = None,
    inputs: Annotated[Path | None, typer.Option(help="A file with the inputs: .py, .json or .npz.")] = None,
    record: Annotated[
        str | None, typer.Option(metavar="COMMAND", help="Run this, and compare on what it calls the functions with.")
    ] = None,
    grad: Annotated[bool, typer.Option("--grad", help="Compare gradients too.")] = False,
    output_format: Annotated[Literal["rich", "json", "markdown", "html"], typer.Option(help="How to report.")] = "rich",
    speed: Annotated[bool, typer.Option("--speed/--no-speed", help="Measure what is equivalent, too.")] = True,
) -> None:
    """Run original and rewritten code side by side. This executes the files."""
    from jaxlint import verify as room
    from jaxlint.front.rewritten import rewritten

    if not before.is_file():
        raise ConfigError(f"no such file: {before}")
    with rewritten(before, after) as (version, label):
        done = room.run(before, version, function, inputs, grad, output_format, label=label, speed=speed, record=record)
        raise typer.Exit(done)


@app.command()
def port(
    files: Annotated[list[Path], typer.Argument(help="Files that compute with NumPy.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write the port of one file.")] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change; write nothing.")] = False,
    jit: Annotated[bool, typer.Option("--jit/--no-jit", help="Put `jax.jit` on what the module offers.")] = True,
    verify: Annotated[bool, typer.Option("--verify", help="Run the code: compare each function with NumPy.")] = False,
    color: Annotated[Colour, typer.Option(help="Colours in the diff.")] = "auto",
) -> None:
    """Make NumPy modules JAX modules."""
    from jaxlint.front.port import Request
    from jaxlint.front.port import run as run_port

    raise typer.Exit(run_port(Request(tuple(files), output, diff=diff, jit=jit, verify=verify, color=color)))


@app.command()
def clean() -> None:
    """Remove the caches below the working folder."""
    from jaxlint.front.clean import clean as run_clean

    for folder in run_clean(Path.cwd()):
        print(f"removed {folder}")


@app.command()
def version() -> None:
    """Show the version."""
    print(f"jaxlint {__version__}")


def _configuration(listed: Several, isolated: bool, overrides: Options) -> "Configuration":
    from jaxlint.engine.settings import from_command_line

    return from_command_line(listed or [], isolated, overrides)


def _split(words: Several) -> list[str]:
    """``--select A,B --select C`` arrives as two words."""
    return [part.strip() for word in words or () for part in word.split(",") if part.strip()]


def _check_for_typo(paths: list[str]) -> None:
    """``jaxlint rulee X`` reads as two paths. Raises ConfigError that names the command."""
    if paths and not Path(paths[0]).exists() and not Path(paths[0]).suffix:
        commands = [command.callback.__name__ for command in app.registered_commands if command.callback]
        if hint := suggestion(paths[0], commands):
            raise ConfigError(f"no such command, file or folder: {paths[0]}{hint}")
