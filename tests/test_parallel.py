r"""GNU parallel: the recipes that spread one file, or many, over cores and hosts.

One file, cut at line ends, its header repeated to every job and written once:

    parallel --pipepart --header : -k --block 100M -a logits.csv softmax eval -j1 |
        awk 'NR == 1 { header = $0; print } $0 != header { print }'

Many files:

    parallel -k softmax eval -j1 --csv {} ::: part-*.csv

The same on other hosts that see the files and have the program:

    parallel -k -S host1,host2 softmax eval -j1 --csv {} ::: "$PWD"/part-*.csv

--pipepart cuts at line ends, so a quoted cell may hold no newline.
"""

import contextlib
import getpass
import os
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from programs import SCRIPT, SECONDS, shell, softmax

pytestmark = pytest.mark.skipif(
    not shutil.which("parallel"), reason="GNU parallel is not installed: apt-get install parallel"
)

ONCE = "awk 'NR == 1 { header = $0; print } $0 != header { print }'"


@pytest.fixture
def files(tmp_path):
    rng = random.Random(5)
    for name in ("a", "b", "c"):
        rows = "".join(f"{rng.gauss(0, 5)},{rng.gauss(0, 5)}\n" for _ in range(300))
        (tmp_path / f"{name}.csv").write_text(f"cat,dog\n{rows}")
    return tmp_path


def alone(folder: Path, *names: str) -> list[str]:
    return [softmax("eval", "-j1", "--csv", str(folder / f"{name}.csv")).out for name in names]


def test_one_file_is_cut_into_parts_that_have_its_header(files):
    ran = shell(
        "parallel --will-cite --pipepart --header : --keep-order --block 3k -a a.csv "
        f"softmax eval -j1 | {ONCE}",
        cwd=files,
    )
    assert [ran.out] == alone(files, "a")


def test_many_files_are_answered_in_order(files):
    ran = shell(
        "parallel --will-cite --keep-order softmax eval -j1 --csv {} ::: a.csv b.csv c.csv",
        cwd=files,
    )
    assert ran.out == "".join(alone(files, "a", "b", "c"))


@pytest.fixture
def host(tmp_path):
    """An ssh command that reaches this machine through a server with a key of its own."""
    server = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    if not server or not shutil.which("ssh"):
        pytest.skip("sshd is not installed: apt-get install openssh-server")
    if os.getuid() == 0:
        with contextlib.suppress(FileExistsError):
            os.mkdir("/run/sshd")  # where the server, as root, drops its privileges
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(command, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "ListenAddress": "127.0.0.1",
        "Port": port,
        "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "user.pub",
        "PidFile": "none",
        "StrictModes": "no",
        "UsePAM": "no",
        "PermitRootLogin": "prohibit-password",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    with subprocess.Popen(
        [server, "-D", "-f", "/dev/null", *options], stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(port)
            yield (
                f"ssh -p {port} -i {tmp_path / 'user'} -o StrictHostKeyChecking=no "
                f"-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes "
                f"{getpass.getuser()}@127.0.0.1"
            )
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return


def test_many_files_are_answered_on_other_hosts(files, host):
    ran = shell(
        f"parallel --will-cite --keep-order -S '{host}' "
        f"{SCRIPT} eval -j1 --csv {files}/{{}} ::: a.csv b.csv c.csv",
        cwd=files,
    )
    assert ran.out == "".join(alone(files, "a", "b", "c")), ran.err
