"""The web side: feeds and articles over HTTP, within limits and with manners.

address  which addresses may be connected to
fetch    one document, its redirects, its bounds
robots   what robots.txt permits
hosts    many hosts at once, each one gently
feeds    URLs of feeds → entries
articles entries → pages
"""

from transforms.web.articles import FetchArticles
from transforms.web.feeds import FetchFeeds
from transforms.web.fetch import FetchPolicy, default_user_agent

__all__ = ["FetchArticles", "FetchFeeds", "FetchPolicy", "default_user_agent"]
