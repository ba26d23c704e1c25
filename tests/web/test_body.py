import io

import pytest
from flask import Flask, request

from lib.errors import PayloadTooLarge
from lib.web.body import read_body

CHUNKED = {"wsgi.input_terminated": True}


@pytest.fixture
def app() -> Flask:
    return Flask(__name__)


class TestBody:
    def test_up_to_the_limit_and_still_there_for_others(self, app: Flask) -> None:
        with app.test_request_context(method="POST", data=b"12345"):
            assert read_body(5, too_large="no") == b"12345"
            assert request.get_data() == b"12345"

    def test_one_byte_more_is_refused(self, app: Flask) -> None:
        with app.test_request_context(method="POST", data=b"123456"):
            with pytest.raises(PayloadTooLarge, match="no"):
                read_body(5, too_large="no")

    @pytest.mark.parametrize("length", [6, 7, 10_000_000])
    def test_whatever_its_header_says(self, app: Flask, length: int) -> None:
        """A body of unknown length is read one byte past the limit, never to its end."""
        stream = io.BytesIO(b"x" * length)
        with app.test_request_context(method="POST", input_stream=stream, environ_overrides=CHUNKED):
            with pytest.raises(PayloadTooLarge):
                read_body(5, too_large="no")
        assert stream.tell() <= 65_536
