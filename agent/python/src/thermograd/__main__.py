"""python -m thermograd run [OPTIONS] train.py [ARGS]: watches a script without a changed line."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, Dict, List, Optional

DEFAULT_SINK = "kafka://127.0.0.1:9092"


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from . import __version__, native

        parser.exit(message=f"thermograd {__version__}\n{native.describe()}\n")


def main(argv: Optional[List[str]] = None) -> None:
    parser = argparse.ArgumentParser(prog="thermograd", description="Watch the dynamics of PyTorch training.")
    parser.add_argument("--version", action=_Version, nargs=0, help="say the version, and what makes sketches")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="run a training script and watch every optimizer it makes",
        usage="thermograd run [OPTIONS] [--] [python] SCRIPT.py [ARGS …]",
        description="Run a training script as it is, and watch every optimizer it makes.",
    )
    run.add_argument("--sink", default=os.environ.get("THERMOGRAD_SINK", DEFAULT_SINK), help='"kafka://HOST:PORT", "http://HOST:PORT" or "FILE.tgr" (default: %(default)s)')
    run.add_argument("--run-id", help="name of the run (default: the script's and the time)")
    run.add_argument("--attempt", type=int, help="counts restarts of the run from a checkpoint (default: what torchrun or Slurm say, else 0)")
    run.add_argument("--dataset-size", type=int, help="examples of an epoch")
    run.add_argument("--budget-steps", type=int, help="steps that the run is meant to take")
    run.add_argument("--accumulation", choices=["mean", "sum"], default="mean", help="whether the script divides the loss by the number of its backward passes")
    run.add_argument("--dim", type=int, default=1024, help="floats in a sketch (default: %(default)s)")
    run.add_argument("--label", action="append", default=[], metavar="NAME=VALUE", help="a label of the run; repeatable")
    run.add_argument("script", metavar="SCRIPT.py")
    run.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGS")
    from . import tail
    from .native import build

    tailing = tail.add_command(commands)
    building = build.add_command(commands)
    options = parser.parse_args(argv)
    if options.command == "tail":
        try:
            sys.exit(tail.run(options))
        except (ValueError, ImportError, OSError) as error:
            tailing.error(str(error))

    if options.command == "native":
        try:
            sys.exit(build.run())
        except OSError as error:
            building.error(str(error))

    script, arguments = options.script, options.arguments
    if os.path.basename(script).startswith("python") and not script.endswith(".py"):
        if not arguments or arguments[0].startswith("-"):
            run.error("what follows python should be a script: options of python itself cannot be passed on")
        script, arguments = arguments[0], arguments[1:]
    if not os.path.isfile(script):
        run.error(f"SCRIPT.py should be a file: was {script!r}")
    labels: Dict[str, str] = {}
    for label in options.label:
        name, equals, value = label.partition("=")
        if not equals or not name:
            run.error(f"--label should be NAME=VALUE: was {label!r}")
        labels[name] = value

    from .launch import Launcher

    try:
        launcher = Launcher(
            options.sink,
            run_id=options.run_id,
            attempt=options.attempt,
            dataset_size=options.dataset_size,
            budget_steps=options.budget_steps,
            accumulation=options.accumulation,
            dim=options.dim,
            labels=labels,
        )
    except (ValueError, ImportError, OSError) as error:
        run.error(str(error))
    launcher.run(script, arguments)


if __name__ == "__main__":
    main()
