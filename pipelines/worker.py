"""The process of a local worker: Beam's own, without its log. Run as `python -m pipelines.worker`.

What fails in a step reaches the program through Beam; what Beam writes to stderr beside that is noise, most
of all when the program was stopped.
"""

import logging
import os
import signal
import sys

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; without the program we end too
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main(sys.argv)
    os._exit(0)  # see pipelines.cli.entry
