"""Documents: the completion scripts and the manual's pages, as they are installed."""

import pytest
from programs import ROOT, softmax

from softmax_cli.documents import SHELLS


@pytest.mark.parametrize("shell", SHELLS)
def test_a_completion_script_is_installed_where_the_shell_looks_for_it(shell):
    project = (ROOT / "pyproject.toml").read_text()
    assert f'"softmax_cli/shells/softmax.{shell}" = "share/' in project


def test_another_shell_is_refused():
    ran = softmax("completion", "tcsh")
    assert ran.status == 2
    assert "'tcsh'" in ran.err
