"""Options of the web: how to behave there, and who asks."""

import argparse
import re
from collections.abc import Iterable

from pipelines.usage import UsageError
from pipelines.values import byte_size, duration
from transforms.web import FetchPolicy, default_user_agent
from transforms.web.address import may_be_public
from transforms.web.fetch import host_of


def add_web_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that make up a `FetchPolicy`."""
    add = parser.add_argument
    add(
        "--allow-private-hosts", action="store_true", help="let requests reach private and loopback addresses"
    )
    add(
        "--user-agent",
        default=default_user_agent(),
        metavar="TEXT",
        help="sent with each request; the open web wants a contact in it (default: %(default)s)",
    )
    add(
        "--host-delay",
        type=duration,
        default=1.0,
        metavar="1s",
        help="between two requests to a host (default: 1s)",
    )
    add(
        "--max-page-bytes",
        type=byte_size,
        default=10 * 1024**2,
        metavar="10M",
        help="larger pages are rejected (default: 10M)",
    )
    add(
        "--fetch-timeout",
        type=duration,
        default=30.0,
        metavar="30s",
        help="for a request as a whole (default: 30s)",
    )


def policy_of(parsed: argparse.Namespace) -> FetchPolicy:
    """Returns what the options of `add_web_options` say.

    Raises:
        UsageError: They cannot be followed.
    """
    try:
        return FetchPolicy(
            user_agent=parsed.user_agent,
            timeout=parsed.fetch_timeout,
            max_page_bytes=parsed.max_page_bytes,
            host_delay=parsed.host_delay,
            allow_private_hosts=parsed.allow_private_hosts,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def check_contact(user_agent: str, urls: Iterable[str]) -> None:
    """Makes sure that whoever runs a site of the open web can find out who asks.

    Raises:
        UsageError: The user agent names neither a web nor a mail address, and one of `urls` may be public.
    """
    if re.search(r"https?://\S|\S@\S", user_agent):
        return
    open_web = next((url for url in urls if may_be_public(host_of(url))), None)
    if open_web:
        raise UsageError(
            f"{open_web} is on the open web: say there who asks, "
            "--user-agent 'newsbeam (+https://you.example/bot)' or with a mail address"
        )
