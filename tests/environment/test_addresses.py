import pytest

from lib.environment.addresses import DEV_SERVER, dev_server, host_of, is_local, is_local_number, same_origin


class TestDevServer:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (None, None),
            ("false", None),
            ("0", None),
            ("1", DEV_SERVER),
            ("TRUE", DEV_SERVER),
            ("inngest:8288", "http://inngest:8288"),
            ("http://inngest:8288", "http://inngest:8288"),
        ],
    )
    def test_where_it_is(self, value: str | None, expected: str | None) -> None:
        assert dev_server(value) == expected


class TestIsLocal:
    @pytest.mark.parametrize(
        "address",
        [
            "http://localhost:8288",
            "http://app.localhost",
            "http://127.0.0.1:8288",
            "http://[::1]:8288",
            "http://10.1.2.3",
            "http://172.16.0.1",
            "http://192.168.0.7:80",
            "http://[fd00::1]",
            "http://inngest:8288",
            "http://HOST.docker.internal:8288",
            "http://host.docker.internal.:8288",
        ],
    )
    def test_this_machine_or_a_private_network(self, address: str) -> None:
        """Loopback, private address, single-label host, the container host (design §9)."""
        assert is_local(address)

    @pytest.mark.parametrize(
        "address",
        [
            "https://api.inngest.com",
            "http://8.8.8.8",
            "http://[2600::1]",
            "http://localhost.example.com",
            "http://user@example.com",
            "http://host.docker.internal.example.com",
            "http://",
            "http://[broken",
        ],
    )
    def test_anywhere_else(self, address: str) -> None:
        assert not is_local(address)


class TestSameOrigin:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("https://Everytick.example.com/", "everytick.example.com"),
            ("https://everytick.example.com:443", "everytick.example.com."),
            ("everytick.example.com/api", "EVERYTICK.example.com"),
        ],
    )
    def test_written_otherwise(self, one: str, other: str) -> None:
        assert same_origin(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("https://everytick-git-main.vercel.app", "everytick.example.com"),
            ("https://everytick.example.com:8443", "everytick.example.com"),
            ("https://", "https://"),
            ("https://a:port", "https://a:port"),
        ],
    )
    def test_different_or_none(self, one: str, other: str) -> None:
        assert not same_origin(one, other)

    def test_an_address_that_cannot_be_taken_apart_has_no_host(self) -> None:
        assert host_of("https://[broken") is None


class TestLocalNumber:
    @pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.0.1", "::ffff:172.16.0.1"])
    def test_this_machine_and_private_networks(self, address: str) -> None:
        assert is_local_number(address)

    @pytest.mark.parametrize(
        "address", ["8.8.8.8", "::ffff:8.8.8.8", "2001:4860:4860::8888", "localhost", "", "127.0.0.1:80"]
    )
    def test_nothing_else(self, address: str) -> None:
        """IPv4 in the clothes of IPv6 is what it is; a name is no number."""
        assert not is_local_number(address)
