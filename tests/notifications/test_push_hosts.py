"""Guarantee 25: the server connects only to allowed push hosts."""

import re
from urllib.parse import urlsplit

import pytest
from urllib3.util import parse_url

from notifications.push_hosts import ADDRESS, is_allowed, origin_of

ALLOWED = [
    "https://fcm.googleapis.com/fcm/send/dA1:APA91b",
    "https://fcm.googleapis.com:443/fcm/send/x",
    "HTTPS://FCM.GoogleAPIs.com/wp/x",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://autopush.push.services.mozilla.com/wpush/v2/gAAA",
    "https://db5p.notify.windows.com/w/?token=BQYAAAB%2f",
    "https://wns2-par02p.notify.windows.com/w/?token=x",
    "https://web.push.apple.com/QGuQyavXutnMuDHY",
    "https://api.push.apple.com/3/device/x",
    "https://fcm.googleapis.com/..//;a=b?c=d~e!$&'()*+,=:@",
]

REFUSED = [
    # another scheme, or none
    "",
    "fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "http://fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://fcm.googleapis.com/x",
    "javascript:alert(1)",
    "https:fcm.googleapis.com/x",
    "https:/fcm.googleapis.com/x",
    "https:///fcm.googleapis.com/x",
    # another host
    "https://example.com/",
    "https://localhost/x",
    "https://localhost.localdomain/x",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://googleapis.com/x",
    "https://storage.googleapis.com/x",
    "https://evil-fcm.googleapis.com/x",
    "https://evilfcm.googleapis.com/x",
    "https://fcm.googleapis.com.evil.com/x",
    "https://fcm.googleapis.comevil.com/x",
    "https://evilpush.apple.com/x",
    "https://push.apple.com.evil.com/x",
    "https://push.apple.com/x",
    "https://evilnotify.windows.com/x",
    # strange dots and labels
    "https://fcm.googleapis.com./x",
    "https://.push.apple.com/x",
    "https://a..push.apple.com/x",
    "https://-a.push.apple.com/x",
    "https://a-.push.apple.com/x",
    "https://a_b.push.apple.com/x",
    "https://" + "a" * 64 + ".push.apple.com/x",
    # userinfo, and what some parsers take for it
    "https://user@fcm.googleapis.com/x",
    "https://user:password@fcm.googleapis.com/x",
    "https://fcm.googleapis.com@evil.com/x",
    "https://fcm.googleapis.com:443@evil.com/x",
    "https://evil.com#@fcm.googleapis.com/x",
    "https://evil.com?@fcm.googleapis.com/x",
    "https://evil.com\\@fcm.googleapis.com/x",
    "https://fcm.googleapis.com\\@evil.com/x",
    "https://fcm.googleapis.com\\.evil.com/x",
    "https://fcm.googleapis.com/\\evil.com",
    "https:\\\\fcm.googleapis.com\\x",
    "https://fcm.googleapis.com#.evil.com/x",
    "https://fcm.googleapis.com?.evil.com/x",
    "https://fcm.googleapis.com;.evil.com/x",
    # this machine and its neighbours
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/x",
    "https://0x7f000001/x",
    "https://0177.0.0.1/x",
    "https://0.0.0.0/x",
    "https://10.0.0.1/x",
    "https://192.168.0.1/x",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[fe80::1%25eth0]/x",
    "https://[::]/x",
    "https://127.0.0.1.nip.io/x",
    # ports
    "https://fcm.googleapis.com:80/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com:22/x",
    "https://fcm.googleapis.com:/x",
    "https://fcm.googleapis.com:0/x",
    "https://fcm.googleapis.com:-443/x",
    "https://fcm.googleapis.com:443:80/x",
    "https://fcm.googleapis.com:65979/x",  # 443 modulo 65536
    "https://fcm.googleapis.com:４４３/x",
    # escapes and letters that look like others, or are folded into them
    "https://fcm.googleapis%2ecom/x",
    "https://fcm%00.googleapis.com/x",
    "https://fcm.googleapis.com%2f@evil.com/x",
    "https://fcm.googleapi\u017f.com/x",
    "https://updates.push.services.mozilla.com\u2044.evil.com/x",
    "https://ｆｃｍ.googleapis.com/x",
    "https://fcm\u3002googleapis\u3002com/x",
    "https://fcm.googleapis.com\uff0fx",
    "https://fсm.googleapis.com/x",  # a Cyrillic с
    "https://fcm.google\u00adapis.com/x",
    # white space and control characters
    " https://fcm.googleapis.com/x",
    "https://fcm.googleapis.com/x ",
    "https://fcm.googleapis.com /x",
    "https://fcm.googleapis.com\t/x",
    "ht\ntps://fcm.googleapis.com/x",
    "https://fcm.googleapis.com/x\n",
    "https://fcm.googleapis.com/x\r\nHost: evil.com",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com\x00.evil.com/x",
    "https://fcm.googleapis.com/\x00",
    # no path, and too long a one
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com/" + "x" * 1000,
]

NAMED = [
    ("http://127.0.0.1:9000/push/1", "127.0.0.1:9000"),
    ("http://localhost/push/1", "localhost"),
    ("https://localhost/push/1", "localhost"),
    ("https://push.example.com/push/1", " Push.Example.com "),
    ("http://[::1]:9000/push/1", "[::1]:9000"),
]

NOT_NAMED = [
    ("http://127.0.0.1:9001/push/1", "127.0.0.1:9000"),
    ("http://127.0.0.1/push/1", "127.0.0.1:9000"),
    ("http://127.0.0.1:9000/push/1", "127.0.0.1"),
    ("http://127.0.0.1.evil.com:9000/push/1", "127.0.0.1:9000"),
    ("http://a.push.example.com/push/1", "push.example.com"),
    ("http://push.example.com.evil.com/push/1", "push.example.com"),
    ("http://push.example.com@evil.com/push/1", "push.example.com"),
    ("https://example.com/push/1", ""),
    ("https://example.com/push/1", "*"),
    ("https://example.com/push/1", ".com"),
    ("https://example.com/push/1", "https://example.com"),
]


@pytest.mark.parametrize("address", ALLOWED)
def test_push_services_are_allowed(address):
    assert is_allowed(address)


@pytest.mark.parametrize("address", REFUSED, ids=ascii)
def test_everything_else_is_refused(address):
    assert not is_allowed(address)


@pytest.mark.parametrize("address", REFUSED, ids=ascii)
def test_everything_else_is_refused_also_when_hosts_are_named(address):
    assert not is_allowed(address, ["127.0.0.1:9000", "push.example.com"])


@pytest.mark.parametrize(("address", "name"), NAMED)
def test_a_host_that_is_named_may_be_plain_http_or_this_machine(address, name):
    assert not is_allowed(address)

    assert is_allowed(address, ["other.example.com", name])


@pytest.mark.parametrize(("address", "name"), NOT_NAMED)
def test_a_host_is_named_with_its_port_and_without_its_family(address, name):
    assert not is_allowed(address, [name])


@pytest.mark.parametrize("address", ["https://fcm.googleapi\u017f.com/x", "https://\u212aey.push.apple.com/x"])
def test_letters_that_fold_into_ascii_are_none_of_ours(address):
    """The control is the pattern without re.ASCII, which takes the long s for an s."""
    careless = re.compile(ADDRESS.pattern, re.IGNORECASE)

    assert careless.fullmatch(address)
    assert not is_allowed(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_what_is_let_through_is_read_in_the_same_way_by_whoever_connects(address):
    origin = origin_of(address)

    ours, theirs = tuple(origin), parse_url(address)

    assert ours == (theirs.scheme, theirs.host, theirs.port or 443)
    assert origin.host == urlsplit(address).hostname
