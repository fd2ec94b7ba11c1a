"""The web side: feeds and articles over HTTP, within limits and with manners.

address    which addresses may be connected to
connection a connection there, heard for no longer than its clock runs
policy     how to behave towards servers, what can be read of them
fetch      one document, its redirects, its bounds
robots     what robots.txt permits
opt_outs   by which signs a page reserves its text
fetcher    one request at a time a host, with rests and patience
hosts      many hosts at once, each one gently
schedule   when a feed is looked at again
feed_state what a dataset remembers of each feed
polls      one look at a feed: what to ask for, what the answer means
feeds      URLs of feeds and sitemaps → new entries
articles   entries → pages
"""

from transforms.web.articles import FetchArticles
from transforms.web.feeds import FetchFeeds
from transforms.web.policy import FetchPolicy, default_user_agent

__all__ = ["FetchArticles", "FetchFeeds", "FetchPolicy", "default_user_agent"]
