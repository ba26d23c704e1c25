"""What is read out of a build's log."""

from pathlib import Path

from dev.rehearsal.build import Build

LOG = """\
Installed 37 packages in 48ms
 + a_package (isolation): not a problem, printed before the build command
Executing: python -m dev.installed && python -m flask env check
  Packages     as locked in requirements.txt
Deployment: preview
Refused: every route answers 503.
production_key_in_preview (isolation): INNGEST_SIGNING_KEY is a production key in a preview deployment.
  Limit the key to production and give previews the branch key, or no keys: then Inngest is off there.
signing_key_malformed (usability): INNGEST_SIGNING_KEY_FALLBACK is not a signing key: work is done inline.
Error: Command "python -m dev.installed && python -m flask env check" exited with 3
"""


def test_the_guards_problems_are_found() -> None:
    build = Build(checkout=Path(), ok=False, seconds=1, output=LOG)
    assert build.refusals == ["production_key_in_preview", "signing_key_malformed"]
    assert build.problems[0].startswith("production_key_in_preview (isolation): INNGEST_SIGNING_KEY")


def test_a_build_that_broke_before_has_no_refusal() -> None:
    build = Build(checkout=Path(), ok=False, seconds=1, output="error: no space left on device\n")
    assert (build.said, build.refusals) == ([], [])
