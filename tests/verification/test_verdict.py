from lib.environment.decision import DeploymentKind
from lib.verification.look import Answer
from lib.verification.verdict import Finding, judge


def answer(*env: str) -> Answer:
    return Answer(status=200, env=env, content_type="application/json", location=None, body=b"")


class TestDoubled:
    def test_two_headers_are_none(self) -> None:
        """Whoever reads the first and whoever reads the last would see different environments."""
        for env in (("x", "x"), ("x", "production")):
            found = judge(answer("x"), answer(*env), expected=DeploymentKind.PREVIEW, bypassed=False)
            assert found.finding is Finding.MALFORMED
