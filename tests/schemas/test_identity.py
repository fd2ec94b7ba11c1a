from dataclasses import replace

import pytest

from schemas import Document
from schemas.identity import address_key, article_id, content_hash

DOCUMENT = Document(source_uri="a.txt", via="text", text="Die Straße ist gesperrt.", text_from="dump")


def test_content_hash_looks_past_case_space_and_unicode_form():
    assert content_hash("Die  Stra\u00dfe\nist zu") == content_hash("die strasse ist zu ")
    assert content_hash("café") == content_hash("cafe\u0301")
    assert content_hash("a b") != content_hash("ab")


def test_the_address_tells_articles_apart_where_there_is_one():
    here = replace(DOCUMENT, url="https://kurier.example/a?x", canonical_url="https://kurier.example/a")
    changed = replace(here, text="Die Straße ist frei.", url="https://kurier.example/a?y")
    assert article_id(here) == article_id(changed)
    assert article_id(here) != article_id(replace(here, canonical_url="https://kurier.example/b"))


@pytest.mark.parametrize(
    "address",
    [
        "http://kurier.example/news/a-4711",
        "https://www.kurier.example/news/a-4711/",
        "https://m.kurier.example/news/a-4711",
        "https://mobile.kurier.example/news/a-4711",
        "https://amp.kurier.example/news/a-4711",
        "https://kurier.example/news/a-4711/index.html",
    ],
)
def test_variants_of_an_address_are_one_article(address):
    plain = replace(DOCUMENT, canonical_url="https://kurier.example/news/a-4711")
    assert article_id(replace(DOCUMENT, canonical_url=address)) == article_id(plain)


@pytest.mark.parametrize(
    "address",
    [
        "https://kurier.example/news/a-4712",
        "https://kurier.example/news/a-4711?page=2",
        "https://sport.kurier.example/news/a-4711",
        "https://kurier.example:8080/news/a-4711",
        "https://kurier.example/#!/news/a-4711",
        "https://m.example/news/a-4711",
    ],
)
def test_other_addresses_are_other_articles(address):
    plain = replace(DOCUMENT, canonical_url="https://kurier.example/news/a-4711")
    assert article_id(replace(DOCUMENT, canonical_url=address)) != article_id(plain)


def test_a_domain_may_be_called_mobile():
    assert address_key("https://mobile.example/a") == "//mobile.example/a"
    assert address_key("http://[") == "http://["


def test_without_an_address_the_text_does():
    assert article_id(DOCUMENT) == article_id(replace(DOCUMENT, source_uri="b.txt", title="Sperrung"))
    assert article_id(DOCUMENT) != article_id(replace(DOCUMENT, text="Die Straße ist frei."))


def test_an_id_is_128_bits_in_hexadecimal():
    assert len(article_id(DOCUMENT)) == 32
    assert int(article_id(DOCUMENT), 16) >= 0
