"""What is a URL, what its parts are, and what is said of one that cannot be read."""

import os
import sys

import pytest

import sonograph as sg
from sonograph.errors import MissingExtra, SettingsError, SourceError
from sonograph.io.object_urls import is_url, parts

pytest.importorskip("fsspec", reason="fsspec is not installed: make cluster")


def test_what_a_url_names():
    assert all(map(is_url, ("memory://a.wav", "sftp://host/a.wav", b"hdfs:///a.wav", "github://org:repo@main/a.wav")))
    assert not any(map(is_url, ("file:///home/a.wav", "memory:/a.wav", "x/memory://a.wav", "C://a.wav")))
    assert parts("memory://a.wav") == ("memory", "", "a.wav")
    assert parts("memory:///a/b.wav") == ("memory", "/", "a/b.wav")
    assert parts("ftp://me@host:21/a/b.wav") == ("ftp", "me@host:21/", "a/b.wav")
    assert parts("ftp://host/a/") == ("ftp", "host/", "a/")
    with pytest.raises(SettingsError, match=r"nosuch:// is known neither here nor to fsspec"):
        sg.open("nosuch://a.wav")
    with pytest.raises(SettingsError, match=r"name one whole path without \? and ::"):
        sg.open("zip://a.wav::memory.zip")
    with pytest.raises(SourceError, match="does not exist in the memory of this process"):
        sg.open("memory://nothing.wav")
    with pytest.raises(SourceError, match="does not exist"):
        sg.open("file:///nothing.wav")


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "paramiko", None)
    for known in [name for name in sys.modules if name.startswith("fsspec.implementations.sftp")]:
        monkeypatch.delitem(sys.modules, known)
    with pytest.raises(MissingExtra, match=r"^sftp:// needs more than fsspec: .*paramiko"):
        sg.open("sftp://host/a.wav")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtra, match=r"^memory:// needs fsspec: pip install fsspec"):
        sg.open("memory://a.wav")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("s3://bucket/a.wav", r"no keys .* environment: AWS_ACCESS_KEY_ID, .* AWS_SKIP_SIGNATURE=true for a bucket"),
        ("gs://bucket/a.wav", r"no keys .* environment: GOOGLE_SERVICE_ACCOUNT, .* GOOGLE_SKIP_SIGNATURE=true"),
        ("az://box/a.wav", r"its account is not known\. Give .*: AZURE_STORAGE_ACCOUNT_NAME, .* AZURE_SKIP_SIGNATURE="),
    ],
)
def test_where_keys_are_missing_those_of_that_store_are_named(url, says, monkeypatch):
    pytest.importorskip("obstore", reason="the extra cloud is not installed")
    for name in [name for name in os.environ if name.startswith(("AWS_", "GOOGLE_", "AZURE_"))]:
        if "METADATA" not in name:
            monkeypatch.delenv(name)
    with pytest.raises(SourceError, match=says):
        sg.open(url)
