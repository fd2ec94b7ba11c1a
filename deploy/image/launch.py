"""Launch: the parameters of the Flex Template as a call of `newsbeam ingest`.

Dataflow's launcher runs this file with `--name=value` for each parameter of template.json, and adds Beam's
own options.
"""

import sys
from collections.abc import Iterable

from pipelines.beam_options import make_beam_parser
from pipelines.cli import EXIT_USAGE, main
from pipelines.options import make_parser

#: The INPUTs, parted by spaces; a launcher knows no words without a name.
INPUTS = "inputs"
SWITCHES = {"true": True, "false": False}
#: Options of Beam that are parameters of the template.
OF_BEAM = {"--streaming"}


def call(parameters: Iterable[str]) -> list[str]:
    """Returns the words of `newsbeam ingest` for parameters such as `--run_date=2026-11-20`.

    A parameter is named as the option with `_` for `-`; an empty value counts as not given, a switch takes
    `true` or `false`. What is no option of the program passes through: it is Beam's.

    Raises:
        ValueError: A switch has another value.
    """
    actions = [action for action in make_beam_parser()._actions if OF_BEAM & set(action.option_strings)]
    actions += make_parser()._actions
    options = {name.removeprefix("--"): action for action in actions for name in action.option_strings}
    words = []
    for parameter in parameters:
        name, _, value = parameter.removeprefix("--").partition("=")
        option = name.replace("_", "-")
        if name == INPUTS:
            words += value.split()
        elif option not in options:
            words.append(parameter)
        elif options[option].nargs == 0:
            if value and value not in SWITCHES:
                raise ValueError(f"{name}: write true or false, not {value!r}")
            words += [f"--{option}"] if SWITCHES.get(value) else []
        elif value:
            words.append(f"--{option}={value}")
    return words


if __name__ == "__main__":
    try:
        words = call(sys.argv[1:])
    except ValueError as error:
        print(f"newsbeam: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(EXIT_USAGE)
    sys.exit(main(["ingest", *words]))
