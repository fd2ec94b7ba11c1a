"""What flows through the pipeline and what comes out of it. Imports nothing of Beam."""

from schemas.document import Document, Evidence, Topic
from schemas.page import FeedEntry, Media, Metadata, RawPage
from schemas.rejection import Reason, Rejection, refuse
from schemas.source import Kind, Source

__all__ = [
    "Document",
    "Evidence",
    "FeedEntry",
    "Kind",
    "Media",
    "Metadata",
    "RawPage",
    "Reason",
    "Rejection",
    "Source",
    "Topic",
    "refuse",
]
