"""The process of a local worker: Beam's own, without its log. Run as `python -m pipelines.worker`."""

import logging
import os
import signal
import sys
import warnings

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the program itself ends us
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main(sys.argv)
    os._exit(0)  # see pipelines.cli.entry
