from lib.composition import compose
from lib.ticks.event_address import EventAddress, event_address

KEY = "test-event-key"


def address(**environ: str) -> EventAddress:
    composition = compose(environ)
    assert composition.settings is not None
    return event_address(composition.settings, composition.decision)


class TestUrl:
    def test_inngests_own_unless_said_otherwise(self) -> None:
        assert address(INNGEST_EVENT_KEY=KEY).url == f"https://inn.gs/e/{KEY}"

    def test_the_dev_server_takes_any_key(self) -> None:
        assert address(INNGEST_DEV="1").url == "http://127.0.0.1:8288/e/NO_EVENT_KEY_SET"
        assert address(INNGEST_DEV="localhost:9000").url == "http://localhost:9000/e/NO_EVENT_KEY_SET"

    def test_the_dev_server_comes_first(self) -> None:
        """Events and API both go there, whatever the overrides say (design §9)."""
        url = address(
            INNGEST_DEV="http://localhost:9000",
            INNGEST_EVENT_API_BASE_URL="https://events.example.com",
            INNGEST_EVENT_KEY=KEY,
        ).url
        assert url == f"http://localhost:9000/e/{KEY}"

    def test_a_dev_server_that_is_off_is_none(self) -> None:
        assert address(INNGEST_DEV="0", INNGEST_EVENT_KEY=KEY).url == f"https://inn.gs/e/{KEY}"

    def test_the_event_apis_address_comes_before_the_common_one(self) -> None:
        """The SDK's precedence."""
        common = {"INNGEST_BASE_URL": "https://inngest.example.com:8443/", "INNGEST_EVENT_KEY": KEY}
        assert address(**common).url == f"https://inngest.example.com:8443/e/{KEY}"
        own = address(**common, INNGEST_EVENT_API_BASE_URL="https://events.example.com").url
        assert own == f"https://events.example.com/e/{KEY}"

    def test_a_path_in_the_base_is_dropped(self) -> None:
        """As the SDK drops it: the functions' calls would go elsewhere otherwise."""
        url = address(INNGEST_BASE_URL="https://example.com/a/b?c=d#e", INNGEST_EVENT_KEY=KEY).url
        assert url == f"https://example.com/e/{KEY}"

    def test_is_never_shown(self) -> None:
        assert KEY not in repr(address(INNGEST_EVENT_KEY=KEY))


class TestEnvironment:
    def test_is_named_in_a_header(self) -> None:
        named = address(DEPLOYMENT="preview", INNGEST_ENV="my-branch", INNGEST_EVENT_KEY=KEY)
        assert named.headers == {"x-inngest-env": "my-branch"}

    def test_is_left_out_where_there_is_none(self) -> None:
        assert address(INNGEST_DEV="1").headers == {}
