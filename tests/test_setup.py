"""scripts/setup: what it refuses, each time naming the way out, and what it makes."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from lib import odoo_source, postgres, venv
from lib.places import ROOT

RELEASE = "version_info = ({}, {}, 0, 'final', 0, '')\n"


@pytest.fixture
def cache(monkeypatch):
    """An empty cache, where PostgreSQL's user can go, for this process too."""
    with tempfile.TemporaryDirectory(prefix="srm-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setenv("SALE_RETURN_CACHE", f"{folder}/cache")
        yield Path(folder, "cache")


@pytest.fixture
def run(environment, cache, monkeypatch):
    """A function that runs a command of scripts/ as if by hand, and returns its
    CompletedProcess; what is not named of the variables is as on a plain machine."""
    own = [name for name in os.environ if name.startswith(("ODOO_", "PG", "PYTHON"))]
    for name in (*own, "SALE_RETURN_ENVIRONMENT", "SALE_RETURN_RUN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON", str(environment.python.resolve()))
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")

    def run(*command, prefix=(), **variables):
        return subprocess.run(
            [*prefix, ROOT / "scripts" / command[0], *map(str, command[1:])],
            env=os.environ | {name: str(value) for name, value in variables.items()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


@pytest.fixture
def no_packages(run, monkeypatch):
    """A function that leaves nothing for pip to do, with the variables now set."""

    def no_packages(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        # This process imports Odoo, the one that is run does not.
        monkeypatch.setattr(odoo_source.importlib.util, "find_spec", lambda name: None)
        command = [os.environ["PYTHON"], "-m", "venv", "--without-pip", venv.folder()]
        subprocess.run(command, check=True)
        (venv.folder() / "complete").touch()

    return no_packages


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A folder that is the whole PATH: what scripts need, and none of apt's."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "env", "dirname", "readlink", "id"):
        (folder / name).symlink_to(shutil.which(name))
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder, name, text):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def odoo(folder, major, minor=0):
    """Make the folder look like a checkout of that Odoo; return its odoo-bin."""
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(RELEASE.format(major, minor))
    return program(folder, "odoo-bin", "exit 1")


def deb(folder, version):
    """Build a package of an Odoo so small that unpacking takes no time."""
    tree = folder / "tree"
    packages = tree / "usr" / "lib" / "python3" / "dist-packages"
    odoo(packages, *version.split(".")[:2])
    i18n = packages / "odoo" / "addons" / "sale" / "i18n"
    i18n.mkdir(parents=True)
    for language in ("fr", "zh_CN", "zh_TW"):
        (i18n / f"{language}.po").touch()
    (packages / "odoo" / "gone.ttf").symlink_to("/usr/share/nowhere/gone.ttf")
    (packages / "odoo" / "DejaVuSans.ttf").symlink_to("/nowhere/DejaVuSans.ttf")
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(
        f"Package: odoo-19\nVersion: {version}\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.com>\nDescription: a test\n"
    )
    path = folder / "odoo.deb"
    subprocess.run(["dpkg-deb", "-b", tree, path], check=True, capture_output=True)
    return path


def assert_refused(done, *words):
    """The command failed with a text that has these words, and no traceback."""
    assert done.returncode != 0
    assert "refused:" in done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_it_refuses_a_machine_with_neither_apt_nor_odoo(run, programs):
    assert_refused(run("setup"), "no apt-get", "ODOO_BIN=", "ODOO_DEB=")


def test_it_refuses_missing_programs_without_apt(run, programs, no_packages, tmp_path):
    no_packages(ODOO_BIN=odoo(tmp_path / "odoo19", 19))

    assert_refused(run("setup", SALE_RETURN_FREE_GB=0), "chromium", "Install these")


def test_it_refuses_an_importable_odoo_of_another_series(run, tmp_path):
    odoo(tmp_path / "old", 18)

    done = run("setup", PYTHONPATH=tmp_path / "old")

    assert_refused(done, "is 18.0", "made for 19.0", "ODOO_BIN=", "PYTHON=")


@pytest.mark.parametrize("version", [(17, 0), ("'saas~18'", 2)])
def test_it_refuses_a_named_odoo_of_another_series(run, tmp_path, version):
    done = run("setup", ODOO_BIN=odoo(tmp_path / "old", *version))

    assert_refused(done, "made for 19.0", "ODOO_DEB=")


def test_it_refuses_an_odoo_bin_without_odoo(run, tmp_path):
    done = run("setup", ODOO_BIN=program(tmp_path, "odoo-bin", "exit 1"))

    assert_refused(done, "belongs to no Odoo", "ODOO_BIN=")


def test_it_refuses_a_package_of_another_series(run, tmp_path):
    done = run("setup", ODOO_DEB=deb(tmp_path, "20.0.1"))

    assert_refused(done, "version 20.0.1", "ODOO_DEB=")


def test_it_refuses_a_suite_that_moved_on(run, no_packages, tmp_path):
    # The lists it fetches are empty: nothing is fetched.
    real = shutil.which("apt-get")
    fetches_nothing = f'case "$*" in *update*) ;; *) exec {real} "$@" ;; esac'
    program(tmp_path, "apt-get", fetches_nothing)
    no_packages(PATH=f"{tmp_path}:{os.environ['PATH']}")

    done = run("setup", SALE_RETURN_FREE_GB=0)

    assert_refused(done, "sid has no odoo-19 19.0 any more", "ODOO_DEB=", "ODOO_BIN=")


def test_it_refuses_a_python_out_of_range(run, tmp_path):
    python = os.environ["PYTHON"]
    old = program(
        tmp_path,
        "python3.10",
        f"exec {python} -c 'import sys, platform; sys.version_info = (3, 10, 9); "
        'platform.python_version = lambda: "3.10.9"; exec(sys.argv[1])\' "$2"',
    )

    assert_refused(run("setup", PYTHON=old), "3.10.9", "3.11", "PYTHON=/path")


def test_it_refuses_a_user_who_may_not_install(run, no_packages, tmp_path):
    program(tmp_path, "dpkg-query", "exit 0")
    program(tmp_path, "sudo", "exit 1")
    no_packages(
        ODOO_BIN=odoo(tmp_path / "odoo19", 19),
        PATH=f"{tmp_path}:{os.environ['PATH']}",
    )
    # Another user to all that looks, who can still use the files of this one.
    nobody = ("unshare", "--user", "--map-user=1000", "--map-group=1000")

    done = run("setup", prefix=nobody, SALE_RETURN_FREE_GB=0)

    assert_refused(done, "no right to install", "administrator", "apt-get install")


def test_it_refuses_a_full_disk_before_anything_is_done(run, cache):
    cache.mkdir()
    small = f'mount -t tmpfs -o size=50m none {cache} && exec "$@"'
    in_small = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", small)

    done = run("setup", prefix=(*in_small, "sh"))

    assert_refused(done, "0.0 GB free", "SALE_RETURN_CACHE=")
    assert "Python packages" not in done.stderr


@pytest.mark.parametrize("command", [("serve",), ("demo", "--serve")])
def test_it_refuses_a_taken_port_before_anything_is_done(run, cache, command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(*command, "--port", taken.getsockname()[1])

    assert_refused(done, "is taken", "--port")
    assert not cache.exists()


def test_it_refuses_a_cache_whose_path_is_too_long(run, cache):
    done = run("setup", SALE_RETURN_CACHE=cache / ("long" * 20))

    assert_refused(done, "too long", "SALE_RETURN_CACHE=")


def test_two_at_once_make_one_whole_odoo_and_clean_removes_it(
    run, cache, no_packages, tmp_path
):
    no_packages(ODOO_DEB=deb(tmp_path, "19.0.7"), SALE_RETURN_FREE_GB=0)
    command = [ROOT / "scripts" / "setup"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate() and process.returncode for process in both] == [0, 0]

    tree = cache / "odoo" / "19.0.7"
    texts = sorted(path.name for path in tree.rglob("*.po"))
    assert texts == ["zh_CN.po", "zh_TW.po"]
    assert not (tree / "odoo" / "gone.ttf").is_symlink()
    assert (tree / "odoo" / "DejaVuSans.ttf").exists()
    assert list(tree.rglob("selfie_segmentation.js"))
    asked = [
        venv.folder() / "bin" / "python",
        "-c",
        "import odoo.release as r; print(r)",
    ]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert str(tree) in told

    assert run("setup", "--clean").returncode == 0
    assert not cache.exists()


def test_a_private_cluster_starts_again_after_a_crash(environment, cache):
    cluster = postgres.server("test")
    if not isinstance(cluster, postgres.Cluster):
        cluster = postgres.Cluster("test", postgres.ALL)
    pid_file = cluster.data / "postmaster.pid"
    with cluster.running():
        pid = int(pid_file.read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        wait_for_end(pid)
    assert pid_file.exists()
    # The number belongs to another process now, as after a restart of the machine.
    pid_file.write_text(pid_file.read_text().replace(str(pid), str(os.getpid()), 1))

    with cluster.running():
        assert int(pid_file.read_text().split()[0]) != os.getpid()
    assert not pid_file.exists()


def wait_for_end(pid):
    with open(f"/proc/{pid}/stat") as stat:
        try:
            while stat.seek(0) == 0 and stat.read().split()[2] != "Z":
                pass
        except ProcessLookupError:
            pass
