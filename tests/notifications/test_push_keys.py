"""Keys have one shape, and what is pasted from elsewhere is noticed."""

import base64
import secrets

import pytest

from notifications import push_keys


def test_a_new_pair_has_the_lengths_of_the_environment():
    private, public = push_keys.new_pair()

    assert (len(private), len(public)) == (43, 87)
    assert push_keys.text_of_point(push_keys.private_key(private).public_key()) == public


def test_a_point_that_is_not_on_the_curve_is_no_key():
    off_the_curve = push_keys.encoded(b"\x04" + b"\x01" * 64)

    with pytest.raises(ValueError, match=r"."):
        push_keys.point(off_the_curve)


@pytest.mark.parametrize("number", [0, 2**256 - 1], ids=["zero", "beyond the order"])
def test_a_private_key_is_a_number_of_the_curve(number):
    with pytest.raises(ValueError, match=r"."):
        push_keys.private_key(push_keys.encoded(number.to_bytes(32, "big")))


@pytest.mark.parametrize(
    "text",
    ["", "A" * 21, "A" * 23, "A" * 21 + "+", "A" * 21 + "=", "A" * 21 + "é", "A" * 21 + "\n"],
)
def test_what_is_not_base64url_of_the_length_is_refused(text):
    with pytest.raises(ValueError, match="wrong length or letters"):
        push_keys.decoded(text, 16)


def test_base64url_goes_there_and_back():
    content = secrets.token_bytes(65)

    assert push_keys.decoded(push_keys.encoded(content), 65) == content
    assert push_keys.encoded(content) == base64.urlsafe_b64encode(content).decode().rstrip("=")
